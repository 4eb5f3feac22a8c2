//! Evidence at rest: bytes under their SHA-256, snapshots in a hash chain, a journal to resume from, one writer at a time.
//!
//! ```text
//! vault.json                          {"format": 1}
//! lock                                held by the one collection that writes
//! blobs/ab/<sha256>.zst               the hash is over the uncompressed bytes; it may be a patch on another blob
//! packs/<sha256>.pack                 the small blobs of a collection in one file
//! journal/<time>.jsonl                an unfinished collection
//! snapshots/<time>-<id>/snapshot.json.zst
//!                                     its SHA-256, uncompressed, is the snapshot's id
//! snapshots/<time>-<id>/pruned.json   only the manifest and what was derived from the snapshot are kept
//! merged.json                         which snapshots may stand side by side since the last merge
//! attestations.jsonl                  manual evidence: each line names the hash of the line before it
//! ```

mod attestations;
mod blobs;
mod chain;
mod check;
mod derived;
mod error;
mod files;
mod journal;
mod manifests;
mod merge;
mod names;
mod packs;
mod patches;
mod policy;
mod prune;
mod pruned;
mod snapshots;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use attestations::{Attesting, KeepError, LARGEST_DOCUMENT, StoredAttestations};
pub use blobs::Document;
pub use check::{Checked, Unnamed};
pub use error::VaultError;
pub use journal::{Journal, Resumed, Started};
pub use merge::{LogMerge, Merged};
pub use policy::KeepPolicy;
pub use prune::{Prune, Pruning};
pub use snapshots::{Quarter, Selector, Stored};

/// The vault format that this build reads and writes.
pub const FORMAT: u32 = 1;

/// A folder of evidence.
#[derive(Debug, Clone)]
pub struct Vault {
    root: PathBuf,
    packs: Arc<packs::Packs>,
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
fn check_format(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let altered = |error: serde_json::Error| VaultError::Altered { path: path.to_owned(), what: error.to_string() };
    let head: Head = serde_json::from_slice(bytes).map_err(altered)?;
    if head.format > FORMAT {
        return Err(VaultError::Newer { path: path.to_owned(), found: head.format });
    }
    Ok(())
}

fn fault(path: &Path, source: io::Error) -> VaultError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => VaultError::Full(path.to_owned()),
        _ => VaultError::Io { path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod keeping_tests;
#[cfg(test)]
mod tests;
