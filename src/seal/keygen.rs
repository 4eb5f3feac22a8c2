//! `keygen`: a P-256 key and a self-signed certificate that plain `openssl cms -verify -CAfile` accepts.

use std::time::Duration;

use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use chrono::{DateTime, Utc};
use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString, SetOfVec};
use der::pem::LineEnding;
use der::{Decode, Encode, Sequence};
use pkcs8::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use pkcs8::{PrivateKeyInfoRef, pkcs5::pbes2};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::time::Validity;

use super::algorithm::{Hash, ID_EC_PUBLIC_KEY, KeyKind, SECP256R1};
use super::certificate::Tbs;
use super::cms::cms_time;

const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SUBJECT_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// What `openssl cms -verify` asks for by default.
const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");
/// RFC 9336.
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// PBKDF2 rounds with HMAC-SHA-256, as OWASP advises since 2023.
const ROUNDS: u32 = 600_000;
/// X.520's bound of `organizationName` and `commonName`, in characters.
const NAME_LIMIT: usize = 64;

/// What `keygen` writes.
#[derive(Clone)]
pub struct Generated {
    /// PKCS#8, encrypted if there was a passphrase.
    pub key_pem: String,
    /// The self-signed certificate, to be given to those who verify.
    pub certificate_pem: String,
}

impl std::fmt::Debug for Generated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generated").field("certificate_pem", &self.certificate_pem).finish_non_exhaustive()
    }
}

/// Why no key was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeygenError {
    /// An unusable name.
    #[error("an organization's name has 1 to {NAME_LIMIT} characters and no control characters")]
    Name,
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The validity cannot be written.
    #[error("the validity ends outside the calendar")]
    Validity,
    /// Randomness, the key or an encoding failed.
    #[error("making the key failed: {0}")]
    Failed(&'static str),
}

#[derive(Sequence)]
struct SelfSigned {
    tbs: Tbs,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// Makes a key and a certificate in the organization's name, valid from `now` for `validity`.
pub fn generate(
    organization: &str,
    passphrase: Option<&str>,
    now: DateTime<Utc>,
    validity: Duration,
    random: &dyn SecureRandom,
) -> Result<Generated, KeygenError> {
    let organization = organization.trim();
    let length = organization.chars().count();
    if length == 0 || length > NAME_LIMIT || organization.chars().any(crate::model::is_hidden) {
        return Err(KeygenError::Name);
    }
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| KeygenError::Failed("key"))?;
    let until = chrono::Duration::from_std(validity).ok().and_then(|validity| now.checked_add_signed(validity));
    let times = (now, until.ok_or(KeygenError::Validity)?);
    let certificate = certificate(organization, &pair, times, random)?;
    let certificate_pem = der::pem::encode_string("CERTIFICATE", LineEnding::LF, &certificate)
        .map_err(|_| KeygenError::Failed("certificate PEM"))?;
    Ok(Generated { key_pem: key_pem(&pair, passphrase, random)?, certificate_pem })
}

fn key_pem(pair: &EcdsaKeyPair, passphrase: Option<&str>, random: &dyn SecureRandom) -> Result<String, KeygenError> {
    let failed = KeygenError::Failed("PKCS#8");
    let plain = pair.to_pkcs8v1().map_err(|_| failed.clone())?;
    let (label, document) = match passphrase {
        None => {
            ("PRIVATE KEY", der::SecretDocument::try_from(plain.as_ref()).map_err(|_| KeygenError::Failed("PKCS#8"))?)
        }
        Some("") => return Err(KeygenError::EmptyPassphrase),
        Some(passphrase) => {
            let (mut salt, mut iv) = ([0; 16], [0; 16]);
            random.fill(&mut salt).and_then(|()| random.fill(&mut iv)).map_err(|_| KeygenError::Failed("random"))?;
            let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &salt, iv)
                .map_err(|_| KeygenError::Failed("PBES2"))?;
            let info = PrivateKeyInfoRef::from_der(plain.as_ref()).map_err(|_| failed.clone())?;
            ("ENCRYPTED PRIVATE KEY", info.encrypt_with_params(parameters, passphrase).map_err(|_| failed.clone())?)
        }
    };
    Ok(document.to_pem(label, LineEnding::LF).map_err(|_| failed)?.to_string())
}

fn certificate(
    organization: &str,
    pair: &EcdsaKeyPair,
    times: (DateTime<Utc>, DateTime<Utc>),
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, KeygenError> {
    // 16 random bytes, positive and never zero (RFC 5280, 4.1.2.2).
    let mut serial = [0; 16];
    random.fill(&mut serial).map_err(|_| KeygenError::Failed("random"))?;
    serial[0] = serial[0] & 0x7f | 0x40;
    let tbs = tbs(organization, pair.public_key().as_ref(), times, &serial).map_err(|_| KeygenError::Failed("DER"))?;
    let message = tbs.to_der().map_err(|_| KeygenError::Failed("DER"))?;
    let random = aws_lc_rs::rand::SystemRandom::new();
    let signature = pair.sign(&random, &message).map_err(|_| KeygenError::Failed("signature"))?;
    let signed = || {
        let signature = BitString::from_bytes(signature.as_ref())?;
        SelfSigned { algorithm: tbs.signature.clone(), tbs, signature }.to_der()
    };
    signed().map_err(|_| KeygenError::Failed("DER"))
}

fn tbs(
    organization: &str,
    public: &[u8],
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    serial: &[u8],
) -> der::Result<Tbs> {
    let name = name(organization)?;
    let parameters = Some(Any::encode_from(&SECP256R1)?);
    Ok(Tbs {
        version: 2,
        serial: Int::new(serial)?,
        signature: KeyKind::P256.signature(),
        issuer: name.clone(),
        validity: Validity::new(cms_time(from)?, cms_time(until)?),
        subject: name,
        key: SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned { oid: ID_EC_PUBLIC_KEY, parameters },
            subject_public_key: BitString::from_bytes(public)?,
        },
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions(public)?),
    })
}

fn name(organization: &str) -> der::Result<Any> {
    let part = |oid| {
        let value = Any::encode_from(&organization.to_owned())?;
        SetOfVec::from_iter([AttributeTypeAndValue { oid, value }])
    };
    Any::encode_from(&vec![part(ORGANIZATION)?, part(COMMON_NAME)?])
}

/// A leaf that is its own trust anchor: it can sign documents, never other certificates.
fn extensions(public: &[u8]) -> der::Result<Vec<Extension>> {
    let mut id = Hash::Sha256.of(&[public]);
    id.truncate(20); // RFC 7093, method 1
    let constraints = BasicConstraints { ca: false, path_len_constraint: None };
    let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation);
    let purposes = ExtendedKeyUsage(vec![EMAIL_PROTECTION, DOCUMENT_SIGNING]);
    Ok(vec![
        extension(BASIC_CONSTRAINTS, true, &constraints)?,
        extension(KEY_USAGE, true, &usage)?,
        extension(EXTENDED_KEY_USAGE, false, &purposes)?,
        extension(SUBJECT_KEY_ID, false, &OctetString::new(id)?)?,
    ])
}

fn extension(extn_id: ObjectIdentifier, critical: bool, value: &impl Encode) -> der::Result<Extension> {
    Ok(Extension { extn_id, critical, extn_value: OctetString::new(value.to_der()?)? })
}
