//! Readiness over all snapshots: the result of `trend`, and its JSON is a contract (`docs/schema/trend.schema.json`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    AccountId, Age, ByWord, CheckId, FrameworkId, FrameworkTotals, Keeping, Period, Region, Severity, Sha256, Sight,
    SnapshotId, SourceId, Verdict,
};

/// What the snapshots of a vault say together, all judged by the same mappings and settings where that is possible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trend {
    /// The format of this result, 1.
    pub format: u32,
    /// The organization.
    pub organization: String,
    /// When this was worked out: ages and freshness count from here.
    pub now: DateTime<Utc>,
    /// What judged: the points of this yardstick can be compared.
    pub yardstick: Sha256,
    /// A point a snapshot, oldest first.
    pub points: Vec<Point>,
    /// Findings that fail in the newest snapshot, or that could not be seen since they did, oldest first.
    pub open: Vec<OpenFinding>,
    /// How long findings took to be fixed, by severity; every severity is named.
    pub fixes: ByWord<Severity, FixTimes>,
    /// How old the evidence is.
    pub freshness: Freshness,
    /// How many weeks of each audit period have a snapshot.
    pub periods: Vec<PeriodCoverage>,
}

/// A snapshot's counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Point {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// When its evidence was collected.
    pub time: DateTime<Utc>,
    /// The audit's period.
    pub period: Period,
    /// Whether it was judged as the others are.
    pub judged: Judged,
    /// Whether its evidence is still in the vault.
    pub evidence: Keeping,
    /// Whether mappings or settings were others than at the point before when it was collected.
    pub definitions: Steadiness,
    /// Requirements by framework: by status, and by responsibility and status.
    pub frameworks: BTreeMap<FrameworkId, FrameworkTotals>,
    /// Checks by verdict.
    pub checks: ByWord<Verdict>,
    /// Failing findings by severity.
    pub failing: ByWord<Severity>,
    /// Findings that fail here and did not in the point before.
    pub new: usize,
    /// Findings that failed in the point before and are seen fixed here.
    pub fixed: usize,
    /// Answers that are missing.
    pub gaps: usize,
}

/// Whether a snapshot was judged by the yardstick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// By today's mappings and settings.
    Today,
    /// By those of the time when it was judged last: its evidence was pruned since.
    Then,
}

/// Whether definitions stayed between two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Steadiness {
    /// As before, or there is none before.
    Same,
    /// Others.
    Changed,
    /// One of the two does not say.
    Unknown,
}

/// A finding that is not fixed as far as the snapshots show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OpenFinding {
    /// The check.
    pub check: CheckId,
    /// Its severity.
    pub severity: Severity,
    /// The resource.
    pub resource: String,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The first snapshot's time in which it fails.
    pub since: DateTime<Utc>,
    /// Whether it may be older.
    pub age: Age,
    /// Whole days from then to now.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub days: i64,
    /// The last snapshot's time in which it was seen to fail; earlier than the newest one when it is no longer visible.
    pub seen: DateTime<Utc>,
}

/// How long findings of a severity took to be fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FixTimes {
    /// Findings seen fixed.
    pub fixed: usize,
    /// Their mean time in days from the first snapshot that shows them to the first that shows them fixed; of those whose
    /// beginning was seen. Not there: there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub mean_days: Option<f64>,
    /// How many the mean is of.
    pub measured: usize,
    /// Findings still open.
    pub open: usize,
    /// The age of the oldest of them in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub oldest_days: Option<i64>,
}

/// How old the evidence is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Freshness {
    /// The newest snapshot's time.
    pub newest: DateTime<Utc>,
    /// Whole days from then to now.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub days: i64,
    /// Sources that the newest snapshot does not show whole.
    pub stale: Vec<StaleSource>,
    /// Sources that it asked.
    pub sources: usize,
}

/// A source that the newest snapshot does not show whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StaleSource {
    /// The source.
    pub source: SourceId,
    /// How much of it could be read.
    #[cfg_attr(test, schemars(extend("not" = { "const": "whole" })))]
    pub sight: Sight,
    /// The last snapshot's time that shows it whole; none ever did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<DateTime<Utc>>,
}

/// The weeks of an audit period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PeriodCoverage {
    /// The period.
    pub period: Period,
    /// Its weeks, counted from its first day: thirteen in a quarter, whose last one may be some days shorter or longer.
    pub weeks: usize,
    /// Those of them that have begun.
    pub begun: usize,
    /// Those that have a snapshot.
    pub covered: usize,
    /// The first days of those that have begun and have none.
    pub missing: Vec<NaiveDate>,
}

impl PeriodCoverage {
    /// "snapshots cover 12 of 13 weeks".
    pub fn words(&self) -> String {
        match self.begun == self.weeks {
            true => format!("snapshots cover {} of {} weeks", self.covered, self.weeks),
            false => {
                format!("snapshots cover {} of {} weeks so far ({} in all)", self.covered, self.begun, self.weeks)
            }
        }
    }
}

impl Point {
    /// The day of the snapshot.
    pub fn date(&self) -> String {
        self.time.format("%Y-%m-%d").to_string()
    }
}

impl Trend {
    /// The frameworks that any point has: those of the settings in their order, then what only older points have.
    pub fn frameworks<'a>(&'a self, order: &'a [FrameworkId]) -> Vec<&'a FrameworkId> {
        let known: BTreeSet<&FrameworkId> = self.points.iter().flat_map(|point| point.frameworks.keys()).collect();
        let first = order.iter().filter(|id| known.contains(id));
        first.chain(known.iter().copied().filter(|id| !order.contains(id))).collect()
    }
}
