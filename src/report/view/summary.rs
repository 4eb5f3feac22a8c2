//! The cover, and where each framework stands.

use serde::Serialize;

use super::marks::bar;
use super::text::{anchor, counted, moment, number, period, requirement_anchor};
use super::{Badge, Count, Fact, Link, Text, evidence};
use crate::model::{FrameworkId, ReportRole, RequirementResult, Responsibility, Status, Verdict};
use crate::report::Input;

/// Every status, in the order in which counts are shown.
pub(crate) const STATUSES: [Status; 5] =
    [Status::Satisfied, Status::Gap, Status::Undetermined, Status::AwaitingEvidence, Status::NotApplicable];

/// Every responsibility, in the order of the parts.
pub(crate) const RESPONSIBILITIES: [Responsibility; 3] =
    [Responsibility::Inherited, Responsibility::Shared, Responsibility::Customer];

/// The first page.
#[derive(Debug, Serialize)]
pub(super) struct Cover {
    title: &'static str,
    organization: Text,
    /// `2026-07-01 to 2026-09-30`.
    period: String,
    /// When the evidence was collected.
    collected: String,
    frameworks: Vec<Text>,
    snapshot: String,
    tool: Text,
    facts: Vec<Fact>,
    /// Four headline counts with their denominators.
    headlines: Vec<Headline>,
}

/// `12` `of 61 requirements satisfied`.
#[derive(Debug, Serialize)]
struct Headline {
    count: String,
    text: String,
    class: &'static str,
}

impl Cover {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let snapshot = input.snapshot;
        let frameworks: Vec<Text> = framework_ids(input).iter().map(|id| framework_title(input, id)).collect();
        let accounts: Vec<String> = snapshot.scope.accounts.iter().map(|account| account.id.to_string()).collect();
        let mut facts = vec![
            Fact::text("Audit period", &period(&input.assessment.period)),
            Fact::text("Evidence collected", &format!("{} to {}", moment(snapshot.time), moment(snapshot.finished))),
            Fact::text("AWS accounts", &accounts.join(", ")),
            Fact::hash("Snapshot", &input.id),
            Fact::text("Made with", input.tool),
        ];
        match &input.signer {
            Some(signer) => {
                facts.push(Fact::text("Signed by", &signer.name));
                facts.push(Fact::code("Signer's SHA-256 fingerprint", &signer.fingerprint));
            }
            None => facts.push(Fact::text("Signed by", "this report is not signed")),
        }
        Self {
            title: "AWS audit evidence report",
            organization: Text::name(&snapshot.organization),
            period: period(&input.assessment.period),
            collected: moment(snapshot.time),
            frameworks,
            snapshot: input.id.to_string(),
            tool: Text::name(input.tool),
            facts,
            headlines: headlines(input),
        }
    }
}

fn headlines(input: &Input<'_>) -> Vec<Headline> {
    let counting: Vec<&RequirementResult> = counting(input, None);
    let with = |status: Status| counting.iter().filter(|requirement| requirement.status == status).count();
    let verdict = |verdict: Verdict| input.assessment.checks.iter().filter(|check| check.verdict == verdict).count();
    let of_requirements = counted(counting.len(), "requirement", "requirements");
    let of_checks = counted(input.assessment.checks.len(), "check", "checks");
    let gaps = input.assessment.gaps.len();
    vec![
        Headline {
            count: number(with(Status::Satisfied)),
            text: format!("of {of_requirements} satisfied"),
            class: "pass",
        },
        Headline {
            count: number(with(Status::Gap)),
            text: format!("of {of_requirements} not met"),
            class: if with(Status::Gap) == 0 { "na" } else { "fail" },
        },
        Headline {
            count: number(verdict(Verdict::Fail)),
            text: format!("of {of_checks} failing"),
            class: if verdict(Verdict::Fail) == 0 { "na" } else { "fail" },
        },
        Headline {
            count: number(gaps),
            text: if gaps == 1 { "answer missing from AWS" } else { "answers missing from AWS" }.to_owned(),
            class: if gaps == 0 { "na" } else { "undetermined" },
        },
    ]
}

/// Where a framework stands.
#[derive(Debug, Serialize)]
pub(super) struct Framework {
    anchor: String,
    id: Text,
    title: Text,
    /// What is counted, in words.
    counts: Text,
    total: usize,
    /// `61 requirements`.
    counted: String,
    /// By status; the segments of the chart's first bar.
    statuses: Vec<Count>,
    /// By responsibility; the segments of a bar of their own.
    shares: Vec<Count>,
    /// A bar and a table row per responsibility.
    responsibilities: Vec<ResponsibilityRow>,
    /// Every requirement, parts of others too, in the framework's order: where it stands and in which part.
    index: Vec<IndexRow>,
}

/// A requirement at a glance.
#[derive(Debug, Serialize)]
struct IndexRow {
    id: Text,
    title: Text,
    href: String,
    responsibility: &'static str,
    /// AWS's reports that it rests on, by number.
    reports: Vec<Link>,
    status: Badge,
}

/// The statuses of a framework's requirements of one responsibility.
#[derive(Debug, Serialize)]
struct ResponsibilityRow {
    word: &'static str,
    /// `A`, `B`, `C`.
    part: &'static str,
    href: &'static str,
    total: usize,
    statuses: Vec<Count>,
}

/// The summaries, in the order of the settings.
pub(super) fn frameworks(input: &Input<'_>) -> Vec<Framework> {
    framework_ids(input).into_iter().map(|id| framework(input, id)).collect()
}

fn framework(input: &Input<'_>, id: &FrameworkId) -> Framework {
    let requirements: Vec<&RequirementResult> = counting(input, Some(id));
    let of = |responsibility: Responsibility| {
        let own = requirements.iter().filter(move |requirement| requirement.responsibility == responsibility);
        own.copied().collect::<Vec<_>>()
    };
    Framework {
        anchor: anchor("framework", id.as_str()),
        id: Text::name(id.as_str()),
        title: framework_title(input, id),
        counts: input.catalog.frameworks.get(id).map(|framework| Text::prose(&framework.counts)).unwrap_or_default(),
        total: requirements.len(),
        counted: counted_in(input, id, requirements.len()),
        statuses: by_status(&requirements),
        shares: bar(RESPONSIBILITIES.map(|owner| (Badge::new(owner.words(), owner.words()), of(owner).len()))),
        responsibilities: RESPONSIBILITIES
            .iter()
            .map(|owner| ResponsibilityRow {
                word: owner.words(),
                part: letter(*owner),
                href: part_href(*owner),
                total: of(*owner).len(),
                statuses: by_status(&of(*owner)),
            })
            .collect(),
        index: input
            .assessment
            .requirements
            .iter()
            .filter(|requirement| requirement.framework == *id)
            .map(|requirement| IndexRow {
                id: Text::name(requirement.id.as_str()),
                title: Text::prose(&requirement.title),
                href: format!("#{}", requirement_anchor(requirement)),
                responsibility: requirement.responsibility.words(),
                reports: proofs(input, requirement),
                status: requirement.status.into(),
            })
            .collect(),
    }
}

/// The reports that AWS's half rests on; supporting ones prove nothing.
fn proofs(input: &Input<'_>, requirement: &RequirementResult) -> Vec<Link> {
    let proofs = requirement.aws_part.reports.iter().filter(|report| report.role == ReportRole::Proves);
    proofs.filter_map(|report| evidence::report_number(input, report.id.as_deref()?)).collect()
}

fn by_status(requirements: &[&RequirementResult]) -> Vec<Count> {
    bar(STATUSES.map(|status| {
        let count = requirements.iter().filter(|requirement| requirement.status == status).count();
        (Badge::from(status), count)
    }))
}

/// `61 requirements`, and how many more do not apply.
fn counted_in(input: &Input<'_>, id: &FrameworkId, requirements: usize) -> String {
    let words = counted(requirements, "requirement", "requirements");
    match input.assessment.totals.frameworks.get(id).map_or(0, |totals| totals.excluded) {
        0 => words,
        excluded => format!("{words}; {excluded} more do not apply"),
    }
}

/// The requirements that count: parts of another one (GDPR's paragraphs) do not, nor what does not apply.
pub(crate) fn counting<'a>(input: &Input<'a>, framework: Option<&FrameworkId>) -> Vec<&'a RequirementResult> {
    let of_framework = |requirement: &&RequirementResult| framework.is_none_or(|id| requirement.framework == *id);
    let whole = input.assessment.requirements.iter().filter(|requirement| requirement.parent.is_none());
    whole.filter(|requirement| requirement.exclusion.is_none()).filter(of_framework).collect()
}

/// The frameworks that were judged, in the order of the settings; any other one that the assessment has comes last.
pub(crate) fn framework_ids<'a>(input: &Input<'a>) -> Vec<&'a FrameworkId> {
    let judged =
        |id: &FrameworkId| input.assessment.requirements.iter().any(|requirement| requirement.framework == *id);
    let mut ids: Vec<&FrameworkId> = input.settings.frameworks.iter().filter(|id| judged(id)).collect();
    for requirement in &input.assessment.requirements {
        if !ids.contains(&&requirement.framework) {
            ids.push(&requirement.framework);
        }
    }
    ids
}

/// A framework's name; its id when the catalog has none.
pub(crate) fn framework_title(input: &Input<'_>, id: &FrameworkId) -> Text {
    input.catalog.frameworks.get(id).map_or_else(|| Text::name(id.as_str()), |framework| Text::prose(&framework.title))
}

/// The letter of the part in which requirements of a responsibility stand.
pub(super) fn letter(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "A",
        Responsibility::Shared => "B",
        Responsibility::Customer => "C",
    }
}

fn part_href(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "#part-a",
        Responsibility::Shared => "#part-b",
        Responsibility::Customer => "#part-c",
    }
}
