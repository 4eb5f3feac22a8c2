//! The chain of snapshots: every manifest is hashed on every use, and held against those that name it.
//!
//! A manifest's head stands before its exchanges, so that reading it costs no more than unpacking and hashing the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeSeed, MapAccess, Visitor};

use super::manifests::{FOLDER_TIME, Folder};
use super::pruned::Pruned;
use super::{FORMAT, Vault, VaultError};
use crate::model::{
    AccountId, Chain, ChainProblem, Keeping, Link, LogMark, Period, ProblemKind, Sha256, SnapshotId, with_causes,
};

const RESTORE: &str = "restore it from a backup, or take another copy of the vault";

impl Vault {
    /// The chain: all links and all that is wrong with them.
    pub fn chain(&self) -> Result<Chain, VaultError> {
        // Before the folders: whoever collects writes it after.
        let anchored = self.anchor()?.heads.unwrap_or_default();
        let folders = self.snapshot_folders()?;
        // All are read before the first error is looked for: which one is reported does not depend on the threads.
        let found: Vec<Result<Read, VaultError>> = folders.par_iter().map(read).collect();
        let (mut links, mut problems) = (Vec::new(), Vec::new());
        for read in found {
            let mut read = read?;
            problems.append(&mut read.problems);
            links.extend(read.link);
        }
        let links = Chain::order(links);
        let mut chain = Chain { links, problems };
        chain.problems.extend(self.missing(&chain, &folders, &anchored));
        chain.problems.extend(self.out_of_place(&chain));
        // Where a link is missing, the one before it looks like an end.
        if !chain.problems.iter().any(|one| one.kind.hides_history()) {
            chain.problems.extend(self.branched(&chain));
        }
        chain.problems.sort();
        Ok(chain)
    }

    /// The chain, if nothing is wrong with it: what is said over all of history must not rest on a part of it.
    pub fn chain_checked(&self) -> Result<Chain, VaultError> {
        let chain = self.chain()?;
        match chain.problems.is_empty() {
            true => Ok(chain),
            false => Err(VaultError::Chain { root: self.root().to_owned(), problems: chain.problems }),
        }
    }

    /// What others stand on and what is not there.
    fn missing(&self, chain: &Chain, folders: &[Folder], anchored: &BTreeSet<SnapshotId>) -> Vec<ChainProblem> {
        let there: BTreeSet<SnapshotId> = chain.links.iter().map(|link| link.id).collect();
        // An altered or unreadable manifest is named as that already.
        let shorts: BTreeSet<&str> = folders.iter().filter_map(Folder::short).collect();
        let gone = |id: &SnapshotId| !there.contains(id) && !shorts.contains(id.short().as_str());
        let mut missing = BTreeMap::<SnapshotId, Vec<String>>::new();
        for link in &chain.links {
            for id in link.stands_on().filter(gone) {
                missing.entry(id).or_default().push(format!("{} stands on it", link.id.short()));
            }
        }
        for id in anchored.iter().filter(|id| gone(id)) {
            missing.entry(*id).or_default().push("`vault.json` names it among the newest".to_owned());
        }
        let problem = |(id, by): (SnapshotId, Vec<String>)| ChainProblem {
            kind: ProblemKind::SnapshotMissing,
            path: self.shown(&format!("snapshots/*-{}", id.short())),
            snapshot: Some(id.short()),
            message: format!("the snapshot {} is missing: {}", id.short(), by.join(", ")),
            remedy: "restore its folder from a backup, or merge a copy of the vault that has it".to_owned(),
        };
        missing.into_iter().map(problem).collect()
    }

    /// Links of another organization, and links before those that they stand on.
    fn out_of_place(&self, chain: &Chain) -> Vec<ChainProblem> {
        let mut problems = Vec::new();
        let times: BTreeMap<SnapshotId, DateTime<Utc>> = chain.links.iter().map(|link| (link.id, link.time)).collect();
        for link in &chain.links {
            let path = self.shown_folder(link);
            if let Some(organization) = chain.organization()
                && organization != link.organization
            {
                problems.push(ChainProblem {
                    kind: ProblemKind::SnapshotForeign,
                    path: path.clone(),
                    snapshot: Some(link.id.short()),
                    message: format!(
                        "the snapshot {} is of \"{}\", the others are of \"{organization}\"",
                        link.id.short(),
                        link.organization
                    ),
                    remedy: "move its folder to a vault of its own: one vault, one organization".to_owned(),
                });
            }
            let before = link.stands_on().filter_map(|id| times.get(&id).map(|time| (*time, id)));
            if let Some((time, id)) = before.max().filter(|(time, _)| *time > link.time) {
                problems.push(ChainProblem {
                    kind: ProblemKind::ClockBackwards,
                    path,
                    snapshot: Some(link.id.short()),
                    message: format!(
                        "the snapshot {} says {}, but it stands on {} of {}: the clock ran backwards",
                        link.id.short(),
                        moment(link.time),
                        id.short(),
                        moment(time)
                    ),
                    remedy: "its times cannot be mended; set the clock right and begin a new vault".to_owned(),
                });
            }
        }
        problems
    }

    /// Branches are right after a merge, until the next collection joins them; otherwise one was put there.
    fn branched(&self, chain: &Chain) -> Option<ChainProblem> {
        let heads = chain.heads();
        let merged = self.merged_ids();
        if heads.len() < 2 || heads.iter().all(|head| merged.contains(&head.id)) {
            return None;
        }
        let names: Vec<String> =
            heads.iter().map(|head| format!("{} of {}", head.id.short(), moment(head.time))).collect();
        Some(ChainProblem {
            kind: ProblemKind::Branched,
            path: self.shown("snapshots"),
            snapshot: heads.first().map(|head| head.id.short()),
            message: format!("the chain has {} ends, and no vaults were merged: {}", heads.len(), names.join(", ")),
            remedy: "take out the folder that was copied in by hand, and use `auditpack vault merge`".to_owned(),
        })
    }

    /// A path below the vault, for people.
    pub(super) fn shown(&self, path: &str) -> String {
        self.root().join(path).display().to_string()
    }

    pub(super) fn shown_folder(&self, link: &Link) -> String {
        self.snapshot_folder(link.time, &link.id).path.display().to_string()
    }
}

/// A time as messages show it.
pub(super) fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What a folder of a snapshot gave.
#[derive(Default)]
struct Read {
    link: Option<Link>,
    problems: Vec<ChainProblem>,
}

fn read(folder: &Folder) -> Result<Read, VaultError> {
    let short = folder.short().map(str::to_owned);
    let path = folder.manifest();
    let problem = |kind, path: &Path, message: String| {
        let path = path.display().to_string();
        let problem = ChainProblem { kind, path, snapshot: short.clone(), message, remedy: RESTORE.to_owned() };
        Ok(Read { link: None, problems: vec![problem] })
    };
    let Some(path) = path else {
        let message = "the folder of a snapshot has no manifest: it was removed, or not copied".to_owned();
        return problem(ProblemKind::SnapshotMissing, &folder.path, message);
    };
    let bytes = match folder.bytes() {
        Ok(bytes) => bytes,
        Err(VaultError::Altered { what, .. }) => {
            return problem(ProblemKind::SnapshotUnreadable, &path, format!("the manifest: {}", with_causes(&what)));
        }
        Err(error) => return problem(ProblemKind::SnapshotUnreadable, &path, with_causes(&error)),
    };
    let id = Sha256::of(&bytes);
    if short.as_deref() != Some(id.short().as_str()) {
        let message =
            format!("the manifest was altered: its content hashes to {}, its folder says otherwise", id.short());
        return problem(ProblemKind::SnapshotAltered, &path, message);
    }
    let head = match Head::read(&bytes) {
        Ok(head) => head,
        Err(error) => {
            return problem(ProblemKind::SnapshotUnreadable, &path, format!("the manifest is not a snapshot: {error}"));
        }
    };
    if head.format > FORMAT {
        return Err(VaultError::Newer { path, found: head.format });
    }
    let named = format!("{}-{}", head.time.format(FOLDER_TIME), id.short());
    if folder.path.file_name().is_none_or(|name| name != named.as_str()) {
        let message = format!("the folder of a snapshot was renamed: it was `{named}`");
        return problem(ProblemKind::SnapshotAltered, &folder.path, message);
    }
    let pruned = match Pruned::read(folder) {
        Ok(pruned) => pruned,
        Err(VaultError::Altered { path, what }) => {
            return problem(
                ProblemKind::SnapshotUnreadable,
                &path,
                format!("it cannot be read: {}", with_causes(&what)),
            );
        }
        Err(error) => return Err(error),
    };
    let problems = match &pruned {
        Some(pruned) => pruned.problems(folder)?,
        None => Vec::new(),
    };
    let keeping = if pruned.is_some() { Keeping::Manifest } else { Keeping::Whole };
    Ok(Read { link: Some(head.link(id, keeping)), problems })
}

/// The part of a manifest before its exchanges.
#[derive(Deserialize)]
struct Head {
    format: u32,
    tool: String,
    #[serde(default)]
    previous: Option<SnapshotId>,
    #[serde(default)]
    also_after: Vec<SnapshotId>,
    organization: String,
    period: Period,
    time: DateTime<Utc>,
    finished: DateTime<Utc>,
    #[serde(default)]
    attestations: Option<LogMark>,
    scope: Scope,
}

#[derive(Deserialize)]
struct Scope {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    id: AccountId,
}

impl Head {
    /// Reads as far as the exchanges; all of it, should another order of members ever be met.
    fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut members = serde_json::Map::new();
        // It ends in an error where the exchanges begin, which is what stops it.
        let _ = BeforeExchanges(&mut members).deserialize(&mut serde_json::Deserializer::from_slice(bytes));
        match serde_json::from_value(members.into()) {
            Ok(head) => Ok(head),
            Err(_) => serde_json::from_slice(bytes),
        }
    }

    fn link(self, id: SnapshotId, keeping: Keeping) -> Link {
        let Self { tool, previous, also_after, organization, period, time, finished, scope, attestations, .. } = self;
        let accounts = scope.accounts.into_iter().map(|account| account.id).collect();
        Link { id, time, finished, period, organization, accounts, previous, also_after, tool, keeping, attestations }
    }
}

/// Takes members of an object until the list of exchanges begins.
struct BeforeExchanges<'a>(&'a mut serde_json::Map<String, serde_json::Value>);

impl<'de> DeserializeSeed<'de> for BeforeExchanges<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for BeforeExchanges<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "exchanges" {
                return Err(serde::de::Error::custom("enough"));
            }
            self.0.insert(key, map.next_value()?);
        }
        Ok(())
    }
}
