//! What `vault.json` says that the vault must hold: its newest snapshots, and where the log of attestations stands. No
//! vault opens without this file, so that what is missing besides is not taken for what never was.
//!
//! It is written after what it names, and read before: killed in between, it names less than there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{FORMAT, VaultError, fault};
use super::files;
use crate::model::{LogMark, SnapshotId};

/// The file.
pub(super) const NAME: &str = "vault.json";

/// `vault.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Anchor {
    format: u32,
    /// The newest snapshots; not known where only an older version wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) heads: Option<BTreeSet<SnapshotId>>,
    /// Where the log of attestations stands; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attestations: Option<LogMark>,
}

impl Anchor {
    /// Of a vault that is new.
    pub(super) fn new() -> Self {
        Self { format: FORMAT, heads: Some(BTreeSet::new()), attestations: Some(LogMark::default()) }
    }

    /// Reads what a vault's folder says.
    pub(super) fn read(root: &Path) -> Result<Self, VaultError> {
        let path = root.join(NAME);
        let bytes = fs::read(&path).map_err(|error| fault(&path, error))?;
        serde_json::from_slice(&bytes).map_err(|error| VaultError::Altered { path, what: error.into() })
    }

    /// Writes it, synced.
    pub(super) fn write(&self, root: &Path) -> Result<(), VaultError> {
        let path = root.join(NAME);
        let unwritten = |error: serde_json::Error| VaultError::Altered { path: path.clone(), what: error.into() };
        files::write_whole(&path, &serde_json::to_vec(self).map_err(unwritten)?)?;
        files::sync_folder(root)
    }

    /// New snapshots stand in the place of those that they stand on. What is named and missing stays named.
    pub(super) fn replace_heads(&mut self, new: &[SnapshotId], below: &[SnapshotId]) {
        let heads = self.heads.get_or_insert_default();
        heads.retain(|id| !below.contains(id));
        heads.extend(new);
    }
}
