//! The responsibility matrix: a line per requirement of each framework.

use std::collections::BTreeSet;

use super::files::Files;
use super::table::{Cell, Column, Table};
use crate::model::{
    AttestationUse, CustomerPart, ManualState, ReportRole, ReportUse, RequirementResult, Status, Verdict,
};
use crate::report::Input;
use crate::report::view::{
    Badge, check_owner, days, framework_ids, framework_title, report_title, request_state, split_lines,
};

const COLUMNS: &[Column] = &[
    Column::new("Framework", 13),
    Column::new("Id", 10),
    Column::new("Requirement", 22),
    Column::new("Group", 13),
    Column::new("Part of", 8),
    Column::new("Responsibility", 13),
    Column::new("Why this responsibility", 24),
    Column::new("AWS's part", 28),
    Column::new("AWS's part: status", 12),
    Column::new("AWS reports", 34),
    Column::new("Customer's part", 34),
    Column::new("Customer's part: status", 12),
    Column::new("Checks", 38),
    Column::new("Documents", 34),
    Column::new("Open requests", 22),
    Column::new("Status", 12),
    Column::new("Why this status", 28),
    Column::new("Owner", 12),
    Column::new("First document ends", 11),
    Column::by_hand("Auditor's test", 20),
    Column::by_hand("Auditor's result", 14),
    Column::by_hand("Auditor's note", 22),
];

pub(super) fn table<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Table<'a> {
    let requirements = framework_ids(input)
        .into_iter()
        .flat_map(move |id| input.assessment.requirements.iter().filter(move |one| one.framework == *id));
    Table {
        name: "Responsibility matrix",
        about: "A line per requirement: who answers for it, what AWS's half and the customer's half rest on, where it \
                stands, and columns for the auditor. Parts of another requirement name it, and are not counted.",
        columns: COLUMNS,
        frozen: 3,
        empty: "There is no requirement.",
        rows: Box::new(requirements.map(move |one| row(input, files, one))),
    }
}

fn row(input: &Input<'_>, files: &Files<'_>, one: &RequirementResult) -> Vec<Cell> {
    let documents = documents(&one.customer_part);
    let counting = documents.iter().filter(|document| document.term != crate::model::Term::Expired);
    vec![
        Cell::text(framework_title(input, &one.framework).as_str()),
        Cell::strong(one.id.as_str()),
        Cell::prose(&one.title),
        Cell::prose(&one.group),
        Cell::maybe(one.parent.as_ref().map(|parent| parent.as_str())),
        Cell::Badge(responsibility(one)),
        Cell::lines(why(one)),
        Cell::prose(&one.aws_part.text),
        half(one.aws_part.status, &one.aws_part.text),
        Cell::lines(one.aws_part.reports.iter().map(|used| report(input, used))),
        Cell::prose(&one.customer_part.text),
        half(one.customer_part.status, &one.customer_part.text),
        Cell::lines(checks(&one.customer_part)),
        files.documents(&documents),
        Cell::lines(requests(&one.customer_part)),
        Cell::Badge(one.status.into()),
        Cell::prose(&one.reason),
        Cell::lines(owners(input, one)),
        Cell::day(counting.map(|document| document.valid_until).min()),
    ]
}

/// Who answers for it; what the organization left out is not applicable, whoever would.
fn responsibility(one: &RequirementResult) -> Badge {
    match one.exclusion {
        Some(_) => Badge::from(Status::NotApplicable),
        None => Badge::new(one.responsibility.words(), ""),
    }
}

/// Why it was left out, or what made the split so.
fn why(one: &RequirementResult) -> Vec<String> {
    match &one.exclusion {
        Some(why) => {
            let approved = why.approver.iter().map(|approver| format!("approved by {approver}"));
            let when = why.date.iter().map(|date| format!("on {date}"));
            std::iter::once(why.reason.clone()).chain(approved).chain(when).collect()
        }
        None => split_lines(one).iter().map(|line| line.as_str().to_owned()).collect(),
    }
}

/// A half that is not there has no status.
fn half(status: Status, text: &str) -> Cell {
    Cell::Badge(match status {
        Status::NotApplicable if text.is_empty() => Badge::new("no part", "na"),
        status => status.into(),
    })
}

/// `AWS SOC 2 Type II report: covers the period; version 3, 2025-10-01 to 2026-09-30 (report-1)`.
fn report(input: &Input<'_>, used: &ReportUse) -> String {
    let found = used.id.as_ref().and_then(|id| input.assessment.reports.iter().find(|report| report.id == *id));
    let title = report_title(input, &used.kind);
    let title = if title.as_str().is_empty() { used.kind.as_str() } else { title.as_str() };
    let role = if used.role == ReportRole::Supports { " (supporting, proves nothing)" } else { "" };
    let details =
        found.map(|report| format!("; version {}, {} ({})", report.version, days(report.start, report.end), report.id));
    format!("{title}: {}{role}{}", Badge::from(used.coverage).word, details.unwrap_or_default())
}

/// The checks by what they say, a line for each verdict.
fn checks(part: &CustomerPart) -> Vec<String> {
    let of = |verdict: Verdict| {
        let ids: Vec<&str> =
            part.checks.iter().filter(|check| check.verdict == verdict).map(|check| check.id.as_str()).collect();
        (!ids.is_empty()).then(|| format!("{} ({}): {}", verdict.words(), ids.len(), ids.join(", ")))
    };
    [Verdict::Fail, Verdict::Undetermined, Verdict::Pass, Verdict::NotApplicable].into_iter().filter_map(of).collect()
}

/// What was attached, to answer a request or to support.
fn documents(part: &CustomerPart) -> Vec<&AttestationUse> {
    let mut seen = BTreeSet::new();
    let answers = part.manual.iter().flat_map(|manual| &manual.attestations);
    answers.chain(&part.supporting).filter(|document| seen.insert(document.id)).collect()
}

fn requests(part: &CustomerPart) -> impl Iterator<Item = String> {
    let open = part.manual.iter().filter(|manual| manual.state != ManualState::Present);
    open.map(|manual| format!("{}: {}", manual.id, request_state(manual.state).word))
}

/// Those who act on its checks and requests.
fn owners<'a>(input: &Input<'a>, one: &'a RequirementResult) -> BTreeSet<&'a str> {
    let checks = one.customer_part.checks.iter().map(|check| check_owner(input, &check.id));
    let manual = one.customer_part.manual.iter();
    let manual = manual.map(|manual| input.settings.owners.of(&manual.id, &manual.owner));
    checks.chain(manual).collect()
}
