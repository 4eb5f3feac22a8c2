//! What the packs of a vault hold, in memory.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use crate::model::Sha256;

/// What all packs hold, read when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Packs {
    pub(super) index: RwLock<Option<Arc<Index>>>,
}

/// Where each packed blob lies.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) packs: Vec<PathBuf>,
    /// Sorted by hash.
    pub(super) entries: Vec<(Sha256, PackedAt)>,
    /// Packs that are none, and why.
    pub(super) broken: Vec<(PathBuf, String)>,
}

/// Where a blob lies among the packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackedAt {
    pub(super) pack: u32,
    pub(super) offset: u64,
    pub(super) length: u32,
}

impl Index {
    pub(super) fn find(&self, hash: &Sha256) -> Option<(&Path, PackedAt)> {
        let at = self.entries.binary_search_by_key(hash, |(hash, _)| *hash).ok()?;
        let (_, place) = self.entries.get(at)?;
        Some((self.packs.get(place.pack as usize)?, *place))
    }
}
