//! What changed between two snapshots: the result of `diff`, and its JSON is a contract (`docs/schema/diff.schema.json`).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{DefinitionChange, Known, Turn};
use crate::model::{
    AccountId, Age, AttestationId, Cause, CheckId, FrameworkId, GapReason, Identity, Period, Region, RequirementId,
    Responsibility, Severity, SnapshotId, SourceId, Status, Verdict,
};

/// Two snapshots compared; both are judged by what holds for the second, so that what differs is the estate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Difference {
    /// The format of this result, 1.
    pub format: u32,
    /// The earlier side.
    pub before: SideName,
    /// The later side.
    pub after: SideName,
    /// Checks whose verdict changed, worst first.
    pub checks: Vec<CheckChange>,
    /// Requirements whose status changed, in the frameworks' order.
    pub requirements: Vec<RequirementChange>,
    /// Findings that fail on one of the sides.
    pub findings: FindingChanges,
    /// Resources that came and went.
    pub resources: Vec<ResourceChange>,
    /// What differs in what AWS answered, by source.
    pub evidence: Vec<EvidenceChange>,
    /// What can be read on one side only.
    pub coverage: Coverages,
    /// Exceptions that came, went or ran out.
    pub exceptions: Vec<ExceptionChange>,
    /// Documents that were attested, replaced, withdrawn, or that ran out.
    pub attestations: Vec<AttestationChange>,
    /// Changes of the mappings and settings, and what they alone change in the verdicts of the first side.
    pub definitions: DefinitionChanges,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SideName {
    /// As the user called it: `2026-Q2`, `latest`, `evidence-pack.zip`.
    pub asked: String,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// When its evidence was collected.
    pub time: DateTime<Utc>,
    /// The audit's period.
    pub period: Period,
    /// The organization.
    pub organization: String,
}

/// A check whose verdict changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckChange {
    /// The check.
    pub id: CheckId,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// Its verdict before.
    pub before: Verdict,
    /// Its verdict after.
    pub after: Verdict,
    /// Which way it went.
    pub turn: Turn,
    /// Why, in one sentence.
    pub reason: String,
}

/// A requirement whose status changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequirementChange {
    /// The framework.
    pub framework: FrameworkId,
    /// The requirement.
    pub id: RequirementId,
    /// Its title.
    pub title: String,
    /// Who owned it before.
    pub responsibility_before: Responsibility,
    /// Who owns it after.
    pub responsibility: Responsibility,
    /// Where it stood.
    pub before: Status,
    /// Where it stands.
    pub after: Status,
    /// Which way it went; none when only its owner changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// What made it so: checks that turned, documents, reports of AWS.
    pub because: Vec<String>,
}

/// Changes of what is judged by, apart from what is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DefinitionChanges {
    /// Whether the first side's own mappings and settings are known.
    pub known: Known,
    /// Mappings and settings that differ, each in words.
    pub changes: Vec<DefinitionChange>,
    /// Checks of the first side whose verdict these changes alone change.
    pub checks: Vec<CheckChange>,
    /// Requirements of the first side whose status these changes alone change.
    pub requirements: Vec<RequirementChange>,
}

/// Findings by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingChanges {
    /// They fail now and did not, or were not visible.
    pub new: Vec<FindingChange>,
    /// They failed and do not any more, and the evidence shows that.
    pub fixed: Vec<FindingChange>,
    /// They failed and still do.
    pub open: Vec<FindingChange>,
    /// They failed, and whether they still do is no longer visible.
    pub unseen: Vec<FindingChange>,
    /// They failed in an account or region that is asked no more: they do not count as fixed.
    pub left: Vec<FindingChange>,
}

/// A finding on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingChange {
    /// The check.
    pub check: CheckId,
    /// Its severity.
    pub severity: Severity,
    /// The resource as it is called now, or was last.
    pub resource: String,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// What made it so.
    pub cause: Cause,
    /// In one sentence.
    pub reason: String,
    /// Since when it fails, as far as the snapshots show.
    pub since: DateTime<Utc>,
    /// Whether it may fail for longer: it did already in the first snapshot, or could not be seen before.
    pub age: Age,
    /// Whole days from `since` to the later side, or to the moment when it was seen fixed.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub days: i64,
    /// Covered by an exception on the later side, or on the earlier one if it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
}

/// A resource that came, went, or is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResourceChange {
    /// What became of it.
    pub cause: Cause,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// As it is called now, or was last.
    pub resource: String,
    /// Its name before, if it was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The sources that show it.
    pub sources: Vec<SourceId>,
    /// What the reader should know besides: AWS's ids or times on both sides.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What differs in the answers of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EvidenceChange {
    /// The source.
    pub source: SourceId,
    /// Replies on the later side whose bytes the earlier side has too.
    pub same_replies: usize,
    /// Replies on the later side with other bytes.
    pub other_replies: usize,
    /// Rows on the later side only.
    pub came: usize,
    /// Rows on the earlier side only.
    pub gone: usize,
    /// Rows on both sides whose members differ.
    pub changed: usize,
    /// Rows on both sides that say the same.
    pub same: usize,
    /// In how many changed rows each member differs.
    pub members: BTreeMap<String, usize>,
}

/// What can be read on one side only, and the scope itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Coverages {
    /// Readable before and not after: a loss, not an improvement.
    pub lost: Vec<CoverageChange>,
    /// Not readable before, and readable after.
    pub gained: Vec<CoverageChange>,
    /// Accounts, regions and sources that joined or left the scope, in words.
    pub scope: Vec<ScopeChange>,
}

/// A source in a place that can be read on one side only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CoverageChange {
    /// The source.
    pub source: SourceId,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Why it could not be read.
    pub reason: GapReason,
    /// The IAM action or the setting that closes it.
    pub action: String,
    /// How many calls.
    pub calls: usize,
}

/// Something that joined or left the scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScopeChange {
    /// What happened.
    pub change: Membership,
    /// What it is.
    pub kind: ScopeKind,
    /// The account's id, `account region`, or the source's id.
    pub name: String,
}

/// What a scope consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ScopeKind {
    /// An account.
    Account,
    /// A region of an account.
    Region,
    /// A source.
    Source,
}

impl ScopeKind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Region => "region",
            Self::Source => "source",
        }
    }
}

/// Whether something joined or left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// It was not asked before.
    Joined,
    /// It is not asked any more.
    Left,
}

/// An exception that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExceptionChange {
    /// What became of it.
    pub change: DeviationChange,
    /// The check.
    pub check: CheckId,
    /// The patterns.
    pub resources: Vec<String>,
    /// Who approved it.
    pub approver: String,
    /// Until when.
    pub until: NaiveDate,
    /// How many failing findings of the later side it covers.
    pub covers: usize,
}

/// A document that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AttestationChange {
    /// What became of it.
    pub change: DeviationChange,
    /// Its number.
    pub id: AttestationId,
    /// What it is.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts.
    pub valid_until: NaiveDate,
    /// What it is for.
    pub targets: Vec<String>,
}

/// What became of an exception or a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DeviationChange {
    /// It ran out.
    Expired,
    /// It is there no more: withdrawn, replaced, deleted.
    Removed,
    /// It is new.
    Added,
}

impl DeviationChange {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }
}

/// A resource on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// As findings name it.
    pub name: String,
    /// How AWS distinguishes it from others of its name.
    pub identity: Identity,
    /// The sources that show it.
    pub sources: Vec<SourceId>,
}
