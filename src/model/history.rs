//! The history of a vault: its snapshots as a chain, without their exchanges, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountId, LogMark, Period, SnapshotId};

/// A snapshot as a link of the chain: what its manifest says besides the replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Link {
    /// Its id: the manifest was hashed and found to be it.
    pub id: SnapshotId,
    /// When collecting began.
    pub time: DateTime<Utc>,
    /// When collecting ended.
    pub finished: DateTime<Utc>,
    /// The audit's period.
    pub period: Period,
    /// The organization.
    pub organization: String,
    /// The accounts that were asked.
    pub accounts: BTreeSet<AccountId>,
    /// The snapshot that it stands on.
    pub previous: Option<SnapshotId>,
    /// The newest snapshots of other branches that it stands on too.
    pub also_after: Vec<SnapshotId>,
    /// The tool that wrote it.
    pub tool: String,
    /// What is kept of it.
    pub keeping: Keeping,
    /// Where the log of attestations stood; not known of what an older version wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestations: Option<LogMark>,
}

impl Link {
    /// All snapshots that it stands on.
    pub fn stands_on(&self) -> impl Iterator<Item = SnapshotId> + '_ {
        self.previous.iter().chain(&self.also_after).copied()
    }
}

/// What is kept of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Keeping {
    /// The manifest and all evidence.
    Whole,
    /// The manifest and what was derived from it: it was pruned.
    Manifest,
}

impl Keeping {
    /// The state in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Manifest => "pruned",
        }
    }
}

/// The chain of a vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The links, each after those that it stands on, otherwise the oldest first.
    pub links: Vec<Link>,
    /// What is wrong with it.
    pub problems: Vec<ChainProblem>,
}

/// Something wrong with a vault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChainProblem {
    /// What kind.
    pub kind: ProblemKind,
    /// The file or folder that shows it, or that is not there.
    pub path: String,
    /// The snapshot that it is about, by the first digits of its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(extend("pattern" = "^[0-9a-f]{12}$")))]
    pub snapshot: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub remedy: String,
}

/// What can be wrong with a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A manifest is not what its name says.
    SnapshotAltered,
    /// A manifest cannot be read.
    SnapshotUnreadable,
    /// A snapshot that others stand on is not there.
    SnapshotMissing,
    /// A snapshot is of another organization than the others.
    SnapshotForeign,
    /// A snapshot says that it is older than the one it stands on.
    ClockBackwards,
    /// Snapshots stand side by side though no vaults were merged.
    Branched,
    /// What was derived from a pruned snapshot is not what it was.
    DerivedAltered,
    /// Evidence is gone.
    BlobMissing,
    /// Evidence is not what its name says.
    BlobAltered,
    /// The log of attestations is not what was written.
    AttestationLogBroken,
    /// The log of attestations, or lines at its end, are not there.
    AttestationLogMissing,
}

impl ProblemKind {
    /// The kind as JSON and tables name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SnapshotAltered => "snapshot-altered",
            Self::SnapshotUnreadable => "snapshot-unreadable",
            Self::SnapshotMissing => "snapshot-missing",
            Self::SnapshotForeign => "snapshot-foreign",
            Self::ClockBackwards => "clock-backwards",
            Self::Branched => "branched",
            Self::DerivedAltered => "derived-altered",
            Self::BlobMissing => "blob-missing",
            Self::BlobAltered => "blob-altered",
            Self::AttestationLogBroken => "attestation-log-broken",
            Self::AttestationLogMissing => "attestation-log-missing",
        }
    }

    /// Whether what is newest, or what was before, can no longer be told.
    pub fn hides_history(self) -> bool {
        use ProblemKind::{Branched, SnapshotAltered, SnapshotForeign, SnapshotMissing, SnapshotUnreadable};
        matches!(self, Branched | SnapshotAltered | SnapshotForeign | SnapshotMissing | SnapshotUnreadable)
    }
}

impl Chain {
    /// The newest link.
    pub fn newest(&self) -> Option<&Link> {
        self.links.last()
    }

    /// The links that no other stands on, newest first: the next snapshot stands on all of them.
    pub fn heads(&self) -> Vec<&Link> {
        let below: BTreeSet<SnapshotId> = self.links.iter().flat_map(Link::stands_on).collect();
        self.links.iter().rev().filter(|link| !below.contains(&link.id)).collect()
    }

    /// A snapshot and all that it stands on, whether they are there or not.
    pub fn ancestry(&self, id: SnapshotId) -> BTreeSet<SnapshotId> {
        let links: BTreeMap<SnapshotId, &Link> = self.links.iter().map(|link| (link.id, link)).collect();
        let (mut found, mut open) = (BTreeSet::new(), vec![id]);
        while let Some(id) = open.pop() {
            if found.insert(id)
                && let Some(link) = links.get(&id)
            {
                open.extend(link.stands_on());
            }
        }
        found
    }

    /// The organization of most links; of the oldest where two have as many.
    pub fn organization(&self) -> Option<&str> {
        let mut counts = BTreeMap::<&str, usize>::new();
        for link in &self.links {
            *counts.entry(&link.organization).or_default() += 1;
        }
        let most = counts.values().max().copied()?;
        let names = self.links.iter().map(|link| link.organization.as_str());
        names.into_iter().find(|name| counts.get(name) == Some(&most))
    }

    /// Every account that any link asked.
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        self.links.iter().flat_map(|link| link.accounts.iter().cloned()).collect()
    }

    /// Puts links into the chain's order: each after those that it stands on, otherwise by time and id.
    pub fn order(links: Vec<Link>) -> Vec<Link> {
        let mut waiting: BTreeMap<SnapshotId, Link> = links.into_iter().map(|link| (link.id, link)).collect();
        let mut followers = BTreeMap::<SnapshotId, Vec<SnapshotId>>::new();
        let mut owed = BTreeMap::<SnapshotId, usize>::new();
        let mut ready = BTreeSet::new();
        for link in waiting.values() {
            let below: BTreeSet<SnapshotId> = link.stands_on().filter(|id| waiting.contains_key(id)).collect();
            if below.is_empty() {
                ready.insert((link.time, link.id));
            }
            owed.insert(link.id, below.len());
            for id in below {
                followers.entry(id).or_default().push(link.id);
            }
        }
        let mut ordered = Vec::with_capacity(waiting.len());
        while let Some((_, id)) = ready.pop_first() {
            for follower in followers.remove(&id).unwrap_or_default() {
                let left = owed.entry(follower).or_default();
                *left = left.saturating_sub(1);
                if let (0, Some(link)) = (*left, waiting.get(&follower)) {
                    ready.insert((link.time, follower));
                }
            }
            ordered.extend(waiting.remove(&id));
        }
        // Hashes make no circles; should one be found nonetheless, its links stay at the end.
        ordered.extend(waiting.into_values());
        ordered
    }
}
