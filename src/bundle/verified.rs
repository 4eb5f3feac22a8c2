//! The stages of a pack that is read: opened, hashed, verified. What is read of it later is what was hashed.

use std::collections::BTreeMap;

use super::attestations::{self, LogError};
use super::digests::{Digested, digests};
use super::pack::{Pack, PackReadError};
use super::path::PackPath;
use super::problem::Verification;
use crate::model::{AttestationLog, Sha256};

/// A pack with the digest of every member.
#[derive(Debug)]
pub(super) struct Hashed<'a> {
    pack: Pack<'a>,
    digests: BTreeMap<PackPath, Digested>,
}

impl<'a> Hashed<'a> {
    pub(super) fn of(pack: Pack<'a>) -> Self {
        let digests = digests(&pack);
        Self { pack, digests }
    }

    pub(super) fn digests(&self) -> &BTreeMap<PackPath, Digested> {
        &self.digests
    }

    pub(super) fn digest(&self, path: &str) -> Option<Sha256> {
        let path = PackPath::parse(path).ok()?;
        self.digests.get(&path).and_then(|digested| digested.sha256)
    }

    /// A whole member, if it still is what was hashed: a folder's file may be written to meanwhile, and a zip in place.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, PackReadError> {
        let bytes = self.pack.read(path)?;
        match self.digest(path) == Some(Sha256::of(&bytes)) {
            true => Ok(bytes),
            false => Err(PackReadError::Changed(path.to_owned())),
        }
    }
}

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
        self.0.digests.keys()
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
