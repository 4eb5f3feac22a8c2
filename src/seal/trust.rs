//! Which signers the reader trusts: certificates or fingerprints given from outside, never anything from inside the pack.

use chrono::{DateTime, Utc};

use super::certificate::{Certificate, CertificateError};
use super::verify::SignatureFacts;
use crate::model::Sha256;

/// No honest path is longer, the signer's certificate included.
const MAX_PATH: usize = 8;

/// The reader's own trust anchors. Empty: a signature can be intact, but nothing says that the signer is the right one.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    certificates: Vec<Certificate>,
    fingerprints: Vec<Sha256>,
}

/// How a signer came to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Trusted {
    /// The reader gave the signer's certificate, or that of an issuer of it.
    ByCertificate,
    /// The reader gave the fingerprint of the signer's certificate.
    ByFingerprint,
    /// The reader gave nothing to believe by.
    NotTrusted,
}

/// The reader named signers to trust, and this signer is not among them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Foreign(pub String);

/// Why trust anchors could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// A certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Not a fingerprint.
    #[error("`{0}` is not a SHA-256 fingerprint: expected 64 hex digits, with or without colons")]
    Fingerprint(String),
}

impl Trust {
    /// Trusts no signer yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// Believes the certificates of a PEM text, as signers and, if they are CA certificates, as issuers.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<(), TrustError> {
        self.certificates.extend(Certificate::from_pem(pem)?);
        Ok(())
    }

    /// Believes the signer whose certificate has this SHA-256, written as `openssl x509 -fingerprint` or `sha256sum` do.
    pub fn add_fingerprint(&mut self, text: &str) -> Result<(), TrustError> {
        let plain: String = text.trim().chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        let digest = Sha256::parse(&plain).ok_or_else(|| TrustError::Fingerprint(text.to_owned()))?;
        self.fingerprints.push(digest);
        Ok(())
    }

    /// Whether nothing was given to believe by.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.fingerprints.is_empty()
    }

    /// Whether the reader believes the maker of a signature that holds, made at `time`.
    pub fn decide(&self, facts: &SignatureFacts, time: DateTime<Utc>) -> Result<Trusted, Foreign> {
        if self.is_empty() {
            return Ok(Trusted::NotTrusted);
        }
        if self.fingerprints.contains(&facts.signer.fingerprint()) {
            return Ok(Trusted::ByFingerprint);
        }
        if self.certificates.contains(&facts.signer) {
            return Ok(Trusted::ByCertificate);
        }
        if !self.leads_to_anchor(&facts.signer, &facts.others, time) {
            let subject = facts.signer.subject();
            return Err(Foreign(format!(
                "signed by {subject}, who is neither trusted nor certified by a trusted issuer valid at the signing time"
            )));
        }
        // An issuer vouches for many: only those it lets sign documents count.
        match facts.signer.signing_forbidden() {
            None => Ok(Trusted::ByCertificate),
            Some(why) => Err(Foreign(format!("the signer's certificate may not sign documents: {why}"))),
        }
    }

    fn leads_to_anchor(&self, signer: &Certificate, hints: &[Certificate], time: DateTime<Utc>) -> bool {
        let mut paths = vec![vec![signer]];
        // Bounded: hints are at most 16, and each path takes each certificate once.
        for below in 0..MAX_PATH {
            let mut longer = Vec::new();
            for path in &paths {
                let Some(last) = path.last() else { continue };
                let issues = |issuer: &&Certificate| {
                    !path.contains(issuer)
                        && issuer.valid_at(time)
                        && issuer.unknown_critical().is_none()
                        && last.is_issued_by(issuer, below)
                };
                if self.certificates.iter().any(|anchor| issues(&anchor)) {
                    return true;
                }
                longer.extend(hints.iter().filter(issues).take(2).map(|hint| {
                    let mut next = path.clone();
                    next.push(hint);
                    next
                }));
            }
            paths = longer;
        }
        false
    }
}
