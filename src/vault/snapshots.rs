//! Snapshots: canonical JSON whose SHA-256 is the id, each naming the one before it.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use super::{Vault, VaultError, check_format, fault, files};
use crate::model::{Sha256, Snapshot, SnapshotId};

/// Which snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The newest.
    Latest,
    /// The one whose id begins with these hex digits.
    Prefix(String),
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => Ok(Self::Latest),
            _ if text.len() >= 4 && text.len() <= 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                Ok(Self::Prefix(text.to_ascii_lowercase()))
            }
            _ => Err("expected `latest` or at least 4 hex digits of a snapshot's id".to_owned()),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Prefix(prefix) => f.write_str(prefix),
        }
    }
}

/// A snapshot as it lies in the vault.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: SnapshotId,
    /// What it says.
    pub snapshot: Snapshot,
    /// Its bytes, as they were hashed.
    pub bytes: Vec<u8>,
}

impl Vault {
    /// The folders of all snapshots, oldest first.
    fn snapshot_folders(&self) -> Result<Vec<PathBuf>, VaultError> {
        let folder = self.root().join("snapshots");
        let entries = fs::read_dir(&folder).map_err(|error| fault(&folder, error))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| fault(&folder, error))?.path();
            if path.join("snapshot.json").is_file() {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// The newest snapshot's id: the `previous` of the next.
    pub fn newest(&self) -> Result<Option<SnapshotId>, VaultError> {
        match self.snapshot_folders()?.last() {
            Some(path) => {
                let file = path.join("snapshot.json");
                Ok(Some(Sha256::of(&fs::read(&file).map_err(|error| fault(&file, error))?)))
            }
            None => Ok(None),
        }
    }

    /// Loads a snapshot and checks that it is what its name says.
    pub fn load(&self, selector: &Selector) -> Result<Stored, VaultError> {
        let folders = self.snapshot_folders()?;
        let path = match selector {
            Selector::Latest => folders.last().cloned().ok_or_else(|| VaultError::Empty(self.root().to_owned()))?,
            Selector::Prefix(prefix) => {
                let short: String = prefix.chars().take(12).collect();
                let matching: Vec<&PathBuf> =
                    folders.iter().filter(|path| id_of(path).is_some_and(|id| id.starts_with(&short))).collect();
                match matching.as_slice() {
                    [] => return Err(VaultError::Unknown(prefix.clone())),
                    [path] => (*path).clone(),
                    several => {
                        let names = several.iter().filter_map(|path| id_of(path)).collect();
                        return Err(VaultError::Ambiguous(prefix.clone(), names));
                    }
                }
            }
        };
        let file = path.join("snapshot.json");
        let bytes = fs::read(&file).map_err(|error| fault(&file, error))?;
        check_format(&file, &bytes)?;
        let id = Sha256::of(&bytes);
        let altered = |what: String| VaultError::Altered { path: file.clone(), what };
        if id_of(&path) != Some(id.short()) {
            return Err(altered(format!("its content hashes to {}", id.short())));
        }
        if matches!(selector, Selector::Prefix(prefix) if !id.to_string().starts_with(prefix)) {
            return Err(VaultError::Unknown(selector.to_string()));
        }
        let snapshot = serde_json::from_slice(&bytes).map_err(|error| altered(error.to_string()))?;
        Ok(Stored { id, snapshot, bytes })
    }

    pub(super) fn write_snapshot(&self, snapshot: &Snapshot) -> Result<SnapshotId, VaultError> {
        let mut bytes = serde_json::to_vec_pretty(snapshot)
            .map_err(|error| VaultError::Altered { path: self.root().to_owned(), what: error.to_string() })?;
        bytes.push(b'\n');
        let id = Sha256::of(&bytes);
        let folder = self.snapshot_folder(snapshot.time, &id);
        files::make_folder(&folder)?;
        files::write_whole(&folder.join("snapshot.json"), &bytes)?;
        files::sync_folder(&folder)?;
        files::sync_folder(&self.root().join("snapshots"))?;
        Ok(id)
    }
}

fn id_of(path: &std::path::Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    name.rsplit_once('-').map(|(_, id)| id.to_owned())
}
