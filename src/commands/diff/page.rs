//! A comparison for people.

use super::cells::{CHECK_HEADS, REQUIREMENT_HEADS, check, requirement};
use super::rest::{definitions, deviations, evidence, resources};
use crate::commands::context::Context;
use crate::commands::document::rows_shown;
use crate::compare::{
    CheckChange, CoverageChange, Difference, FindingChange, Membership, RequirementChange, SideName, Turn,
};
use crate::document::{Cell, Document, Look};

/// Findings that merely stay as they are, oldest first, before the rest is counted.
const OPEN_SHOWN: usize = 10;

/// The comparison: losses first, then what got worse, what got better, and the rest.
pub(super) fn page(difference: &Difference, context: &Context<'_>) -> Document {
    let shown = rows_shown(context);
    let Difference { before, after, .. } = difference;
    let mut page =
        Document::new(format!("What changed at {}", after.organization), vec![side("from", before), side("to", after)]);
    summary(difference, &mut page);
    coverage(difference, &mut page, shown);
    checks(&difference.checks, &mut page, shown);
    requirements(&difference.requirements, &mut page, shown);
    findings(difference, &mut page, shown);
    deviations(difference, &mut page, shown);
    definitions(difference, &mut page, shown);
    resources(difference, &mut page, shown);
    evidence(difference, &mut page, shown);
    page
}

fn side(word: &str, side: &SideName) -> String {
    format!(
        "{word} {}: snapshot {} of {}, period {} to {}",
        side.asked,
        side.snapshot.short(),
        side.time.format("%Y-%m-%d %H:%M UTC"),
        side.period.start,
        side.period.end
    )
}

fn summary(difference: &Difference, page: &mut Document) {
    let findings = &difference.findings;
    if is_empty(difference) {
        page.line(match findings.open.len() {
            0 => "Nothing changed.".to_owned(),
            open => {
                format!("Nothing changed; {} still open.", counted(open, "failing finding is", "failing findings are"))
            }
        });
        return;
    }
    page.line(format!("Checks: {}", turns(difference.checks.iter().map(|one| Some(one.turn)))));
    page.line(format!("Requirements: {}", turns(difference.requirements.iter().map(|one| one.turn))));
    page.line(format!(
        "Failing findings: {} new, {} fixed, {} still open{}{}",
        findings.new.len(),
        findings.fixed.len(),
        findings.open.len(),
        some(findings.unseen.len(), "no longer visible"),
        some(findings.left.len(), "left the scope")
    ));
}

fn some(count: usize, words: &str) -> String {
    if count == 0 { String::new() } else { format!(", {count} {words}") }
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Whether the sides say the same.
fn is_empty(difference: &Difference) -> bool {
    let Difference { checks, requirements, findings, resources, evidence, coverage, exceptions, attestations, .. } =
        difference;
    let fates = findings.new.len() + findings.fixed.len() + findings.unseen.len() + findings.left.len();
    let scope = coverage.lost.len() + coverage.gained.len() + coverage.scope.len();
    let deviations = exceptions.len() + attestations.len() + difference.definitions.changes.len();
    checks.len() + requirements.len() + fates + resources.len() + evidence.len() + scope + deviations == 0
}

fn turns(turns: impl Iterator<Item = Option<Turn>> + Clone) -> String {
    let count = |turn: Turn| turns.clone().filter(|one| *one == Some(turn)).count();
    let words = Turn::ALL.map(|turn| (count(turn), turn.words()));
    let words: Vec<String> =
        words.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    if words.is_empty() { "none turned".to_owned() } else { words.join(", ") }
}

fn coverage(difference: &Difference, page: &mut Document, shown: usize) {
    let coverage = &difference.coverage;
    let rows = |changes: &[CoverageChange]| {
        let row = |one: &CoverageChange| {
            vec![
                Cell::code(one.source.as_str()),
                Cell::from(format!("{} {}", one.account, one.region)),
                Cell::from(one.reason.words()),
                Cell::code(&one.action),
                Cell::number(one.calls),
            ]
        };
        changes.iter().map(row).collect::<Vec<_>>()
    };
    let heads = ["source", "where", "reason", "closed by", "calls"];
    if !coverage.lost.is_empty() {
        page.heading("No longer readable");
        page.alarm("What cannot be read any more is a loss, whatever the checks say.");
        page.table("Readable before and not any more", &heads, rows(&coverage.lost), shown);
    }
    if !coverage.gained.is_empty() {
        page.heading("Readable again");
        page.table("Not readable before", &heads, rows(&coverage.gained), shown);
    }
    if !coverage.scope.is_empty() {
        page.heading("Scope");
        let row = |one: &crate::compare::ScopeChange| {
            let word = match one.change {
                Membership::Joined => "joined",
                Membership::Left => "left",
            };
            vec![Cell::from(one.kind.words()), Cell::code(&one.name), Cell::from(word)]
        };
        page.table("What is asked", &["what", "name", "scope"], coverage.scope.iter().map(row).collect(), shown);
    }
}

fn checks(changes: &[CheckChange], page: &mut Document, shown: usize) {
    if !changes.is_empty() {
        page.heading("Checks");
        page.table("Checks whose verdict changed", &CHECK_HEADS, changes.iter().map(check).collect(), shown);
    }
}

fn requirements(changes: &[RequirementChange], page: &mut Document, shown: usize) {
    if !changes.is_empty() {
        page.heading("Requirements");
        let rows = changes.iter().map(requirement).collect();
        page.table("Requirements whose status or owner changed", &REQUIREMENT_HEADS, rows, shown);
    }
}

fn findings(difference: &Difference, page: &mut Document, shown: usize) {
    let findings = &difference.findings;
    let groups = [
        ("New findings", "They fail now and did not, or were not visible", &findings.new, shown),
        ("No longer visible", "They failed, and whether they still do is no longer visible", &findings.unseen, shown),
        ("Fixed findings", "They failed and do not any more", &findings.fixed, shown),
        ("Out of scope", "They failed where auditpack is no longer asked to look", &findings.left, shown),
        (
            "Still open",
            "They failed and still do, worst and oldest first",
            &findings.open,
            shown.min(OPEN_SHOWN.max(shown / 2)),
        ),
    ];
    for (heading, caption, group, shown) in groups {
        if !group.is_empty() {
            page.heading(format!("{heading} ({})", group.len()));
            let heads = ["severity", "check", "resource", "cause", "days", "reason"];
            page.table(caption, &heads, group.iter().map(finding).collect(), shown);
        }
    }
}

fn finding(change: &FindingChange) -> Vec<Cell> {
    let mut reason = change.reason.clone();
    if let Some(exception) = &change.exception {
        reason = format!("{reason} (exception {exception})");
    }
    vec![
        Cell::from(change.severity.words()),
        Cell::code(change.check.as_str()),
        Cell::code(change.resource.as_str()),
        Cell::from(change.cause.words()),
        Cell::new(change.age.of_days(change.days), Look::Number),
        Cell::from(reason),
    ]
}
