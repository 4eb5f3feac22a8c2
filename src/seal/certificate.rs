//! X.509 certificates: read once, kept as the raw bytes they came in.

use chrono::{DateTime, Utc};
use der::asn1::{Any, BitString, Int, ObjectIdentifier};
use der::{Decode, Encode, Sequence};
use pkcs8::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::name::Name;
use x509_cert::time::{Time, Validity};

use super::algorithm::{self, KeyKind};
use super::text::printable;
use crate::model::Sha256;

const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// Purposes that fit a signature on documents: any, e-mail protection, document signing (RFC 9336), Adobe's, Microsoft's.
const SIGNING_PURPOSES: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("2.5.29.37.0"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12"),
];
/// No honest certificate is larger.
const MAX_DER: usize = 64 * 1024;
/// No honest chain is longer.
const MAX_PEM: usize = 1024 * 1024;

/// What can be wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The text holds no `BEGIN CERTIFICATE` block.
    #[error("no certificate found: expected a PEM block `-----BEGIN CERTIFICATE-----`")]
    None,
    /// The text is far too large.
    #[error("too large for a file of certificates: {0} bytes")]
    TooLarge(usize),
    /// A PEM block is broken.
    #[error("certificate {0} is not valid PEM")]
    Pem(usize),
    /// The DER inside is broken.
    #[error("not a valid X.509 certificate")]
    Der(#[from] der::Error),
}

/// The signed part of a certificate. Names stay raw: they are compared, never re-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct Tbs {
    #[asn1(context_specific = "0", default = "Default::default")]
    pub(super) version: u8,
    pub(super) serial: Int,
    pub(super) signature: AlgorithmIdentifierOwned,
    pub(super) issuer: Any,
    pub(super) validity: Validity,
    pub(super) subject: Any,
    pub(super) key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) extensions: Option<Vec<Extension>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct Outer {
    tbs: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// A certificate that could be read. Nothing is said about whether anyone should trust it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Tbs,
    signed: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
    subject: String,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
    extensions: Extensions,
}

/// What the extensions say, as far as we judge by them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Extensions {
    ca: bool,
    path_length: Option<u8>,
    usage: Option<KeyUsage>,
    purposes: Option<Vec<ObjectIdentifier>>,
    unknown_critical: Option<ObjectIdentifier>,
}

impl Certificate {
    /// Reads one certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_DER {
            return Err(CertificateError::TooLarge(der.len()));
        }
        Ok(Self::read(der)?)
    }

    fn read(der: &[u8]) -> der::Result<Self> {
        let outer = Outer::from_der(der)?;
        let signed = outer.tbs.to_der()?;
        let tbs = Tbs::from_der(&signed)?;
        // The unsigned copy of the algorithm must say what the signed one says (RFC 5280, 4.1.1.2).
        if outer.algorithm != tbs.signature {
            return Err(der::ErrorKind::Failed.into());
        }
        let subject = Name::from_der(&tbs.subject.to_der()?)?;
        Ok(Self {
            der: der.to_vec(),
            subject: printable(&subject.to_string()),
            not_before: time(&tbs.validity.not_before)?,
            not_after: time(&tbs.validity.not_after)?,
            extensions: Extensions::read(tbs.extensions.as_deref().unwrap_or_default())?,
            signature: outer.signature.as_bytes().unwrap_or_default().to_vec(),
            algorithm: outer.algorithm,
            tbs,
            signed,
        })
    }

    /// Reads all certificates of a PEM text, in its order; other blocks and text between them are passed over.
    pub fn from_pem(text: &[u8]) -> Result<Vec<Self>, CertificateError> {
        const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
        const END: &str = "-----END CERTIFICATE-----";
        if text.len() > MAX_PEM {
            return Err(CertificateError::TooLarge(text.len()));
        }
        let text = String::from_utf8_lossy(text);
        let mut found = Vec::new();
        let mut rest: &str = &text;
        while let Some(start) = rest.find(BEGIN) {
            let number = found.len() + 1;
            let block = &rest[start..];
            let end = block.find(END).ok_or(CertificateError::Pem(number))? + END.len();
            let (_, document) =
                der::Document::from_pem(block[..end].trim()).map_err(|_| CertificateError::Pem(number))?;
            found.push(Self::from_der(document.as_bytes())?);
            rest = &block[end..];
        }
        if found.is_empty() { Err(CertificateError::None) } else { Ok(found) }
    }

    /// The raw bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM text.
    pub fn pem(&self) -> String {
        der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// The subject in the form of RFC 4514, made safe to print.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The SHA-256 of the raw bytes.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.der)
    }

    /// The first moment of its validity.
    pub fn not_before(&self) -> DateTime<Utc> {
        self.not_before
    }

    /// The last moment of its validity.
    pub fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }

    /// Whether `time` lies in its validity.
    pub fn valid_at(&self, time: DateTime<Utc>) -> bool {
        self.not_before <= time && time <= self.not_after
    }

    pub(super) fn issuer(&self) -> &Any {
        &self.tbs.issuer
    }

    pub(super) fn serial(&self) -> &Int {
        &self.tbs.serial
    }

    pub(super) fn key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.tbs.key
    }

    pub(super) fn key_kind(&self) -> Option<KeyKind> {
        KeyKind::of(&self.tbs.key)
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.tbs.issuer == self.tbs.subject
    }

    /// Whether `issuer` signed this certificate and was allowed to, with `below` CA certificates between it and the signer.
    pub(super) fn is_issued_by(&self, issuer: &Self, below: usize) -> bool {
        let limits = &issuer.extensions;
        let may_sign = limits.usage.as_ref().is_none_or(KeyUsage::key_cert_sign);
        let short_enough = limits.path_length.is_none_or(|length| below <= usize::from(length));
        limits.ca && may_sign && short_enough && issuer.tbs.subject == self.tbs.issuer && self.is_signed_with(issuer)
    }

    /// Whether the signature on this certificate was made with `issuer`'s key.
    pub(super) fn is_signed_with(&self, issuer: &Self) -> bool {
        algorithm::holds(&issuer.tbs.key, &self.algorithm, &self.signed, &self.signature)
    }

    /// Why this certificate may not sign documents, if its extensions forbid it.
    pub(super) fn signing_forbidden(&self) -> Option<String> {
        let allowed = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
        if self.extensions.usage.as_ref().is_some_and(|usage| (usage.0 & allowed).is_empty()) {
            return Some("its key usage allows neither digitalSignature nor nonRepudiation".to_owned());
        }
        let fits = |purposes: &Vec<ObjectIdentifier>| purposes.iter().any(|one| SIGNING_PURPOSES.contains(one));
        if self.extensions.purposes.as_ref().is_some_and(|purposes| !fits(purposes)) {
            return Some("its extended key usage is for something else than signing documents".to_owned());
        }
        self.unknown_critical()
    }

    /// Names a critical extension that we cannot judge by: such a certificate must be refused (RFC 5280, 4.2).
    pub(super) fn unknown_critical(&self) -> Option<String> {
        self.extensions.unknown_critical.map(|oid| format!("its critical extension {oid} is not known to this tool"))
    }
}

impl Extensions {
    fn read(extensions: &[Extension]) -> der::Result<Self> {
        let mut known = Self::default();
        let mut seen = Vec::new();
        for extension in extensions {
            if seen.contains(&extension.extn_id) {
                return Err(der::ErrorKind::Failed.into());
            }
            seen.push(extension.extn_id);
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                BASIC_CONSTRAINTS => {
                    let constraints = BasicConstraints::from_der(value)?;
                    known.ca = constraints.ca;
                    known.path_length = constraints.path_len_constraint;
                }
                KEY_USAGE => known.usage = Some(KeyUsage::from_der(value)?),
                EXTENDED_KEY_USAGE => known.purposes = Some(ExtendedKeyUsage::from_der(value)?.0),
                other if extension.critical => known.unknown_critical = Some(other),
                _ => {}
            }
        }
        Ok(known)
    }
}

fn time(time: &Time) -> der::Result<DateTime<Utc>> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).ok_or_else(|| der::ErrorKind::DateTime.into())
}
