//! The mappings, valid: sources, checks, controls, frameworks, services, AWS report kinds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::expression::Expression;

use super::{
    CheckId, Collector, ControlId, FrameworkId, Offers, ReportDefinition, ReportKind, RequirementId, Responsibility,
    Service, ServiceKey, Severity, Source, SourceExample, SourceId, Target, Verdict,
};

/// Everything that `mappings/` says, with every reference resolved.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Kinds of evidence.
    pub sources: BTreeMap<SourceId, Source>,
    /// Recorded replies of sources that have some, and what is to be read of them.
    pub source_examples: BTreeMap<SourceId, Vec<SourceExample>>,
    /// The sources that the user's own folder defines.
    pub own_sources: BTreeSet<SourceId>,
    /// Checks.
    pub checks: BTreeMap<CheckId, Check>,
    /// Our common controls.
    pub controls: BTreeMap<ControlId, Control>,
    /// Frameworks.
    pub frameworks: BTreeMap<FrameworkId, Framework>,
    /// Who owns which layer of which AWS service.
    pub services: BTreeMap<ServiceKey, Service>,
    /// AWS's own assurance reports.
    pub reports: BTreeMap<ReportKind, ReportDefinition>,
    /// Where AWS offers services.
    pub offers: Offers,
    /// Default thresholds of the checks.
    pub params: BTreeMap<String, Param>,
    /// The request whose document is the review of AWS's reports: what is inherited rests on it.
    pub review: Option<RequestId>,
    /// By which rules it is judged.
    pub edition: Edition,
    /// The files it was read from, by path relative to the mappings folder: they go into the pack.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The rules that mappings are judged by. A pack carries the mappings that it was judged with, and is judged again by
/// the same rules for ever; `edition` in `catalog.toml` says which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// A service that could not be asked counts as in use; a gap anywhere in an account hides a source from look-ups.
    #[default]
    First,
    /// The split follows what is known, look-ups see the gaps of the place that matters, and a requirement that can be
    /// AWS's names the reports that evidence it.
    Second,
}

/// A threshold that `auditpack.toml` may tighten or loosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// The name, `max_key_age_days`.
    pub name: String,
    /// Our value.
    pub default: Value,
    /// In which direction a number gets stricter; a list is stricter when shorter.
    pub stricter: Stricter,
    /// What it means, for people.
    pub title: String,
    /// The day of which it is, where it says what others do and so grows old.
    pub dated: Option<NaiveDate>,
}

/// The direction in which a threshold gets stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stricter {
    /// Fewer days of key age.
    Lower,
    /// More characters of a password.
    Higher,
    /// Neither; any change from the default is printed.
    Neither,
}

/// A check: what is good, in CEL, with the examples that pin it.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The id, `kms.key-rotation`.
    pub id: CheckId,
    /// The good state in words.
    pub title: String,
    /// How bad a Fail is.
    pub severity: Severity,
    /// The source whose rows it judges.
    pub source: SourceId,
    /// Further sources that `find` and `rows` read.
    pub reads: BTreeSet<SourceId>,
    /// Those of them of which a gap matters only where the verdict hangs on what they hold.
    pub reads_at_need: BTreeSet<SourceId>,
    /// Whether a Pass stands though not every region could be asked: of what is asked for, one is enough.
    pub one_is_enough: bool,
    /// Whether it judges each row, or all rows of a place at once.
    pub per: Per,
    /// Which rows it judges; the others are not findings at all.
    pub when: Option<Expression>,
    /// What is good.
    pub pass: Expression,
    /// What no rows at all mean when the source was read completely.
    pub none: Verdict,
    /// A CEL expression giving the reason of a Fail as text; without it the title serves.
    pub detail: Option<Expression>,
    /// Why it matters.
    pub why: String,
    /// What to do about a Fail.
    pub remedy: String,
    /// The AWS CLI command that shows the fact again, where it is none of the source's; empty: none does.
    pub cli: Option<String>,
    /// The equivalent AWS Config managed rules.
    pub config_rules: Vec<String>,
    /// The parameters it uses.
    pub params: BTreeSet<String>,
    /// What people are asked about what it finds, where that is normal work that needs an approval.
    pub population: Option<Population>,
    /// What pins its meaning.
    pub examples: Vec<Example>,
}

/// Normal work that a check lists: the auditor draws a sample of it, and people attach the approvals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// The request in words an employee understands.
    pub ask: String,
    /// Who is asked.
    pub owner: String,
    /// For how long a document counts, in days.
    pub valid_days: u32,
}

/// What a check judges at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// Each row: `r`.
    Row,
    /// All `rows` of a region of an account; a region without rows is judged too.
    Region,
    /// All `rows` of an account.
    Account,
}

/// A row and its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Which of the three (or a further) cases it shows.
    pub case: Case,
    /// The verdict it must get; `None`: the row is not judged (`when` is false).
    pub verdict: Option<Verdict>,
    /// `r`, or null when the check judges a place.
    pub row: Value,
    /// `rows`, when the check judges a place.
    pub rows: Vec<Value>,
    /// Rows of the other sources that `find` and `rows` see.
    pub others: BTreeMap<SourceId, Vec<Value>>,
    /// The snapshot's time, RFC 3339, if the check reads `now`.
    pub now: Option<String>,
    /// Thresholds that differ from the catalog's.
    pub params: BTreeMap<String, Value>,
    /// What it shows, for people.
    pub note: String,
}

/// The cases every check must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// The good state.
    Pass,
    /// The bad state.
    Fail,
    /// The members it reads are not there.
    Absent,
    /// Any further one.
    Other,
}

/// One of our common controls: the hub between the frameworks' requirements and the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The id, `key-management`.
    pub id: ControlId,
    /// What it is.
    pub title: String,
    /// The checks that support it.
    pub checks: Vec<CheckId>,
}

/// A framework with all its requirements, in the framework's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// The id, `iso27001-2022`.
    pub id: FrameworkId,
    /// Its name, `ISO/IEC 27001:2022`.
    pub title: String,
    /// What is counted, for people: "93 Annex A controls and 30 clauses".
    pub counts: String,
    /// What the part is called that every report of it has: `security`.
    pub core: Option<String>,
    /// The requirements.
    pub requirements: Vec<Requirement>,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The framework's own id, `CC6.1`, `A.8.24`, `cl.9.2.1`, `Art.32`.
    pub id: RequirementId,
    /// Our short title.
    pub title: String,
    /// The group it stands in, for people: "Logical and physical access".
    pub group: String,
    /// The requirement it is a part of: GDPR paragraphs belong to an article and are not counted themselves.
    pub parent: Option<RequirementId>,
    /// Who owns it when nothing else is known.
    pub responsibility: Responsibility,
    /// The layers of `services.toml` that decide it for the services in use; empty: it is fixed.
    pub layers: Vec<String>,
    /// What AWS does; empty when AWS has no part.
    pub aws_part: String,
    /// What the customer must do; empty when the customer has no part.
    pub customer_part: String,
    /// The AWS reports that evidence the AWS part: any one of them whose period covers ours.
    pub reports: Vec<ReportKind>,
    /// The AWS documents that say something of it and prove nothing: a certificate where operation over time is asked.
    pub supporting: Vec<ReportKind>,
    /// The common controls that support it.
    pub controls: Vec<ControlId>,
    /// What a human must attach.
    pub manual: Vec<ManualEvidence>,
    /// What of the organization's own it speaks of besides AWS's: while there is any, AWS does not own it alone.
    pub premises: Option<Premises>,
    /// The optional part of the framework that it belongs to: `privacy`.
    pub category: Option<String>,
    /// Whether an organization may leave it out.
    pub duty: Duty,
}

/// What an organization has of its own, besides what it uses of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Premises {
    /// Rooms: offices, a server room.
    Sites,
    /// Devices, wherever they are: laptops, network gear.
    Equipment,
}

/// Whether an organization may leave a requirement out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Duty {
    /// With a reason, as the statement of applicability gives it.
    #[default]
    Excludable,
    /// Never: the clauses of a management system.
    Mandatory,
}

/// Evidence that no AWS call gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualEvidence {
    /// The id, unique in its framework: `cc1.1-code-of-conduct`.
    pub id: String,
    /// The request in words an employee understands.
    pub ask: String,
    /// Who is asked: `security`, `people`, `legal`, `engineering`, `management`, `privacy`, `facilities`.
    pub owner: String,
    /// For how long a document counts, in days.
    pub valid_days: u32,
    /// What the organization must have of its own to be asked at all.
    pub premises: Option<Premises>,
    /// Another request that the same document answers.
    pub same_as: Option<RequestId>,
}

/// How the id of the request ends that asks for the review of AWS's report.
pub(super) const REVIEW: &str = "report-review";

/// A request of a framework.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId {
    /// The framework.
    pub framework: FrameworkId,
    /// Its id there.
    pub id: String,
}

impl RequestId {
    /// What a document is attested for that answers it.
    pub fn target(&self) -> Target {
        Target::Request { framework: self.framework.clone(), id: self.id.clone() }
    }
}

impl Catalog {
    /// The request to ask for, of several that one document answers.
    pub fn asked_once(&self, request: &RequestId) -> RequestId {
        let framework = self.frameworks.get(&request.framework);
        let requirements = framework.into_iter().flat_map(|framework| &framework.requirements);
        let same = match requirements.flat_map(|one| &one.manual).find(|manual| manual.id == request.id) {
            Some(manual) => manual.same_as.as_ref(),
            None => self.review.as_ref().filter(|_| request.id.ends_with(REVIEW)),
        };
        same.unwrap_or(request).clone()
    }

    /// The sources that the settings select (none named: all) and those that these follow; who we are and where is
    /// always asked.
    pub fn chosen(&self, selected: &BTreeSet<SourceId>) -> Vec<&Source> {
        let mut named: BTreeSet<&SourceId> = selected.iter().collect();
        let mut open: Vec<&SourceId> = selected.iter().collect();
        while let Some(id) = open.pop() {
            let from = self.sources.get(id).and_then(|source| source.from.as_ref());
            open.extend(from.map(|from| &from.source).filter(|from| named.insert(from)));
        }
        let chosen = |source: &&Source| {
            selected.is_empty() || named.contains(&source.id) || source.collector == Collector::Identity
        };
        self.sources.values().filter(chosen).collect()
    }
}
