//! A snapshot: what was asked, what came, what did not, and who asked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountId, Exchange, Gap, LogMark, OffersKnownBy, Partition, Region, Sha256, SnapshotId, SourceId};

/// Everything about one collection. Its canonical JSON's SHA-256 is its id, and `previous` chains it to the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The format of this file; this build reads and writes [`Snapshot::FORMAT`].
    pub format: u32,
    /// The tool's version that wrote it, `auditpack 0.1.0`.
    pub tool: String,
    /// The snapshot before this one in the same vault.
    pub previous: Option<SnapshotId>,
    /// The newest snapshots of other branches that were merged into the vault since: this one stands on them too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_after: Vec<SnapshotId>,
    /// The organization's name, from the settings.
    pub organization: String,
    /// The audit's period.
    pub period: Period,
    /// When collecting began: the `now` of every check.
    pub time: DateTime<Utc>,
    /// When collecting ended.
    pub finished: DateTime<Utc>,
    /// Who asked.
    pub caller: Caller,
    /// The mappings and settings that were in force, so that their changes can be separated from the estate's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definitions: Option<Definitions>,
    /// Where the log of attestations stood; none where an older version wrote the snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestations: Option<LogMark>,
    /// What was to be asked.
    pub scope: Scope,
    /// What came, sorted by source, account, region, item, operation, page.
    pub exchanges: Vec<Exchange>,
    /// What did not, sorted.
    pub gaps: Vec<Gap>,
    /// The denominators of completeness, per source.
    pub coverage: BTreeMap<SourceId, Coverage>,
}

impl Snapshot {
    /// The format that this build writes.
    pub const FORMAT: u32 = 1;
}

/// What a snapshot was collected by; the bytes lie in the vault as JSON objects of file names and texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Definitions {
    /// The mappings: every file of them.
    pub mappings: Sha256,
    /// The settings, and the file of exceptions that they name.
    pub settings: Sha256,
}

/// The audit's period, both days included, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Period {
    /// The first day.
    pub start: NaiveDate,
    /// The last day.
    pub end: NaiveDate,
}

impl Period {
    /// The first moment of the period.
    pub fn start_time(&self) -> DateTime<Utc> {
        self.start.and_time(chrono::NaiveTime::MIN).and_utc()
    }

    /// The first moment after the period.
    pub fn end_time(&self) -> DateTime<Utc> {
        self.end.succ_opt().unwrap_or(self.end).and_time(chrono::NaiveTime::MIN).and_utc()
    }
}

/// The identity that asked, as STS named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The caller's account.
    pub account: AccountId,
    /// The caller's ARN.
    pub arn: String,
    /// The caller's unique id.
    pub user_id: String,
}

/// What a collection set out to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The accounts.
    pub accounts: Vec<AccountScope>,
    /// The sources, by id.
    pub sources: Vec<SourceId>,
}

impl Scope {
    /// The ids of the accounts.
    pub fn account_ids(&self) -> Vec<AccountId> {
        self.accounts.iter().map(|account| account.id.clone()).collect()
    }
}

/// One account of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountScope {
    /// The account.
    pub id: AccountId,
    /// Its alias, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Its partition.
    pub partition: Partition,
    /// The regions that were asked, sorted.
    pub regions: Vec<Region>,
    /// The regions that AWS lists for the account but which are not enabled.
    pub disabled_regions: Vec<Region>,
    /// Enabled regions that the settings leave out: named, so that they are not taken for seen.
    #[serde(default)]
    pub excluded_regions: Vec<Region>,
    /// By the service of sources, the regions in which AWS does not offer it: there it was not asked, and is not missing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_offered: BTreeMap<String, BTreeSet<Region>>,
    /// What says so.
    #[serde(default, skip_serializing_if = "OffersKnownBy::is_list")]
    pub offers_known_by: OffersKnownBy,
}

/// How many calls a source wanted and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Calls made, a page each.
    pub attempted: u64,
    /// Calls answered with content.
    pub succeeded: u64,
    /// Calls answered with "there is none".
    pub absent: u64,
    /// Calls that ended as a gap.
    pub gaps: u64,
}
