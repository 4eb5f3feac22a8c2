//! Evidence at rest: bytes under their SHA-256, snapshots in a hash chain, a journal to resume from, one writer at a time.
//!
//! ```text
//! vault.json                          {"format": 1}
//! lock                                held by the one collection that writes
//! blobs/ab/<sha256>.zst               the hash is over the uncompressed bytes
//! journal/<time>.jsonl                an unfinished collection
//! snapshots/<time>-<id>/snapshot.json.zst
//!                                     its SHA-256, uncompressed, is the snapshot's id
//! attestations.jsonl                  manual evidence: each line names the hash of the line before it
//! ```

mod attestations;
mod blobs;
mod files;
mod journal;
mod manifests;
mod snapshots;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Sha256;

pub use attestations::{Attesting, KeepError, LARGEST_DOCUMENT, StoredAttestations};
pub use blobs::Document;
pub use journal::{Journal, Resumed, Started};
pub use snapshots::{Selector, Stored};

/// The vault format that this build reads and writes.
pub const FORMAT: u32 = 1;

/// A folder of evidence.
#[derive(Debug, Clone)]
pub struct Vault {
    root: PathBuf,
}

/// The right to write, given back when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the vault could not do it; nothing is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The folder is not there.
    #[error("there is no vault at `{}`", .0.display())]
    None(PathBuf),
    /// The folder holds something else.
    #[error("`{}` is not a vault: it has files but no `vault.json`", .0.display())]
    Foreign(PathBuf),
    /// Written by a later version.
    #[error("`{}` has format {found}, this build reads {FORMAT}: it was written by a newer auditpack", path.display())]
    Newer {
        /// The file that says so.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Another collection writes.
    #[error("the vault `{}` is locked: another collection is writing to it", .0.display())]
    Locked(PathBuf),
    /// The disk is full.
    #[error("the disk is full: `{}` could not be written; what was collected before is safe", .0.display())]
    Full(PathBuf),
    /// Any other fault of the file system.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not what it was.
    #[error("`{}` was altered: {what}", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// How it shows.
        what: String,
    },
    /// A blob that a snapshot names is gone.
    #[error("the evidence {0} is missing from the vault")]
    Missing(Sha256),
    /// There is no snapshot yet.
    #[error("the vault `{}` holds no snapshot yet", .0.display())]
    Empty(PathBuf),
    /// No snapshot of that name.
    #[error("no snapshot begins with `{0}`")]
    Unknown(String),
    /// More than one snapshot of that name.
    #[error("more than one snapshot begins with `{0}`: {list}", list = .1.join(", "))]
    Ambiguous(String, Vec<String>),
    /// Nothing to resume.
    #[error("there is no unfinished collection in `{}`", .0.display())]
    NothingToResume(PathBuf),
    /// The log of attestations does not take an event.
    #[error("{what}")]
    Refused {
        /// Why.
        what: String,
    },
    /// The unfinished collection was begun for something else.
    #[error("the unfinished collection was begun with another {0}")]
    Changed(&'static str),
}

impl VaultError {
    /// What the user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::None(_) | Self::Empty(_) => "collect evidence first: `auditpack collect`",
            Self::Foreign(_) => "name an empty or a new folder with `--vault`",
            Self::Newer { .. } => "install the newer auditpack; this vault was left untouched",
            Self::Locked(_) => "wait for the other collection to end, or stop it; a killed one leaves no lock behind",
            Self::Full(_) => "make room, then run `auditpack collect --resume`",
            Self::Io { .. } => "check the folder's permissions and disk",
            Self::Altered { .. } | Self::Missing(_) => {
                "restore the file from a backup; the evidence no longer stands without it"
            }
            Self::Unknown(_) | Self::Ambiguous(..) => "name a snapshot by more digits of its id, or `latest`",
            Self::Refused { .. } => "`auditpack attest list --all` shows what was attested",
            Self::NothingToResume(_) => "leave `--resume` away to begin a new collection",
            Self::Changed(_) => "leave `--resume` away to begin a new collection",
        }
    }
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
                Ok(Self { root: root.to_owned() })
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
                Ok(Self { root: root.to_owned() })
            }
            opened => opened,
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
mod tests;
