//! What history keeps of a judged snapshot: enough to follow findings and counts over years, small enough to read at once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    AccountId, Catalog, CheckId, Inventory, Period, Region, Severity, Sha256, SnapshotId, SourceId, Totals, Verdict,
};

/// A snapshot as it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The format of this record, [`Judgement::FORMAT`].
    pub format: u32,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// What it was judged by: mappings, thresholds, frameworks. Two of the same yardstick can be compared.
    pub yardstick: Sha256,
    /// The documents that counted, as one hash.
    pub documents: Sha256,
    /// The tool that judged.
    pub tool: String,
    /// When the evidence was collected.
    pub time: DateTime<Utc>,
    /// The audit's period that it was collected for.
    pub period: Period,
    /// The mappings and settings at the time of collecting, as one hash; none of snapshots that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_by: Option<Sha256>,
    /// The accounts that were asked and their regions.
    pub places: BTreeMap<AccountId, BTreeSet<Region>>,
    /// Every check.
    pub checks: BTreeMap<CheckId, CheckRecord>,
    /// Counts over stated denominators.
    pub totals: Totals,
    /// How completely each source that was asked could be read.
    pub sources: BTreeMap<SourceId, Sight>,
}

impl Judgement {
    /// The format that this build writes.
    pub const FORMAT: u32 = 1;
}

/// What a check said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Its severity.
    pub severity: Severity,
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether its findings last.
    pub lasting: Lasting,
    /// What is not in order, or not known: the findings that fail and those that are undetermined.
    pub open: Vec<FindingRecord>,
}

/// Whether what a check finds lasts until it is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lasting {
    /// It does: the state of something.
    State,
    /// It happened: it is neither open nor fixed afterwards.
    Event,
}

impl Lasting {
    /// What the rows of a check's source are decides.
    pub fn of(catalog: &Catalog, check: &CheckId) -> Self {
        let source = catalog.checks.get(check).and_then(|check| catalog.sources.get(&check.source));
        match source.map(|source| source.inventory) {
            Some(Inventory::Events) => Self::Event,
            _ => Self::State,
        }
    }
}

/// A finding that is not in order, or not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FindingRecord {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The resource as findings name it.
    pub resource: String,
    /// Fail or undetermined.
    pub verdict: Verdict,
    /// How AWS distinguishes the resource from others of its name.
    #[serde(default, skip_serializing_if = "Identity::is_unknown")]
    pub identity: Identity,
}

/// How AWS distinguishes a resource from others that have, had or will have its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// AWS's own id, which survives a rename and never returns: a user's `UserId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<String>,
    /// When AWS says that it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Why `created` may move in a resource that lives on; empty: it does not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caveat: String,
}

impl Identity {
    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.unique.is_none() && self.created.is_none()
    }

    /// Whether two resources of one name are surely not the same: the first was deleted and another one made.
    pub fn contradicts(&self, other: &Self) -> bool {
        let differ = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
        match (&self.unique, &other.unique) {
            (Some(_), Some(_)) => differ(&self.unique, &other.unique),
            _ => self.caveat.is_empty() && other.caveat.is_empty() && differ(&self.created, &other.created),
        }
    }

    /// Whether two resources are surely the same, whatever their names: AWS's own id says so.
    pub fn is(&self, other: &Self) -> bool {
        self.unique.is_some() && self.unique == other.unique
    }

    /// Whether the creation time moved where AWS moves it for other reasons too: which it was cannot be said.
    pub fn is_doubtful_beside(&self, other: &Self) -> bool {
        let moved = matches!((&self.created, &other.created), (Some(a), Some(b)) if a != b);
        moved && !self.contradicts(other) && !self.is(other)
    }
}

/// How completely something could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// Every call was answered.
    Whole,
    /// Some calls ended as gaps.
    Partial,
    /// No call was answered.
    None,
}

impl Sight {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Whole => "read",
            Self::Partial => "read in part",
            Self::None => "not readable",
        }
    }
}
