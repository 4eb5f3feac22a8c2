//! Whether a detached signature holds, and who made it. Whether to believe that signer is [`super::Trust`]'s question.

use chrono::{DateTime, Utc};
use der::asn1::{Any, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use x509_cert::time::Time;

use super::algorithm::{self, Hash, SHA256, SHA384};
use super::certificate::{Certificate, CertificateError};
use super::cms::{
    CONTENT_TYPE, ContentInfo, DATA, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_CERTIFICATE_V2, SIGNING_TIME, SignerInfo,
    SigningCertificateV2,
};

/// No honest signature is larger.
const MAX_DER: usize = 256 * 1024;
/// No honest chain is longer.
const MAX_CERTIFICATES: usize = 16;

/// What a signature that holds says of its maker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFacts {
    /// The certificate whose key made the signature.
    pub signer: Certificate,
    /// Further certificates that the signature carries: hints for a chain, never a reason to trust.
    pub others: Vec<Certificate>,
    /// When the signer says that it was made; a claim, not a proof. In a PDF it is its `/M`.
    pub signing_time: Option<DateTime<Utc>>,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// Far too large.
    #[error("it is too large for a signature")]
    TooLarge,
    /// Not the structure we expect.
    #[error("it is not a detached CMS signature in DER")]
    Malformed(#[from] Malformation),
    /// Readable, but not written the one way DER allows, or with parts that nothing covers.
    #[error("it has parts that the signature does not cover: {0}")]
    NotCanonical(&'static str),
    /// A required signed attribute is not there, or not once.
    #[error("the signed attribute {0} is missing or doubled")]
    Attribute(&'static str),
    /// The content was changed.
    #[error("the signed content was altered: its digest differs")]
    Digest,
    /// The attributes or the signature were changed.
    #[error("the signature value does not match the signer's key")]
    Signature,
    /// The signer's certificate is not in it.
    #[error("the signer's certificate is not in the signature")]
    NoCertificate,
    /// The certificate was exchanged.
    #[error("the signature names another certificate than the one it carries")]
    OtherCertificate,
    /// A hash that we do not accept.
    #[error("its digest algorithm {0} is not accepted")]
    Algorithm(String),
}

/// What is wrong with the structure of a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformation {
    /// Not the DER of it.
    #[error(transparent)]
    Der(#[from] der::Error),
    /// A certificate in it is none.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Several signers, or none.
    #[error("expected one signer")]
    Signers,
}

/// Verifies a CAdES-B-B signature over `content`.
pub fn verify_detached(der: &[u8], content: &[u8]) -> Result<SignatureFacts, SignatureFault> {
    verify_parts(der, &[content], true)
}

/// Verifies a signature over the concatenation of `parts`; `timed` asks for the signing-time attribute.
pub(super) fn verify_parts(der: &[u8], parts: &[&[u8]], timed: bool) -> Result<SignatureFacts, SignatureFault> {
    if der.len() > MAX_DER {
        return Err(SignatureFault::TooLarge);
    }
    let info = ContentInfo::from_der(der).map_err(Malformation::from)?;
    let signed = &info.content;
    if info.to_der().ok().as_deref() != Some(der) {
        return Err(SignatureFault::NotCanonical("encoding"));
    }
    let [signer] = signed.signers.as_slice() else {
        return Err(Malformation::Signers.into());
    };
    let headed = info.content_type == SIGNED_DATA && signed.content.content_type == DATA;
    if !headed || signed.version != 1 || signer.version != 1 {
        return Err(SignatureFault::NotCanonical("content type or version"));
    }
    if signed.digest_algorithms.as_slice() != std::slice::from_ref(&signer.digest_algorithm) {
        return Err(SignatureFault::NotCanonical("digest algorithms"));
    }
    let (own, others) = certificates(signed.certificates.as_ref().map_or(&[], |set| set.as_slice()), signer)?;
    check(signer, &own, parts)?;
    let signing_time = match (value::<Time>(signer, SIGNING_TIME), timed) {
        (Some(time), true) => Some(moment(&time).ok_or(SignatureFault::Attribute("signing-time"))?),
        (None, false) if absent(signer, SIGNING_TIME) => None,
        _ => return Err(SignatureFault::Attribute("signing-time")),
    };
    Ok(SignatureFacts { signer: own, others, signing_time })
}

fn certificates(found: &[Any], signer: &SignerInfo) -> Result<(Certificate, Vec<Certificate>), SignatureFault> {
    if found.len() > MAX_CERTIFICATES {
        return Err(SignatureFault::TooLarge);
    }
    let mut own = None;
    let mut others = Vec::new();
    for raw in found {
        let der = raw.to_der().map_err(Malformation::from)?;
        let certificate = Certificate::from_der(&der).map_err(Malformation::from)?;
        let named = *certificate.issuer() == signer.signer.issuer && *certificate.serial() == signer.signer.serial;
        if named && own.is_none() {
            own = Some(certificate);
        } else {
            others.push(certificate);
        }
    }
    let own = own.ok_or(SignatureFault::NoCertificate)?;
    // A certificate that nothing binds to the signer's could be altered unnoticed.
    for (index, other) in others.iter().enumerate() {
        let below = std::iter::once(&own).chain(others.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, c)| c));
        let in_chain = below.into_iter().any(|one| one.is_signed_with(other));
        let own_signature = !other.is_self_issued() || other.is_signed_with(other);
        if !in_chain || !own_signature {
            return Err(SignatureFault::NotCanonical("a certificate outside the signer's chain"));
        }
    }
    let broken_root = own.is_self_issued() && !own.is_signed_with(&own);
    if broken_root { Err(SignatureFault::OtherCertificate) } else { Ok((own, others)) }
}

fn check(signer: &SignerInfo, own: &Certificate, parts: &[&[u8]]) -> Result<(), SignatureFault> {
    let hash = match signer.digest_algorithm.oid {
        SHA256 => Hash::Sha256,
        SHA384 => Hash::Sha384,
        other => return Err(SignatureFault::Algorithm(other.to_string())),
    };
    let kind = own.key_kind().ok_or(SignatureFault::Signature)?;
    // One way to write each algorithm: what is not signed itself must not be free to vary.
    if signer.digest_algorithm != kind.hash().identifier() || signer.signature_algorithm != kind.signature() {
        return Err(SignatureFault::Algorithm(signer.signature_algorithm.oid.to_string()));
    }
    if value::<ObjectIdentifier>(signer, CONTENT_TYPE) != Some(DATA) {
        return Err(SignatureFault::Attribute("content-type"));
    }
    let digest = value::<OctetString>(signer, MESSAGE_DIGEST).ok_or(SignatureFault::Attribute("message-digest"))?;
    let ess = value::<SigningCertificateV2>(signer, SIGNING_CERTIFICATE_V2)
        .ok_or(SignatureFault::Attribute("signing-certificate-v2"))?;
    let message = signer.attributes.to_der().map_err(|_| SignatureFault::Signature)?;
    if !algorithm::holds(own.key(), &signer.signature_algorithm, &message, signer.signature.as_bytes()) {
        return Err(SignatureFault::Signature);
    }
    let named = ess.certificates.first().map(|id| id.hash.as_bytes());
    if named != Some(own.fingerprint().as_bytes().as_slice()) {
        return Err(SignatureFault::OtherCertificate);
    }
    if digest.as_bytes() != hash.of(parts) { Err(SignatureFault::Digest) } else { Ok(()) }
}

/// The value of a signed attribute that is there exactly once, with exactly one value.
fn value<T: for<'a> Decode<'a>>(signer: &SignerInfo, oid: ObjectIdentifier) -> Option<T> {
    let mut found = signer.attributes.iter().filter(|attribute| attribute.oid == oid);
    let (attribute, None) = (found.next()?, found.next()) else { return None };
    let [value] = attribute.values.as_slice() else { return None };
    T::from_der(&value.to_der().ok()?).ok()
}

fn absent(signer: &SignerInfo, oid: ObjectIdentifier) -> bool {
    !signer.attributes.iter().any(|attribute| attribute.oid == oid)
}

fn moment(time: &Time) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0)
}
