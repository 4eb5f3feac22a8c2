//! What says that a snapshot was pruned: `pruned.json` beside its manifest.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::manifests::Folder;
use super::{FORMAT, VaultError, check_format, fault, files};
use crate::model::{ChainProblem, ProblemKind, Sha256};

/// The file's name.
pub(super) const NAME: &str = "pruned.json";

/// When and by which policy a snapshot's evidence was given up, and what was derived from it before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pruned {
    format: u32,
    /// When.
    pub(super) time: DateTime<Utc>,
    /// By which policy.
    pub(super) policy: String,
    /// The files that were derived from the evidence, by their hashes: nothing can derive them again.
    pub(super) derived: BTreeMap<String, Sha256>,
}

impl Pruned {
    /// Reads what a folder says; `None`: its snapshot is whole.
    pub(super) fn read(folder: &Folder) -> Result<Option<Self>, VaultError> {
        let path = folder.path.join(NAME);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(&path, error)),
        };
        check_format(&path, &bytes)?;
        let altered = |error: serde_json::Error| VaultError::Altered { path, what: error.into() };
        serde_json::from_slice(&bytes).map(Some).map_err(altered)
    }

    /// Writes it, synced: from now on the evidence may go.
    pub(super) fn write(folder: &Folder, time: DateTime<Utc>, policy: &str) -> Result<(), VaultError> {
        let derived = hashes(folder)?;
        let pruned = Self { format: FORMAT, time, policy: policy.to_owned(), derived };
        let path = folder.path.join(NAME);
        let unwritten = |error: serde_json::Error| fault(&path, io::Error::other(error));
        let mut bytes = serde_json::to_vec_pretty(&pruned).map_err(unwritten)?;
        bytes.push(b'\n');
        files::write_whole(&path, &bytes)?;
        files::sync_folder(&folder.path)
    }

    /// Derived files that are not what they were.
    pub(super) fn problems(&self, folder: &Folder) -> Result<Vec<ChainProblem>, VaultError> {
        let found = hashes(folder)?;
        let mut problems = Vec::new();
        let mut add = |name: &str, message: String| {
            problems.push(ChainProblem {
                kind: ProblemKind::DerivedAltered,
                path: folder.path.join(name).display().to_string(),
                snapshot: folder.short().map(str::to_owned),
                message,
                remedy: "restore it from a backup: the evidence that it came from was pruned".to_owned(),
            });
        };
        for (name, hash) in &self.derived {
            match found.get(name) {
                None => add(name, format!("`{name}` of a pruned snapshot is missing")),
                Some(other) if other != hash => {
                    add(name, format!("`{name}` of a pruned snapshot was altered: it hashes to {}", other.short()));
                }
                Some(_) => {}
            }
        }
        for name in found.keys().filter(|name| !self.derived.contains_key(*name)) {
            add(name, format!("`{name}` was put beside the snapshot after it was pruned: nothing vouches for it"));
        }
        Ok(problems)
    }
}

/// Every derived file of a folder and its hash.
fn hashes(folder: &Folder) -> Result<BTreeMap<String, Sha256>, VaultError> {
    let mut hashes = BTreeMap::new();
    for name in folder.beside()?.into_iter().filter(|name| name != NAME) {
        let path: PathBuf = folder.path.join(&name);
        let bytes = fs::read(&path).map_err(|error| fault(&path, error))?;
        hashes.insert(name, Sha256::of(&bytes));
    }
    Ok(hashes)
}
