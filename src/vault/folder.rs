//! A vault's folder: opened, made, locked.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::anchor::{self, Anchor};
use super::error::{FORMAT, VaultError, fault};
use super::files;
use super::pack_index::Packs;
use crate::model::{LogMark, SnapshotId};

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

#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Vault {
    /// Opens a vault that exists.
    pub fn open(root: &Path) -> Result<Self, VaultError> {
        let head = root.join(anchor::NAME);
        match fs::read(&head) {
            Ok(bytes) => {
                check_format(&head, &bytes)?;
                Ok(Self { root: root.to_owned(), packs: Arc::default() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match is_begun(root) {
                Ok(true) | Err(_) => Err(VaultError::None(root.to_owned())),
                Ok(false) => Err(VaultError::Foreign(root.to_owned())),
            },
            Err(error) => Err(fault(&head, error)),
        }
    }

    /// Opens a vault, making it if the folder is new or empty.
    pub fn create(root: &Path) -> Result<Self, VaultError> {
        match Self::open(root) {
            Err(VaultError::None(_)) => {
                for folder in FOLDERS {
                    files::make_folder(&root.join(folder))?;
                }
                remove_leftovers(root)?;
                Anchor::new().write(root)?;
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

    /// What the vault must hold.
    pub(super) fn anchor(&self) -> Result<Anchor, VaultError> {
        Anchor::read(&self.root)
    }

    /// Names where the log of attestations stands now.
    pub(super) fn anchor_log(&self, mark: LogMark) -> Result<(), VaultError> {
        let mut anchor = self.anchor()?;
        anchor.attestations = Some(mark);
        anchor.write(&self.root)
    }

    /// Names new snapshots in the place of those that they stand on.
    pub(super) fn anchor_heads(&self, new: &[SnapshotId], below: &[SnapshotId]) -> Result<(), VaultError> {
        let mut anchor = self.anchor()?;
        anchor.replace_heads(new, below);
        anchor.write(&self.root)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// The folders that a new vault begins with.
const FOLDERS: [&str; 3] = ["blobs", "journal", "snapshots"];

/// Whether a folder without `vault.json` is empty, or holds what is made before it: a full disk or a killed process left
/// that.
fn is_begun(root: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let folder = FOLDERS.iter().any(|folder| entry.file_name() == **folder);
        match folder {
            true if fs::read_dir(entry.path())?.next().is_none() => {}
            false if is_leftover(&entry)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Whether an entry is a file that [`files::temporary`] began: a killed process left it before it had its name.
fn is_leftover(entry: &fs::DirEntry) -> io::Result<bool> {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    Ok(name.starts_with(".tmp") && name.ends_with(".tmp") && entry.file_type()?.is_file())
}

fn remove_leftovers(root: &Path) -> Result<(), VaultError> {
    for entry in fs::read_dir(root).map_err(|error| fault(root, error))? {
        let entry = entry.map_err(|error| fault(root, error))?;
        let path = entry.path();
        if is_leftover(&entry).map_err(|error| fault(&path, error))? {
            fs::remove_file(&path).map_err(|error| fault(&path, error))?;
        }
    }
    Ok(())
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
