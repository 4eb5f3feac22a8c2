//! Making a detached CMS signature of the baseline level: CAdES-B-B, and PAdES-B-B for PDFs.

use chrono::{DateTime, Utc};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode};
use x509_cert::attr::Attribute;

use super::cms::{
    CONTENT_TYPE, ContentInfo, DATA, EncapsulatedContent, EssCertificateId, IssuerAndSerial, MESSAGE_DIGEST,
    SIGNED_DATA, SIGNING_CERTIFICATE_V2, SIGNING_TIME, SignedData, SignerInfo, SigningCertificateV2, cms_time,
};
use super::identity::{KeyError, Signer};
use super::verify::{SignatureFault, verify_parts};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no certificate.
    #[error("a signer needs a certificate")]
    NoCertificate,
    /// A structure could not be written.
    #[error("writing the signature failed")]
    Encoding(#[from] der::Error),
    /// The signature just made does not verify with its own certificate.
    #[error("the new signature does not verify with the signer's own certificate")]
    SelfCheck(#[source] SignatureFault),
    /// The PDF cannot be extended.
    #[error(transparent)]
    Pdf(#[from] PdfSignFault),
}

/// Why a PDF cannot be extended by a signature.
#[derive(Debug, thiserror::Error)]
pub enum PdfSignFault {
    /// Not a PDF that can be read and written.
    #[error("its objects cannot be read or added to")]
    Document(#[from] lopdf::Error),
    /// Nothing may be added to it.
    #[error("it is encrypted")]
    Encrypted,
    /// What was written is not there.
    #[error("the signature's place was not found after writing")]
    Lost,
    /// A chain of many certificates.
    #[error("the signature has {size} bytes; there is room for {room}")]
    TooLarge {
        /// The size of the signature.
        size: usize,
        /// What was kept free for it.
        room: usize,
    },
}

/// Signs `content`: DER of a detached CAdES-B-B signature, verified with the signer's certificate before it is returned.
pub fn sign_detached(content: &[u8], signer: &dyn Signer, time: DateTime<Utc>) -> Result<Vec<u8>, SignError> {
    sign_parts(&[content], signer, Some(time))
}

/// Signs the concatenation of `parts`. PAdES forbids `signing-time` (EN 319 142-1, 6.3): the PDF says it in `/M`.
pub(super) fn sign_parts(
    parts: &[&[u8]],
    signer: &dyn Signer,
    time: Option<DateTime<Utc>>,
) -> Result<Vec<u8>, SignError> {
    let own = signer.chain().first().ok_or(SignError::NoCertificate)?;
    let hash = signer.kind().hash();
    let ess = SigningCertificateV2 {
        certificates: vec![EssCertificateId { hash: OctetString::new(own.fingerprint().as_bytes().as_slice())? }],
    };
    let mut attributes = SetOfVec::from_iter([
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(hash.of(parts))?)?)?,
        attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&ess)?)?,
    ])?;
    if let Some(time) = time {
        attributes.insert(attribute(SIGNING_TIME, Any::encode_from(&cms_time(time)?)?)?)?;
    }
    let signature = signer.sign(&attributes.to_der()?)?;
    let info = SignerInfo {
        version: 1,
        signer: IssuerAndSerial { issuer: own.issuer().clone(), serial: own.serial().clone() },
        digest_algorithm: hash.identifier(),
        attributes,
        signature_algorithm: signer.kind().signature(),
        signature: OctetString::new(signature)?,
    };
    let certificates = signer.chain().iter().map(|one| Any::from_der(one.der())).collect::<der::Result<Vec<_>>>()?;
    let signed = SignedData {
        version: 1,
        digest_algorithms: SetOfVec::from_iter([hash.identifier()])?,
        content: EncapsulatedContent { content_type: DATA },
        certificates: Some(SetOfVec::from_iter(certificates)?),
        signers: SetOfVec::from_iter([info])?,
    };
    let der = ContentInfo { content_type: SIGNED_DATA, content: signed }.to_der()?;
    verify_parts(&der, parts, time.is_some()).map_err(SignError::SelfCheck)?;
    Ok(der)
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::from_iter([value])? })
}
