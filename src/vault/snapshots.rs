//! Snapshots: canonical JSON whose SHA-256 is the id, each naming the one before it.

use std::fmt;
use std::str::FromStr;

use super::manifests::Folder;
use super::{Vault, VaultError, check_format};
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
    /// The newest snapshot's id: the `previous` of the next.
    pub fn newest(&self) -> Result<Option<SnapshotId>, VaultError> {
        match self.snapshot_folders()?.last() {
            Some(folder) => Ok(Some(Sha256::of(&folder.bytes()?))),
            None => Ok(None),
        }
    }

    /// Loads a snapshot and checks that it is what its name says.
    pub fn load(&self, selector: &Selector) -> Result<Stored, VaultError> {
        let folders = self.snapshot_folders()?;
        let folder = match selector {
            Selector::Latest => folders.last().cloned().ok_or_else(|| VaultError::Empty(self.root().to_owned()))?,
            Selector::Prefix(prefix) => {
                let short: String = prefix.chars().take(12).collect();
                let matching: Vec<&Folder> =
                    folders.iter().filter(|folder| folder.short().is_some_and(|id| id.starts_with(&short))).collect();
                match matching.as_slice() {
                    [] => return Err(VaultError::Unknown(prefix.clone())),
                    [folder] => (*folder).clone(),
                    several => {
                        let names = several.iter().filter_map(|folder| folder.short().map(str::to_owned)).collect();
                        return Err(VaultError::Ambiguous(prefix.clone(), names));
                    }
                }
            }
        };
        let file = folder.manifest().unwrap_or_else(|| folder.path.clone());
        let bytes = folder.bytes()?;
        check_format(&file, &bytes)?;
        let id = Sha256::of(&bytes);
        let altered = |what: String| VaultError::Altered { path: file.clone(), what };
        if folder.short() != Some(id.short().as_str()) {
            return Err(altered(format!("its content hashes to {}", id.short())));
        }
        if matches!(selector, Selector::Prefix(prefix) if !id.to_string().starts_with(prefix)) {
            return Err(VaultError::Unknown(selector.to_string()));
        }
        let snapshot = serde_json::from_slice(&bytes).map_err(|error| altered(error.to_string()))?;
        Ok(Stored { id, snapshot, bytes })
    }
}
