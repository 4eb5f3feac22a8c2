//! Merging another vault into this one.

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};

use super::Vault;
use crate::model::SnapshotId;

/// Which snapshots may stand side by side: those that came by the last merge, and those that were newest before it.
#[derive(Serialize, Deserialize)]
struct Beside {
    format: u32,
    ids: BTreeSet<SnapshotId>,
}

impl Vault {
    /// The snapshots that may stand side by side. What cannot be read excuses nothing.
    pub(super) fn merged_ids(&self) -> BTreeSet<SnapshotId> {
        let read = fs::read(self.root().join("merged.json")).ok();
        read.and_then(|bytes| serde_json::from_slice::<Beside>(&bytes).ok()).map(|one| one.ids).unwrap_or_default()
    }
}
