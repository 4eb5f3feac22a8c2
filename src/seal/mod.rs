//! Keys, signatures and which signers to trust: CAdES-B-B over bytes, PAdES-B-B in a PDF. Bytes in, bytes out: no files, no clock.
//!
//! A signature is verified in two steps that never mix: [`verify_detached`] and [`verify_pdf`] say whether the
//! mathematics holds and who signed; [`Trust`] says whether the reader believes that signer.

mod algorithm;
mod certificate;
mod cms;
mod identity;
mod keygen;
mod pdf;
mod pdf_verify;
mod sign;
mod text;
mod trust;
mod verify;

pub use algorithm::KeyKind;
pub use aws_lc_rs::rand::{SecureRandom, SystemRandom};
pub use certificate::{Certificate, CertificateError};
pub use identity::{KeyError, Signer, SigningIdentity};
pub use keygen::{Generated, KeygenError, generate};
pub use pdf::{PdfSignature, sign_pdf};
pub use pdf_verify::{PdfFault, verify_pdf};
pub use sign::{PdfSignFault, SignError, sign_detached};
pub use trust::{Foreign, Trust, TrustError, Trusted};
pub use verify::{Malformation, SignatureFacts, SignatureFault, verify_detached};

#[cfg(test)]
mod tests;
