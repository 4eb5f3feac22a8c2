//! Who signs: a private key and the certificates that say whose it is.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256,
};
use chrono::{DateTime, Utc};
use der::{Decode, SecretDocument};
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};

use super::algorithm::{ID_EC_PUBLIC_KEY, KeyKind, RSA_ENCRYPTION};
use super::certificate::{Certificate, CertificateError};

/// Signs with a key that may live anywhere; the chain says whose key it is.
pub trait Signer: Send + Sync {
    /// The signer's certificate first, then those that lead towards the root.
    fn chain(&self) -> &[Certificate];
    /// The kind of the key, which decides the algorithm.
    fn kind(&self) -> KeyKind;
    /// The signature over `message`: a DER `ECDSA-Sig-Value`, or PKCS#1 v1.5.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

/// Why a key or its certificates cannot be used. Says what to do; never shows the key or the passphrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM block of a private key.
    #[error("no private key found: expected a PEM block `BEGIN PRIVATE KEY` or `BEGIN ENCRYPTED PRIVATE KEY`")]
    NoKey,
    /// An old key format.
    #[error("`BEGIN {0}` is not PKCS#8; convert it: openssl pkcs8 -topk8 -in key.pem -out key.p8.pem")]
    OldFormat(String),
    /// The PEM block or the DER inside is broken.
    #[error("the private key is damaged or not PKCS#8")]
    Damaged,
    /// An encrypted key and no passphrase.
    #[error("the private key is encrypted: a passphrase is needed")]
    PassphraseNeeded,
    /// Encrypted with another scheme or cipher; `openssl req` of OpenSSL 3.0 still takes triple DES.
    #[error(
        "the private key is not encrypted with PBES2 and AES; convert it: \
         openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out key.p8.pem"
    )]
    Cipher,
    /// Decryption failed.
    #[error("the private key cannot be decrypted: wrong passphrase")]
    Passphrase,
    /// Another algorithm or size.
    #[error("the private key is none of EC P-256, EC P-384, RSA of 2048 to 8192 bits")]
    Unsupported,
    /// A certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate is for another key.
    #[error("the first certificate ({0}) is not for this private key; the signer's own certificate comes first")]
    OtherKey(String),
    /// The chain's order is wrong.
    #[error("certificate {0} did not issue the one before it; order them from the signer's to the root's")]
    Order(usize),
    /// Expired.
    #[error("the certificate of {0} expired on {1}; make a new one with `auditpack keygen` or renew it")]
    Expired(String, String),
    /// Not valid yet.
    #[error("the certificate of {0} is valid only from {1}")]
    NotYetValid(String, String),
    /// Not for signing.
    #[error("the certificate of {0} may not sign documents: {1}")]
    Forbidden(String, String),
    /// The key refused.
    #[error("signing failed")]
    Failed,
}

enum Key {
    Ec(EcdsaKeyPair),
    Rsa(Box<rsa::KeyPair>),
}

/// A private key in memory with its certificates, checked to belong together.
pub struct SigningIdentity {
    key: Key,
    kind: KeyKind,
    chain: Vec<Certificate>,
}

impl std::fmt::Debug for SigningIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningIdentity({:?}, {})", self.kind, self.chain.first().map_or("", Certificate::subject))
    }
}

impl SigningIdentity {
    /// Reads a key (PKCS#8, encrypted or not) and its chain (the signer's certificate first), both PEM. They must fit
    /// each other and be valid at `now`.
    pub fn from_pem(key: &[u8], chain: &[u8], passphrase: Option<&str>, now: DateTime<Utc>) -> Result<Self, KeyError> {
        let (key, kind) = read_key(key, passphrase)?;
        let chain = Certificate::from_pem(chain)?;
        let identity = Self { key, kind, chain };
        identity.check(now)?;
        Ok(identity)
    }

    fn check(&self, now: DateTime<Utc>) -> Result<(), KeyError> {
        let Some(own) = self.chain.first() else { return Err(CertificateError::None.into()) };
        let name = || own.subject().to_owned();
        // The same key may be written in two ways: compare the key's bits and its kind, not the whole structure.
        let same = self.public_bits().is_some_and(|bits| own.key().subject_public_key.as_bytes() == Some(&bits));
        if !same || own.key_kind() != Some(self.kind) {
            return Err(KeyError::OtherKey(name()));
        }
        for (index, pair) in self.chain.windows(2).enumerate() {
            if let [below, above] = pair
                && !below.is_issued_by(above, index)
            {
                return Err(KeyError::Order(index + 2));
            }
        }
        for certificate in &self.chain {
            let name = certificate.subject().to_owned();
            if now < certificate.not_before() {
                return Err(KeyError::NotYetValid(name, certificate.not_before().to_string()));
            }
            if certificate.not_after() < now {
                return Err(KeyError::Expired(name, certificate.not_after().to_string()));
            }
        }
        own.signing_forbidden().map_or(Ok(()), |why| Err(KeyError::Forbidden(name(), why)))
    }

    fn public_bits(&self) -> Option<Vec<u8>> {
        match &self.key {
            Key::Ec(pair) => Some(pair.public_key().as_ref().to_vec()),
            Key::Rsa(pair) => {
                let der: PublicKeyX509Der<'_> = pair.public_key().as_der().ok()?;
                let info = pkcs8::spki::SubjectPublicKeyInfoOwned::from_der(der.as_ref()).ok()?;
                info.subject_public_key.as_bytes().map(<[u8]>::to_vec)
            }
        }
    }
}

impl Signer for SigningIdentity {
    fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn kind(&self) -> KeyKind {
        self.kind
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Ec(pair) => Ok(pair.sign(&random, message).map_err(|_| KeyError::Failed)?.as_ref().to_vec()),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| KeyError::Failed)?;
                Ok(signature)
            }
        }
    }
}

fn read_key(pem: &[u8], passphrase: Option<&str>) -> Result<(Key, KeyKind), KeyError> {
    let text = std::str::from_utf8(pem).map_err(|_| KeyError::NoKey)?;
    let (label, block) = key_block(text)?;
    let (_, document) = SecretDocument::from_pem(block).map_err(|_| KeyError::Damaged)?;
    match label {
        "PRIVATE KEY" => parse_key(document.as_bytes()),
        "ENCRYPTED PRIVATE KEY" => {
            let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
            let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(|_| KeyError::Cipher)?;
            let plain = info.decrypt(passphrase).map_err(|_| KeyError::Passphrase)?;
            parse_key(plain.as_bytes())
        }
        _ => Err(KeyError::NoKey),
    }
}

/// The first PEM block of a private key, and its label.
fn key_block(text: &str) -> Result<(&str, &str), KeyError> {
    for label in ["EC PRIVATE KEY", "RSA PRIVATE KEY", "DSA PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        if text.contains(&format!("-----BEGIN {label}-----")) {
            return Err(KeyError::OldFormat(label.to_owned()));
        }
    }
    for label in ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        let end = format!("-----END {label}-----");
        if let Some(start) = text.find(&format!("-----BEGIN {label}-----")) {
            let length = text[start..].find(&end).ok_or(KeyError::Damaged)? + end.len();
            return Ok((label, &text[start..start + length]));
        }
    }
    Err(KeyError::NoKey)
}

fn parse_key(der: &[u8]) -> Result<(Key, KeyKind), KeyError> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| KeyError::Damaged)?;
    match info.algorithm.oid {
        ID_EC_PUBLIC_KEY => {
            for (algorithm, kind) in
                [(&ECDSA_P256_SHA256_ASN1_SIGNING, KeyKind::P256), (&ECDSA_P384_SHA384_ASN1_SIGNING, KeyKind::P384)]
            {
                if let Ok(pair) = EcdsaKeyPair::from_pkcs8(algorithm, der) {
                    return Ok((Key::Ec(pair), kind));
                }
            }
            Err(KeyError::Unsupported)
        }
        RSA_ENCRYPTION => {
            let pair = rsa::KeyPair::from_pkcs8(der).map_err(|_| KeyError::Unsupported)?;
            Ok((Key::Rsa(Box::new(pair)), KeyKind::Rsa))
        }
        _ => Err(KeyError::Unsupported),
    }
}
