//! Every finding of every check, the worst first.

use std::collections::BTreeMap;

use super::files::Files;
use super::table::{Cell, Column, Table};
use crate::model::{
    AccountId, Age, CheckId, CheckResult, ConfigWord, Finding, OpenFinding, Region, RequirementResult, Severity,
    Verdict,
};
use crate::report::Input;
use crate::report::view::{Badge, SEVERITIES, check_owner, exception_state, supported};

const COLUMNS: &[Column] = &[
    Column::new("Check", 28),
    Column::new("Title", 34),
    Column::new("Severity", 10),
    Column::new("Requirements", 36),
    Column::new("Account", 14),
    Column::new("Region", 14),
    Column::new("Resource", 44),
    Column::new("Verdict", 14),
    Column::new("Reason", 48),
    Column::new("Owner", 16),
    Column::new("Exception", 34),
    Column::new("Exception ends", 12),
    Column::new("Fails since", 12),
    Column::new("Its beginning", 14),
    Column::new("AWS Config says", 24),
    Column::new("Evidence files", 10),
    Column::new("First of them", 44),
    Column::by_hand("Auditor's note", 28),
];

const VERDICTS: [Verdict; 4] = [Verdict::Fail, Verdict::Undetermined, Verdict::Pass, Verdict::NotApplicable];

type FindingKey<'a> = (&'a CheckId, &'a AccountId, &'a Region, &'a str);

/// What findings are told with.
struct Told<'a> {
    input: &'a Input<'a>,
    files: &'a Files<'a>,
    open: BTreeMap<FindingKey<'a>, &'a OpenFinding>,
    /// The requirements of each check, as a cell.
    requirements: BTreeMap<&'a CheckId, Cell>,
}

pub(super) fn table<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Table<'a> {
    let told = std::rc::Rc::new(Told::new(input, files));
    let of_severity =
        move |severity: Severity| input.assessment.checks.iter().filter(move |one| one.severity == severity);
    let checks = SEVERITIES.into_iter().flat_map(of_severity);
    Table {
        name: "Findings",
        about: "What each check says of each resource, and of checks without one why. A finding that an exception covers \
                keeps its verdict. `Fails since` is known where earlier snapshots were judged too.",
        columns: COLUMNS,
        frozen: 1,
        empty: "There is no check.",
        rows: Box::new(checks.flat_map(move |check| rows(&told, check))),
    }
}

impl<'a> Told<'a> {
    fn new(input: &'a Input<'a>, files: &'a Files<'a>) -> Self {
        let open = input.trend.map(|trend| trend.open.as_slice()).unwrap_or_default();
        let key = |one: &'a OpenFinding| ((&one.check, &one.account, &one.region, one.resource.as_str()), one);
        let name = |one: &&RequirementResult| format!("{} {}", one.framework, one.id);
        let requirements = supported(input.assessment).into_iter();
        let requirements = requirements
            .map(|(check, of)| (check, Cell::text(&of.iter().map(name).collect::<Vec<_>>().join(", "))))
            .collect();
        Self { input, files, open: open.iter().map(key).collect(), requirements }
    }

    fn since(&self, check: &CheckId, finding: &Finding) -> Option<&'a OpenFinding> {
        let failing = finding.verdict == Verdict::Fail;
        let key = (check, &finding.account, &finding.region, finding.resource.as_str());
        self.open.get(&key).copied().filter(|_| failing)
    }
}

/// A check's findings, the worst first; a line of its own where it has none.
fn rows<'a>(told: &std::rc::Rc<Told<'a>>, check: &'a CheckResult) -> Box<dyn Iterator<Item = Vec<Cell>> + 'a> {
    if check.findings.is_empty() {
        return Box::new(std::iter::once(without(told, check)));
    }
    let told = told.clone();
    let of_verdict = |verdict: Verdict| check.findings.iter().filter(move |finding| finding.verdict == verdict);
    let findings = VERDICTS.into_iter().flat_map(of_verdict);
    Box::new(findings.map(move |finding| row(&told, check, finding)))
}

/// What every line of a check begins with.
fn head(told: &Told<'_>, check: &CheckResult) -> [Cell; 4] {
    [
        Cell::text(check.id.as_str()),
        Cell::prose(&check.title),
        Cell::text(check.severity.words()),
        told.requirements.get(&check.id).cloned().unwrap_or(Cell::Empty),
    ]
}

fn without(told: &Told<'_>, check: &CheckResult) -> Vec<Cell> {
    let mut cells = Vec::from(head(told, check));
    cells.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Badge(check.verdict.into())]);
    cells.push(Cell::prose(check.reason.as_deref().unwrap_or_default()));
    cells.push(Cell::text(check_owner(told.input, &check.id)));
    cells
}

fn row(told: &Told<'_>, check: &CheckResult, finding: &Finding) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(COLUMNS.len());
    cells.extend(head(told, check));
    cells.extend([
        Cell::text(finding.account.as_str()),
        Cell::text(finding.region.as_str()),
        Cell::text(&finding.resource),
        Cell::Badge(finding.verdict.into()),
        Cell::text(&finding.reason),
        Cell::text(check_owner(told.input, &check.id)),
    ]);
    cells.extend(exception(told.input, finding));
    cells.extend(beginning(told.since(&check.id, finding)));
    cells.push(finding.config.as_ref().map_or(Cell::Empty, config));
    cells.push(Cell::count(finding.evidence.len()));
    cells.push(told.files.of_finding(finding));
    cells
}

/// The exception that covers it, and its last day.
fn exception(input: &Input<'_>, finding: &Finding) -> [Cell; 2] {
    match finding.exception.and_then(|index| input.assessment.exceptions.get(index)) {
        Some(one) => {
            let state = exception_state(one.state).word;
            let words = format!("{state}: {} (approved by {})", one.reason, one.approver);
            [Cell::prose(&words), Cell::Day(one.until)]
        }
        None => [Cell::Empty, Cell::Empty],
    }
}

fn beginning(open: Option<&OpenFinding>) -> [Cell; 2] {
    match open {
        Some(open) => {
            let word = match open.age {
                Age::Seen => "was seen",
                Age::AtLeast => "may be earlier",
            };
            [Cell::Day(open.since.date_naive()), Cell::text(word)]
        }
        None => [Cell::Empty, Cell::Empty],
    }
}

fn config(word: &ConfigWord) -> Cell {
    Cell::text(&format!("{}: {}", word.compliance.words(), Badge::from(word.standing).word))
}
