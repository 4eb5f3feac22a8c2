//! The logs of attestations of a vault, held against everything that names how far they went: the log itself, and logs
//! that were set aside when two could not be joined, `attestations-*.jsonl`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::chain::moment;
use super::{Vault, VaultError, fault};
use crate::attestations::{AttestationLog, LogFault, LogStand};
use crate::model::{ChainProblem, Link, LogMark, ProblemKind, Sha256};

/// The log's file.
pub(super) const LOG: &str = "attestations.jsonl";
/// How the name of a log that was set aside begins.
const ASIDE: &str = "attestations-";

/// A log of attestations as it lies in the vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredAttestations {
    /// What it says.
    pub log: AttestationLog,
    /// Its finished lines, byte for byte: they go into the pack.
    pub bytes: Vec<u8>,
}

/// All logs of a vault.
pub(super) struct Logs {
    /// The one that counts.
    pub(super) stored: StoredAttestations,
    /// Whether its file is there.
    there: bool,
    /// Those that were set aside.
    aside: Vec<StoredAttestations>,
}

impl Logs {
    /// Reads all that are there.
    pub(super) fn read(vault: &Vault) -> Result<Self, VaultError> {
        let path = vault.root().join(LOG);
        let (there, bytes) = match fs::read(&path) {
            Ok(bytes) => (true, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (false, Vec::new()),
            Err(error) => return Err(fault(&path, error)),
        };
        let stored = parse(path, bytes)?;
        let mut aside = Vec::new();
        for path in aside_of(vault)? {
            let bytes = fs::read(&path).map_err(|error| fault(&path, error))?;
            aside.push(parse(path, bytes)?);
        }
        Ok(Self { stored, there, aside })
    }

    /// Puts a log that goes further in the place of the one that counts.
    pub(super) fn take(&mut self, stored: StoredAttestations) {
        self.stored = stored;
        self.there = true;
    }

    /// The documents that any of them names, withdrawn ones too: their history stays.
    pub(super) fn documents(&self) -> impl Iterator<Item = Sha256> + '_ {
        let logs = [&self.stored].into_iter().chain(&self.aside);
        logs.flat_map(|stored| super::names::named_by_log(&stored.log))
    }

    /// What is missing of the logs, by all that names how far they went: the mark that reaches furthest.
    pub(super) fn problem(&self, vault: &Vault, marks: &[(LogMark, Marker<'_>)]) -> Option<ChainProblem> {
        let held = |mark: LogMark| self.aside.iter().any(|one| one.log.stands(mark) == LogStand::Reaches);
        let open = marks.iter().map(|(mark, by)| (self.stored.log.stands(*mark), mark, by));
        let open = open.filter(|(stands, mark, _)| *stands != LogStand::Reaches && !held(**mark));
        let (stands, mark, by) = open.max_by_key(|(_, mark, _)| mark.lines)?;
        let (lines, by) = (mark.lines, by.words());
        let (kind, message) = match (stands, self.there) {
            (LogStand::Other, _) => (
                ProblemKind::AttestationLogBroken,
                format!("line {lines} of the log of attestations is not the one that {by} names: it is another log"),
            ),
            (_, false) => (
                ProblemKind::AttestationLogMissing,
                format!("the log of attestations is missing: {by} names its line {lines}"),
            ),
            (_, true) => (
                ProblemKind::AttestationLogMissing,
                format!(
                    "the log of attestations ends after line {}: {by} names its line {lines}",
                    self.stored.log.mark().lines
                ),
            ),
        };
        Some(ChainProblem {
            kind,
            path: vault.shown(LOG),
            snapshot: None,
            message,
            remedy: "restore the file from a backup, or merge a copy of the vault that has it".to_owned(),
        })
    }
}

/// What names how far the log went.
#[derive(Debug, Clone, Copy)]
pub(super) enum Marker<'a> {
    /// `vault.json`.
    Anchor,
    /// A snapshot's manifest.
    Snapshot(&'a Link),
}

impl Marker<'_> {
    fn words(self) -> String {
        match self {
            Self::Anchor => "`vault.json`".to_owned(),
            Self::Snapshot(link) => format!("the snapshot {} of {}", link.id.short(), moment(link.time)),
        }
    }
}

/// All marks of a vault.
pub(super) fn marks(anchored: Option<LogMark>, links: &[Link]) -> Vec<(LogMark, Marker<'_>)> {
    let of_links = links.iter().filter_map(|link| Some((link.attestations?, Marker::Snapshot(link))));
    anchored.map(|mark| (mark, Marker::Anchor)).into_iter().chain(of_links).collect()
}

/// The logs that were set aside, by name.
pub(super) fn aside_of(vault: &Vault) -> Result<Vec<PathBuf>, VaultError> {
    let root = vault.root();
    let mut paths = Vec::new();
    for entry in fs::read_dir(root).map_err(|error| fault(root, error))? {
        let path = entry.map_err(|error| fault(root, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(ASIDE) && name.ends_with(".jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn parse(path: PathBuf, mut bytes: Vec<u8>) -> Result<StoredAttestations, VaultError> {
    let log = AttestationLog::parse(&bytes).map_err(|wrong| match wrong {
        LogFault::Newer { found, .. } => VaultError::Newer { path, found },
        LogFault::Broken { .. } => VaultError::Altered { path, what: wrong.into() },
    })?;
    bytes.truncate(log.complete());
    Ok(StoredAttestations { log, bytes })
}

/// A problem with the log where nothing goes on without it.
pub(super) fn refused(vault: &Vault, problem: ChainProblem) -> VaultError {
    VaultError::Log { path: vault.root().join(Path::new(LOG)), what: problem.message }
}
