//! What the evidence shows: the result of `assess`, and its JSON is a contract (`docs/schema/assess.schema.json`).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    AccountId, AccountSplit, AgedList, Attestation, AttestationUse, CheckId, ConfigWord, ControlId, ExceptionUse,
    FrameworkId, Gap, ParamChange, Period, PremisesSetting, Region, ReportKind, RequirementId, Responsibility,
    ServiceInUse, Severity, Sha256, SnapshotId, SplitOverride, Status, Target, Totals, Verdict, Witness,
};

/// A snapshot judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Assessment {
    /// The format of this result, 1.
    pub format: u32,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// The audit's period.
    pub period: Period,
    /// The snapshot's time, at which everything is judged.
    pub time: DateTime<Utc>,
    /// Every check of the catalog, by id.
    pub checks: Vec<CheckResult>,
    /// Every requirement of the chosen frameworks, in the frameworks' order.
    pub requirements: Vec<RequirementResult>,
    /// The gaps, those found in reading included.
    pub gaps: Vec<Gap>,
    /// AWS's own reports as found in Artifact.
    pub reports: Vec<ReportFound>,
    /// The services really in use and how we know.
    pub services: Vec<ServiceInUse>,
    /// Thresholds that differ from the catalog's.
    pub params: Vec<ParamChange>,
    /// Lists of the catalog that count and are too old to be relied on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aged: Vec<AgedList>,
    /// Exceptions and what became of them.
    pub exceptions: Vec<ExceptionUse>,
    /// Requirements whose owner the settings set.
    #[serde(default)]
    pub overrides: Vec<SplitOverride>,
    /// What the organization says that it has of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub premises: Option<PremisesSetting>,
    /// Manual evidence: the attestations that count, in the order in which they were made.
    #[serde(default)]
    pub attestations: Vec<Attestation>,
    /// Counts over stated denominators.
    pub totals: Totals,
}

/// What a check says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckResult {
    /// The check.
    pub id: CheckId,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// The fold of its findings.
    pub verdict: Verdict,
    /// Why, when no finding says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A verdict for each resource, sorted by account, region, resource.
    pub findings: Vec<Finding>,
    /// The equivalent rules of AWS Config that are deployed, and what they count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
}

impl CheckResult {
    /// The findings that wait for people to show something.
    pub fn awaiting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.awaits.is_some())
    }

    /// Whether it is open for nothing else than what people have to show of its population.
    pub fn awaits_alone(&self) -> bool {
        let mut open = self.findings.iter().filter(|finding| finding.verdict == Verdict::Undetermined).peekable();
        self.verdict == Verdict::Undetermined && open.peek().is_some() && open.all(|finding| finding.awaits.is_some())
    }
}

/// What a check says of one resource or place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The ARN where AWS has one, else the id; the account id for account-wide facts, the region's name for region-wide ones.
    pub resource: String,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The verdict.
    pub verdict: Verdict,
    /// Why; empty for a plain Pass.
    pub reason: String,
    /// The bodies that show it.
    pub evidence: Vec<Sha256>,
    /// The index into `exceptions` of one that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<usize>,
    /// What AWS Config says of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigWord>,
    /// What people have to show of it: it is a part of a population.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaits: Option<Awaits>,
}

/// What people have to show of normal work that a check lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Awaits {
    /// That it was approved.
    Approval,
}

/// Where a requirement stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequirementResult {
    /// The framework.
    pub framework: FrameworkId,
    /// The framework's id of it.
    pub id: RequirementId,
    /// Our title.
    pub title: String,
    /// Its group.
    pub group: String,
    /// The requirement that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RequirementId>,
    /// Who owns it, for the services in use.
    pub responsibility: Responsibility,
    /// What made the split so: "guest_os: customer (Amazon EC2)".
    pub split: Vec<String>,
    /// Who owns it in each account, where that is not the same in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountSplit>,
    /// The fold of both parts.
    pub status: Status,
    /// Why, in one sentence.
    pub reason: String,
    /// AWS's half.
    pub aws_part: AwsPart,
    /// The customer's half.
    pub customer_part: CustomerPart,
    /// Why it does not apply, where the organization left it out; it is counted apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
}

/// Why a requirement does not apply, as the statement of applicability says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Exclusion {
    /// Why.
    pub reason: String,
    /// Who approved it; none for an optional part of a framework that the report does not speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
}

/// AWS's half of a requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AwsPart {
    /// Its status; not applicable when AWS has no part.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// What AWS does.
    pub text: String,
    /// The reports that would evidence it and those that do.
    pub reports: Vec<ReportUse>,
}

/// A kind of report named by a requirement, and what Artifact has of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportUse {
    /// The kind.
    pub kind: ReportKind,
    /// How it relates to the audit's period.
    pub coverage: ReportCoverage,
    /// The report's id in Artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it counts or not, in words.
    pub reason: String,
    /// What it is worth here.
    #[serde(default, skip_serializing_if = "ReportRole::is_proof")]
    pub role: ReportRole,
}

/// What a report is worth for a requirement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReportRole {
    /// AWS's half rests on it: one such report that covers the period is enough.
    #[default]
    Proves,
    /// It says something of AWS's half and proves nothing.
    Supports,
}

impl ReportRole {
    fn is_proof(&self) -> bool {
        *self == Self::Proves
    }
}

/// How a report's period relates to ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReportCoverage {
    /// Its period covers ours, or it is a certificate valid through it.
    Covers,
    /// It ends before ours does and a bridge letter covers the rest.
    Bridged,
    /// It covers a part only.
    Partial,
    /// It does not touch our period.
    Outside,
    /// Artifact has none of this kind.
    Missing,
    /// Artifact could not be read.
    Unknown,
    /// Not an Artifact document: a dated copy must be attached.
    ToAttach,
}

/// A report in Artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportFound {
    /// Its kind, if our table knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReportKind>,
    /// Artifact's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its state in Artifact.
    pub state: String,
    /// The first day of its period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// The last day of its period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
    /// The document's SHA-256, if it was fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// The bodies that say so.
    pub evidence: Vec<Sha256>,
}

/// The customer's half of a requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CustomerPart {
    /// Its status; not applicable when the customer has no part.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// What the customer must do.
    pub text: String,
    /// The common controls that support it.
    pub controls: Vec<ControlId>,
    /// The checks of these controls and what they say.
    pub checks: Vec<CheckUse>,
    /// What a human must attach.
    pub manual: Vec<ManualUse>,
    /// Documents that were attested for the requirement or one of its controls without answering a request.
    #[serde(default)]
    pub supporting: Vec<AttestationUse>,
}

/// A check that supports a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckUse {
    /// The check.
    pub id: CheckId,
    /// What it says.
    pub verdict: Verdict,
}

/// A piece of manual evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ManualUse {
    /// Its id.
    pub id: String,
    /// The request.
    pub ask: String,
    /// Who is asked.
    pub owner: String,
    /// Whether it is there.
    pub state: ManualState,
    /// The request that the same document answers: of several, it is the one to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<Target>,
    /// What was attached, those that count first.
    #[serde(default)]
    pub attestations: Vec<AttestationUse>,
}

/// Whether manual evidence is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ManualState {
    /// Not attached.
    Missing,
    /// Attached and valid.
    Present,
    /// Attached and expired.
    Expired,
}
