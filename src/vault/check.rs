//! `vault check`: every link, every blob, the log of attestations.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::logs::{Logs, marks};
use super::names::{BlobFile, Namer, with_bases};
use super::{Vault, VaultError, patches};
use crate::model::{Chain, ChainProblem, Keeping, ProblemKind, Sha256, with_causes};

/// Blobs up to this many bytes on the disk are unpacked in memory, larger ones as a stream.
const IN_MEMORY: u64 = 1 << 20;

const RESTORE: &str = "restore the file from a backup; the evidence no longer stands without it";

/// What a check of the whole vault found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Checked {
    /// How many snapshots have their evidence.
    pub snapshots: usize,
    /// Of how many only the manifest is kept.
    pub pruned: usize,
    /// How many named blobs were hashed.
    pub blobs: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many they have on the disk.
    pub stored: u64,
    /// Blobs that nothing names: a killed collection left them, or an interrupted prune.
    pub unnamed: Unnamed,
    /// Whether anything says how far the log of attestations went.
    pub log: LogKnown,
    /// All that is wrong.
    pub problems: Vec<ChainProblem>,
}

/// Whether a vault says how far its log of attestations went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LogKnown {
    /// `vault.json` or a manifest names a line of it.
    Named,
    /// Only older versions wrote here: whether lines are missing from its end is not known.
    Unknown,
}

/// Blobs that nothing names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unnamed {
    /// How many.
    pub blobs: u64,
    /// How many bytes they have on the disk.
    pub bytes: u64,
    /// How many of them are not what their name says, which a power cut may do.
    pub altered: u64,
}

impl Vault {
    /// Checks everything that the vault holds against its hashes, on all cores. It writes nothing.
    pub fn check_all(&self) -> Result<Checked, VaultError> {
        // Whoever prunes takes blobs away that were named a moment ago.
        let _lock = self.lock_if_writable()?;
        let anchored = self.anchor()?.attestations;
        let Chain { links, mut problems } = self.chain()?;
        let mut names = self.named_by_snapshots(&links)?;
        let marks = marks(anchored, &links);
        match Logs::read(self) {
            Ok(logs) => {
                names.extend(logs.documents().map(|hash| (hash, Namer::Attestations)));
                problems.extend(logs.problem(self, &marks));
            }
            Err(VaultError::Altered { path, what }) => problems.push(ChainProblem {
                kind: ProblemKind::AttestationLogBroken,
                path: path.display().to_string(),
                snapshot: None,
                message: format!("the log of attestations was altered: {}", with_causes(&what)),
                remedy: "restore the file from a backup".to_owned(),
            }),
            Err(error) => return Err(error),
        }
        names.sort_unstable();
        let files = self.blob_files()?;
        let named = with_bases(names.iter().map(|(hash, _)| *hash).collect(), &files);
        let count = |keeping| links.iter().filter(|link| link.keeping == keeping).count();
        let mut checked = Checked {
            snapshots: count(Keeping::Whole),
            pruned: count(Keeping::Manifest),
            blobs: 0,
            bytes: 0,
            stored: 0,
            unnamed: Unnamed::default(),
            log: if marks.is_empty() { LogKnown::Unknown } else { LogKnown::Named },
            problems,
        };
        let there: BTreeSet<Sha256> = files.iter().map(|file| file.hash).collect();
        for hash in named.difference(&there) {
            checked.problems.push(self.missing_blob(hash, &names, &links));
        }
        for (path, what) in self.broken_packs()? {
            checked.problems.push(ChainProblem {
                kind: ProblemKind::BlobAltered,
                path: path.display().to_string(),
                snapshot: None,
                message: format!("the pack was altered: {what}"),
                remedy: RESTORE.to_owned(),
            });
        }
        for (file, result) in self.hash_all(&files) {
            self.count(&mut checked, file, result, &named)?;
        }
        checked.problems.sort();
        Ok(checked)
    }

    /// Hashes all blobs; a base is unpacked once for all patches on it.
    fn hash_all<'a>(&self, files: &'a [BlobFile]) -> Vec<(&'a BlobFile, Result<u64, VaultError>)> {
        let groups: Vec<&[BlobFile]> =
            files.chunk_by(|a, b| a.base.unwrap_or(a.hash) == b.base.unwrap_or(b.hash)).collect();
        let hash = |group: &&'a [BlobFile]| {
            let mut base: Option<Vec<u8>> = None;
            let mut results = Vec::with_capacity(group.len());
            for file in *group {
                let result = match (&file.base, &base) {
                    (Some(_), Some(base)) => self.get_on(&file.hash, base).map(|bytes| bytes.len() as u64),
                    (None, _) if file.stored > IN_MEMORY || group.len() == 1 => self.check(&file.hash),
                    _ => self.get(&file.hash).map(|bytes| {
                        let length = bytes.len() as u64;
                        if file.base.is_none() && patches::fits(bytes.len()) {
                            base = Some(bytes);
                        }
                        length
                    }),
                };
                results.push((file, result));
            }
            results
        };
        groups.par_iter().flat_map_iter(hash).collect()
    }

    fn count(
        &self,
        checked: &mut Checked,
        file: &BlobFile,
        result: Result<u64, VaultError>,
        named: &BTreeSet<Sha256>,
    ) -> Result<(), VaultError> {
        let broken = match result {
            Ok(bytes) if named.contains(&file.hash) => {
                checked.blobs += 1;
                checked.bytes += bytes;
                checked.stored += file.stored;
                return Ok(());
            }
            Ok(_) => None,
            Err(VaultError::Altered { what, .. }) => Some((
                ProblemKind::BlobAltered,
                format!("the evidence {} was altered: {}", file.hash, with_causes(&what)),
            )),
            Err(error @ VaultError::Base { .. }) => Some((ProblemKind::BlobAltered, error.to_string())),
            // It went away while we looked.
            Err(VaultError::Missing(_)) => Some((ProblemKind::BlobMissing, "it is missing".to_owned())),
            Err(VaultError::Io { source, .. }) => {
                Some((ProblemKind::BlobAltered, format!("it cannot be read: {source}")))
            }
            Err(error) => return Err(error),
        };
        match broken {
            Some((kind, message)) if named.contains(&file.hash) => checked.problems.push(ChainProblem {
                kind,
                path: self.place(&file.hash).display().to_string(),
                snapshot: None,
                message,
                remedy: RESTORE.to_owned(),
            }),
            broken => {
                checked.unnamed.blobs += 1;
                checked.unnamed.bytes += file.stored;
                checked.unnamed.altered += u64::from(broken.is_some());
            }
        }
        Ok(())
    }

    fn missing_blob(&self, hash: &Sha256, names: &[(Sha256, Namer)], links: &[crate::model::Link]) -> ChainProblem {
        let from = names.partition_point(|(other, _)| other < hash);
        let by: Vec<Namer> =
            names.iter().skip(from).take_while(|(other, _)| other == hash).map(|(_, namer)| *namer).collect();
        let message = match by.as_slice() {
            [] => "it is missing: other blobs are kept as patches on it".to_owned(),
            [one] => format!("it is missing: {} names it", one.words(links)),
            [one, others @ ..] => format!("it is missing: {} and {} more name it", one.words(links), others.len()),
        };
        ChainProblem {
            kind: ProblemKind::BlobMissing,
            path: self.blob_path(hash).display().to_string(),
            snapshot: match by.first() {
                Some(Namer::Snapshot(number)) => links.get(*number as usize).map(|link| link.id.short()),
                _ => None,
            },
            message,
            remedy: "restore the file from a backup, or merge a copy of the vault that has it".to_owned(),
        }
    }
}
