//! The signature algorithms we make and accept, each tied to its object identifiers.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use der::asn1::{Any, ObjectIdentifier};
use pkcs8::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

pub(super) const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(super) const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
pub(super) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(super) const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");

/// The kind of a key, and with it the one signature algorithm that we make with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// EC on P-256, signing over SHA-256.
    P256,
    /// EC on P-384, signing over SHA-384.
    P384,
    /// RSA of 2048 to 8192 bits, PKCS#1 v1.5 over SHA-256.
    Rsa,
}

/// The hash of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    pub(super) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        use aws_lc_rs::digest;
        let mut context = digest::Context::new(match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
        });
        parts.iter().for_each(|part| context.update(part));
        context.finish().as_ref().to_vec()
    }

    pub(super) fn identifier(self) -> AlgorithmIdentifierOwned {
        let oid = match self {
            Self::Sha256 => SHA256,
            Self::Sha384 => SHA384,
        };
        AlgorithmIdentifierOwned { oid, parameters: None }
    }
}

impl KeyKind {
    /// The kind of a public key; `None` for kinds that we do not accept.
    pub(super) fn of(key: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let parameters = key.algorithm.parameters.as_ref();
        match key.algorithm.oid {
            ID_EC_PUBLIC_KEY => match parameters?.decode_as::<ObjectIdentifier>().ok()? {
                SECP256R1 => Some(Self::P256),
                SECP384R1 => Some(Self::P384),
                _ => None,
            },
            RSA_ENCRYPTION => Some(Self::Rsa),
            _ => None,
        }
    }

    pub(super) fn hash(self) -> Hash {
        match self {
            Self::P256 | Self::Rsa => Hash::Sha256,
            Self::P384 => Hash::Sha384,
        }
    }

    /// The identifier of the signatures that we make with it.
    pub(super) fn signature(self) -> AlgorithmIdentifierOwned {
        let (oid, parameters) = match self {
            Self::P256 => (ECDSA_SHA256, None),
            Self::P384 => (ECDSA_SHA384, None),
            Self::Rsa => (RSA_SHA256, Some(Any::null())),
        };
        AlgorithmIdentifierOwned { oid, parameters }
    }
}

/// Whether `signature` over `message` was made with `key`'s private half.
pub(super) fn holds(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some(kind) = KeyKind::of(key) else { return false };
    let parameters_fit = match kind {
        KeyKind::Rsa => algorithm.parameters.as_ref().is_none_or(Any::is_null),
        KeyKind::P256 | KeyKind::P384 => algorithm.parameters.is_none(),
    };
    let verification: &'static dyn VerificationAlgorithm = match (kind, algorithm.oid) {
        (KeyKind::P256, ECDSA_SHA256) => &signature::ECDSA_P256_SHA256_ASN1,
        (KeyKind::P256, ECDSA_SHA384) => &signature::ECDSA_P256_SHA384_ASN1,
        (KeyKind::P256, ECDSA_SHA512) => &signature::ECDSA_P256_SHA512_ASN1,
        (KeyKind::P384, ECDSA_SHA256) => &signature::ECDSA_P384_SHA256_ASN1,
        (KeyKind::P384, ECDSA_SHA384) => &signature::ECDSA_P384_SHA384_ASN1,
        (KeyKind::P384, ECDSA_SHA512) => &signature::ECDSA_P384_SHA512_ASN1,
        (KeyKind::Rsa, RSA_SHA256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (KeyKind::Rsa, RSA_SHA384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (KeyKind::Rsa, RSA_SHA512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        _ => return false,
    };
    let Some(bytes) = key.subject_public_key.as_bytes() else { return false };
    parameters_fit && UnparsedPublicKey::new(verification, bytes).verify(message, signature).is_ok()
}
