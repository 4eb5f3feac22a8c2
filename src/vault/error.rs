//! What can go wrong in a vault, and what the user can do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::attestations::{LogDefect, LogFault};
use crate::model::{ChainProblem, Sha256, SnapshotId};

/// The vault format that this build reads and writes.
pub const FORMAT: u32 = 1;

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
    /// Another process writes.
    #[error("the vault `{}` is locked: another process is writing to it", .0.display())]
    Locked(PathBuf),
    /// Another process wrote in spite of the lock.
    #[error("another process wrote to `{}` at the same moment: locks do not hold where the vault lies", .0.display())]
    Raced(PathBuf),
    /// The disk is full.
    #[error("the disk is full: `{}` could not be written; what the vault held before is safe", .0.display())]
    Full(PathBuf),
    /// Any other fault of the file system.
    #[error("`{}` cannot be read or written", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not what it was.
    #[error("`{}` was altered", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// How it shows.
        #[source]
        what: Alteration,
    },
    /// A blob is a patch on another, and that one cannot be had.
    #[error("`{}` is kept as a patch on `{}`, which {what}", path.display(), base.display())]
    Base {
        /// The patch.
        path: PathBuf,
        /// What it is a patch on.
        base: PathBuf,
        /// What is wrong with that.
        what: String,
    },
    /// The log of attestations, or a part of it, is gone.
    #[error("{what} (`{}`)", path.display())]
    Log {
        /// The log.
        path: PathBuf,
        /// What is missing of it.
        what: String,
    },
    /// What says who needs the evidence is not all there.
    #[error("nothing is pruned: {what}")]
    Unpruned {
        /// What is missing.
        what: String,
    },
    /// A blob that a snapshot names is gone.
    #[error("the evidence {0} is missing from the vault")]
    Missing(Sha256),
    /// There is no snapshot yet.
    #[error("the vault `{}` holds no snapshot yet", .0.display())]
    Empty(PathBuf),
    /// No such snapshot.
    #[error("{wanted}; the vault has {there}")]
    Unknown {
        /// What was wanted.
        wanted: String,
        /// What there is.
        there: String,
    },
    /// More than one snapshot of that name.
    #[error("more than one snapshot begins with `{0}`: {list}", list = .1.join(", "))]
    Ambiguous(String, Vec<String>),
    /// Only the manifest is left of the snapshot.
    #[error("the snapshot {} of {taken} was pruned {time} by the policy `{policy}`: its evidence is gone", id.short())]
    Pruned {
        /// Which.
        id: SnapshotId,
        /// When it was taken.
        taken: String,
        /// When it was pruned.
        time: String,
        /// By which policy.
        policy: String,
    },
    /// The chain of snapshots does not hold.
    #[error("the chain of the vault `{}` does not hold: {}", root.display(), listed(problems))]
    Chain {
        /// The vault.
        root: PathBuf,
        /// All that is wrong with it.
        problems: Vec<ChainProblem>,
    },
    /// The collection would stand before the snapshot that it follows.
    #[error(
        "the clock says {now}, but the newest snapshot {} in the vault is of {newest}: the chain would run backwards",
        id.short()
    )]
    Backwards {
        /// When the collection began.
        now: String,
        /// When the newest snapshot was taken.
        newest: String,
        /// The newest snapshot.
        id: SnapshotId,
    },
    /// The collection is for another organization than the vault's.
    #[error("the vault holds the evidence of \"{vault}\", the settings are of \"{settings}\"")]
    Organization {
        /// The organization of the vault's snapshots.
        vault: String,
        /// The organization of the collection.
        settings: String,
    },
    /// Two vaults cannot be merged.
    #[error("{what}")]
    Merge {
        /// Why.
        what: String,
        /// What can be done.
        remedy: &'static str,
    },
    /// Nothing to resume.
    #[error("there is no unfinished collection in `{}`", .0.display())]
    NothingToResume(PathBuf),
    /// The log of attestations does not take an event.
    #[error(transparent)]
    Refused(#[from] LogDefect),
    /// The unfinished collection was begun for something else.
    #[error("the unfinished collection was begun with another {0}")]
    Changed(&'static str),
}

/// How it shows that a file is not what it was.
#[derive(Debug, thiserror::Error)]
pub enum Alteration {
    /// Its bytes are not those that were hashed, or not in their order.
    #[error("{0}")]
    Differs(String),
    /// It is not JSON of its kind.
    #[error("it does not parse")]
    Unparsed(#[from] serde_json::Error),
    /// It cannot be unpacked.
    #[error("it cannot be unpacked")]
    Packed(#[from] io::Error),
    /// It is not a log of attestations.
    #[error(transparent)]
    Log(#[from] LogFault),
}

impl From<String> for Alteration {
    fn from(what: String) -> Self {
        Self::Differs(what)
    }
}

impl VaultError {
    /// What the user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::None(_) | Self::Empty(_) => "collect evidence first: `auditpack collect`",
            Self::Foreign(_) => "name an empty or a new folder with `--vault`",
            Self::Newer { .. } => "install the newer auditpack; this vault was left untouched",
            Self::Locked(_) => "wait for the other process to end, or stop it; a killed one leaves no lock behind",
            Self::Raced(_) => {
                "run one auditpack at a time, or keep the vault on a disk of this machine; `auditpack vault check` says what \
                 is there"
            }
            Self::Full(_) => {
                "make room and run the command again; an interrupted collection goes on with `auditpack collect --resume`"
            }
            Self::Io { .. } => "check the folder's permissions and disk",
            Self::Altered { .. } | Self::Base { .. } | Self::Missing(_) => {
                "restore the file from a backup; the evidence no longer stands without it"
            }
            Self::Log { .. } => {
                "restore the file from a backup, or merge a copy of the vault that has it: documents that people attested \
                 are named nowhere else"
            }
            Self::Unpruned { .. } => "`auditpack vault check` names all that is missing, and what can be done",
            Self::Unknown { .. } => "`auditpack vault list` shows all snapshots",
            Self::Ambiguous(..) => "name a snapshot by more digits of its id, or `latest`",
            Self::Pruned { .. } => {
                "choose another snapshot (`auditpack vault list`); its manifest and what was judged of it remain"
            }
            Self::Chain { .. } => "`auditpack vault check` looks at all evidence too",
            Self::Backwards { .. } => {
                "set the clock right, or name another vault with `--vault`; or omit `--resume` to start a new collection"
            }
            Self::Organization { .. } => "name a vault of its own with `--vault`, or set `organization` right",
            Self::Merge { remedy, .. } => remedy,
            Self::Refused(_) => "`auditpack attest list --all` shows what was attested",
            Self::NothingToResume(_) => "omit `--resume` to start a new collection",
            Self::Changed(_) => "omit `--resume` to start a new collection",
        }
    }
}

/// All problems with their remedies, a line each.
fn listed(problems: &[ChainProblem]) -> String {
    let line = |one: &ChainProblem| {
        let ChainProblem { kind, path, message, remedy, .. } = one;
        format!("\n{}: {message} (`{path}`)\n  {remedy}", kind.as_str())
    };
    problems.iter().map(line).collect()
}

pub(super) fn fault(path: &Path, source: io::Error) -> VaultError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => VaultError::Full(path.to_owned()),
        _ => VaultError::Io { path: path.to_owned(), source },
    }
}
