//! What to do next: the result of `next`, and its JSON is a contract (`docs/schema/next.schema.json`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{AccountId, Age, FrameworkId, Region, RequirementId, Severity, SnapshotId};

/// The actions that close open requirements, those that close most first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActionPlan {
    /// The format of this result, 1.
    pub format: u32,
    /// The snapshot that was judged.
    pub snapshot: SnapshotId,
    /// When its evidence was collected.
    pub time: DateTime<Utc>,
    /// Requirements that count.
    pub requirements: usize,
    /// Those of them that are open: neither satisfied nor not applicable.
    pub open: usize,
    /// Open requirements that stay open whatever is done: they wait for what was approved as an exception.
    pub excepted: usize,
    /// The actions in the order in which they close requirements soonest.
    pub actions: Vec<Action>,
    /// Failing checks of which every finding is covered by an exception that runs: no action is needed now.
    pub accepted: Vec<Accepted>,
}

/// Something that a person can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Action {
    /// What kind of thing.
    pub kind: ActionKind,
    /// What it is about: a check, a request, an IAM action, a kind of report.
    pub id: String,
    /// In one line.
    pub title: String,
    /// How bad it is; none of what no check judges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Who has to act.
    pub owner: String,
    /// Since when it is open as far as the snapshots show, and for how many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What to do.
    pub remedy: String,
    /// The AWS CLI command that shows the fact again; it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Failing findings, or calls refused.
    pub findings: usize,
    /// The first of them; those that an exception covers come last.
    pub examples: Vec<ActionFinding>,
    /// The open requirements that wait for it, of all frameworks.
    pub requirements: Vec<Waiting>,
    /// How many of these it closes when everything above it is done.
    pub closes: usize,
    /// How many requirements are closed when this and everything above it is done.
    pub closed: usize,
}

/// What kind of thing a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// Repair what a check fails on.
    Fix,
    /// Let the collector read what was refused.
    Grant,
    /// Collect again what AWS did not give yet, or gives no more.
    Collect,
    /// Find out what a check cannot determine.
    Settle,
    /// Attach a document.
    Attest,
    /// Get a report of AWS that covers the period.
    Obtain,
    /// Change a setting.
    Set,
    /// Ask AWS more patiently.
    Retry,
    /// Tell auditpack's authors what AWS answered.
    Report,
}

impl ActionKind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Grant => "grant",
            Self::Collect => "collect",
            Self::Settle => "settle",
            Self::Attest => "attest",
            Self::Obtain => "obtain",
            Self::Set => "set",
            Self::Retry => "retry",
            Self::Report => "report",
        }
    }
}

/// How long something has been open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Since {
    /// The first snapshot's time that shows it.
    pub time: DateTime<Utc>,
    /// Whether it may be older.
    pub age: Age,
    /// Whole days from then to now.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub days: i64,
}

/// A finding that an action repairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActionFinding {
    /// The resource.
    pub resource: String,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Why it fails.
    pub reason: String,
}

/// A requirement that waits for an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Waiting {
    /// The framework.
    pub framework: FrameworkId,
    /// The requirement.
    pub id: RequirementId,
}

/// A failing check that was approved as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Accepted {
    /// The check.
    pub check: crate::model::CheckId,
    /// How many findings.
    pub findings: usize,
    /// The earliest day on which an exception ends.
    pub until: chrono::NaiveDate,
    /// Who approved that one.
    pub approver: String,
}
