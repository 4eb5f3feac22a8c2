//! A pack with its digests: what is read of it later is what was hashed.

use std::collections::BTreeMap;

use super::digests::{Digested, digests};
use super::pack::{Pack, PackReadError};
use super::path::PackPath;
use crate::model::Sha256;

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
