//! Manual evidence in a pack: the log of attestations with its chain, the index of those that count, their documents.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::digests::Digested;
use super::hashed::Hashed;
use super::pack::PackReadError;
use super::path::PackPath;
use super::problem::{Problem, ProblemKind};
use crate::attestations::{AttestationLog, LogFault, LogStand};
use crate::model::{
    Attestation, AttestationId, AttestedFile, LogMark, Sha256, attested_files, visible_json, with_causes,
};

/// The vault's log, byte for byte: each line names the SHA-256 of the line before it.
pub const ATTESTATION_LOG: &str = "attestations/log.jsonl";
/// The attestations that count, and where their documents lie.
pub const ATTESTATION_INDEX: &str = "attestations/index.json";
const FOLDER: &str = "attestations/";
const ASSESSMENT: &str = "assessment.json";
const SNAPSHOT: &str = "snapshot.json";

/// `index.json`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    format: u32,
    /// The SHA-256 of the log's last line.
    head: Option<Sha256>,
    attestations: Vec<Indexed>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Indexed {
    /// Where the document lies; none for a URL, whose content is not in the pack.
    path: Option<String>,
    #[serde(flatten)]
    attestation: Attestation,
}

impl Index {
    fn of(log: &AttestationLog) -> Self {
        let active = log.active();
        let files = attested_files(&active);
        let paths: BTreeMap<AttestationId, &String> =
            files.iter().flat_map(|file| file.of.iter().map(|id| (*id, &file.path))).collect();
        let path = |id: &AttestationId| paths.get(id).map(|path| (*path).clone());
        let indexed = |attestation: Attestation| Indexed { path: path(&attestation.id), attestation };
        let attestations = active.into_iter().map(indexed).collect();
        Self { format: AttestationLog::FORMAT, head: log.head(), attestations }
    }
}

/// Writes the index of what counts.
pub fn attestation_index(log: &AttestationLog) -> Result<Vec<u8>, serde_json::Error> {
    visible_json(&Index::of(log))
}

/// Why the log of attestations cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The member cannot be read.
    #[error(transparent)]
    Unreadable(#[from] PackReadError),
    /// A line does not hold.
    #[error("`{ATTESTATION_LOG}` does not hold")]
    Broken(#[from] LogFault),
    /// The last line is cut off.
    #[error("`{ATTESTATION_LOG}`: its last line has no end")]
    Unfinished,
}

/// The log of a pack; an empty one when nothing was attested.
pub(super) fn read_log(pack: &Hashed<'_>) -> Result<AttestationLog, LogError> {
    let bytes = match pack.read(ATTESTATION_LOG) {
        Ok(bytes) => bytes,
        Err(PackReadError::Missing(_)) => return Ok(AttestationLog::default()),
        Err(error) => return Err(error.into()),
    };
    let log = AttestationLog::parse(&bytes)?;
    match log.complete() == bytes.len() {
        true => Ok(log),
        false => Err(LogError::Unfinished),
    }
}

/// Checks that the log holds, and that index, documents and assessment are what it says. Members already known to be
/// altered are not reported again.
pub(super) fn check(pack: &Hashed<'_>, problems: &mut Vec<Problem>) {
    let known: BTreeSet<String> = problems.iter().map(|problem| problem.path.clone()).collect();
    let mut found = Vec::new();
    let mut add = |path: &str, message: &str| {
        if !known.contains(path) {
            found.push(Problem::new(ProblemKind::AttestationMismatch, path, message));
        }
    };
    let log = match read_log(pack) {
        Ok(log) => {
            match named_mark(pack).map(|mark| log.stands(mark)) {
                None | Some(LogStand::Reaches) => {}
                Some(LogStand::Short) => add(ATTESTATION_LOG, "it ends before the line that `snapshot.json` names"),
                Some(LogStand::Other) => {
                    add(ATTESTATION_LOG, "it is another log than the one that `snapshot.json` names");
                }
            }
            log
        }
        Err(error) => {
            add(ATTESTATION_LOG, &with_causes(&error));
            AttestationLog::default()
        }
    };
    let expected = Index::of(&log);
    match read_index(pack) {
        Ok(None) if log.head().is_none() => {}
        Ok(Some(index)) if index == expected => {}
        Ok(Some(_)) => add(ATTESTATION_INDEX, "it is not what the log of attestations says"),
        Ok(None) => add(ATTESTATION_INDEX, "the log has attestations, and there is no index of them"),
        Err(message) => add(ATTESTATION_INDEX, &message),
    }
    let files = attested_files(&log.active());
    for file in &files {
        match PackPath::parse(&file.path)
            .ok()
            .and_then(|path| pack.digests().get(&path))
            .map(|digested| digested.sha256)
        {
            None => add(&file.path, "it was attested, and it is not in the pack"),
            Some(digest) if digest != Some(file.sha256) => add(&file.path, "it is not the document that was attested"),
            Some(_) => {}
        }
    }
    extra(pack.digests(), &files).for_each(|path| add(path, "no attestation that counts names it"));
    if rests_on(pack).is_some_and(|judged| judged != log.active()) {
        add(ASSESSMENT, "it rests on other attestations than those of the log");
    }
    problems.append(&mut found);
}

/// Members of the folder that are not attested.
fn extra<'a>(
    digests: &'a BTreeMap<PackPath, Digested>,
    files: &[AttestedFile],
) -> impl Iterator<Item = &'a str> + use<'a> {
    let mut expected: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    expected.extend([ATTESTATION_LOG, ATTESTATION_INDEX].map(str::to_owned));
    let members = digests.keys().map(PackPath::as_str);
    members.filter(move |path| path.starts_with(FOLDER) && !expected.contains(*path))
}

fn read_index(pack: &Hashed<'_>) -> Result<Option<Index>, String> {
    match pack.read(ATTESTATION_INDEX) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("it is not an index: {error}")),
        Err(PackReadError::Missing(_)) => Ok(None),
        Err(error) => Err(with_causes(&error)),
    }
}

/// Where the log stood when the snapshot was taken; none when that cannot be read, which is reported elsewhere, or when an
/// older version took it.
fn named_mark(pack: &Hashed<'_>) -> Option<LogMark> {
    #[derive(Deserialize)]
    struct Taken {
        #[serde(default)]
        attestations: Option<LogMark>,
    }
    let bytes = pack.read(SNAPSHOT).ok()?;
    serde_json::from_slice::<Taken>(&bytes).ok()?.attestations
}

/// The attestations that the assessment says to rest on; none when it cannot be read, which is reported elsewhere.
fn rests_on(pack: &Hashed<'_>) -> Option<Vec<Attestation>> {
    #[derive(Deserialize)]
    struct Assessed {
        #[serde(default)]
        attestations: Vec<Attestation>,
    }
    let bytes = pack.read(ASSESSMENT).ok()?;
    serde_json::from_slice::<Assessed>(&bytes).ok().map(|assessed| assessed.attestations)
}
