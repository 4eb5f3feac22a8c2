//! A vault's folder: opened, made, locked.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{FORMAT, VaultError, fault};
use super::files;
use super::pack_index::Packs;

/// A folder of evidence.
#[derive(Debug, Clone)]
pub struct Vault {
    root: PathBuf,
    pub(super) packs: Arc<Packs>,
}

/// The right to write, given back when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
}

impl Vault {
    /// Opens a vault that exists.
    pub fn open(root: &Path) -> Result<Self, VaultError> {
        let head = root.join("vault.json");
        match fs::read(&head) {
            Ok(bytes) => {
                check_format(&head, &bytes)?;
                Ok(Self { root: root.to_owned(), packs: Arc::default() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_dir(root).map(Iterator::count) {
                Ok(0) | Err(_) => Err(VaultError::None(root.to_owned())),
                Ok(_) => Err(VaultError::Foreign(root.to_owned())),
            },
            Err(error) => Err(fault(&head, error)),
        }
    }

    /// Opens a vault, making it if the folder is new or empty.
    pub fn create(root: &Path) -> Result<Self, VaultError> {
        match Self::open(root) {
            Err(VaultError::None(_)) => {
                for folder in ["blobs", "journal", "snapshots"] {
                    files::make_folder(&root.join(folder))?;
                }
                let head = serde_json::to_vec(&Head { format: FORMAT }).unwrap_or_default();
                files::write_whole(&root.join("vault.json"), &head)?;
                Ok(Self { root: root.to_owned(), packs: Arc::default() })
            }
            Ok(vault) => {
                // A vault that was kept where there are no empty folders, as in a bucket, comes back without this one.
                files::make_folder(&root.join("journal"))?;
                Ok(vault)
            }
            refused => refused,
        }
    }

    /// Takes the right to write. The system gives it back when the process ends, however it ends.
    pub fn lock(&self) -> Result<Lock, VaultError> {
        let path = self.root.join("lock");
        let file = files::private().create(true).write(true).truncate(false).open(&path);
        let file = file.map_err(|error| fault(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(VaultError::Locked(self.root.clone())),
            Err(TryLockError::Error(error)) => Err(fault(&path, error)),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Refuses what a newer version wrote before reading anything else of it.
pub(super) fn check_format(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let altered = |error: serde_json::Error| VaultError::Altered { path: path.to_owned(), what: error.into() };
    let head: Head = serde_json::from_slice(bytes).map_err(altered)?;
    if head.format > FORMAT {
        return Err(VaultError::Newer { path: path.to_owned(), found: head.format });
    }
    Ok(())
}
