//! The stages of a pack that is read: opened, hashed, verified. What is read of it later is what was hashed.

use super::attestations::{self, LogError};
use super::hashed::Hashed;
use super::pack::PackReadError;
use super::path::PackPath;
use super::problem::Verification;
use crate::attestations::AttestationLog;

/// What verifying gave.
#[derive(Debug)]
pub struct Verified {
    /// Everything that was found.
    pub found: Verification,
    /// The pack, if it is as it was signed, whoever signed it.
    pub pack: Option<VerifiedPack>,
}

impl Verified {
    pub(super) fn new(pack: Hashed<'static>, found: Verification) -> Self {
        let pack = found.intact().then(|| VerifiedPack(pack));
        Self { found, pack }
    }
}

/// A pack that is as it was signed, over the file that was verified. Only [`super::verify`] makes one, and only one can be
/// judged.
#[derive(Debug)]
pub struct VerifiedPack(Hashed<'static>);

impl VerifiedPack {
    /// The members, sorted by path.
    pub fn members(&self) -> impl Iterator<Item = &PackPath> {
        self.0.digests().keys()
    }

    /// A whole member as it was verified, if it is there and not larger than the limits allow.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, PackReadError> {
        self.0.read(path)
    }

    /// The log of attestations; an empty one when nothing was attested.
    pub fn attestations(&self) -> Result<AttestationLog, LogError> {
        attestations::read_log(&self.0)
    }
}
