//! The first sheet: what this is of, where each framework stands, how it is verified, and what the other sheets hold.

use super::table::{Cell, Column, Goal, Shown, Table};
use crate::model::{FrameworkId, RequirementResult, Verdict};
use crate::report::Input;
use crate::report::view::{
    RESPONSIBILITIES, STATUSES, counted, counting, framework_ids, framework_title, moment, period,
};

const COLUMNS: &[Column] = &[
    Column::new("About", 44),
    Column::new("What", 74),
    Column::new("Requirements", 14),
    Column::new("satisfied", 12),
    Column::new("not met", 12),
    Column::new("undetermined", 14),
    Column::new("awaiting evidence", 16),
    Column::new("not applicable", 12),
];

pub(super) fn table<'a>(input: &'a Input<'a>, others: &[Table<'_>]) -> Table<'a> {
    let mut rows = facts(input);
    for id in framework_ids(input) {
        rows.extend(readiness(input, id));
    }
    rows.extend(checks(input));
    rows.extend(verifying());
    rows.extend(others.iter().map(|other| {
        let name = Cell::Link(Shown::of(other.name), Goal::Sheet(other.name));
        vec![name, Cell::text(other.about)]
    }));
    Table { name: "Summary", about: "", columns: COLUMNS, frozen: 0, empty: "", rows: Box::new(rows.into_iter()) }
}

fn fact(about: &str, what: &str) -> Vec<Cell> {
    vec![Cell::strong(about), Cell::text(what)]
}

fn facts(input: &Input<'_>) -> Vec<Vec<Cell>> {
    let snapshot = input.snapshot;
    let account = |own: &crate::model::AccountScope| {
        let regions: Vec<&str> = own.regions.iter().map(|region| region.as_str()).collect();
        let alias = own.alias.as_ref().map(|alias| format!(" ({alias})")).unwrap_or_default();
        format!("{}{alias}, {}: {}", own.id, counted(regions.len(), "region", "regions"), regions.join(", "))
    };
    let mut facts =
        vec![fact("Organization", &snapshot.organization), fact("Audit period", &period(&input.assessment.period))];
    facts.extend(snapshot.scope.accounts.iter().map(|own| fact("AWS account and regions asked", &account(own))));
    facts.push(fact("Evidence collected", &format!("{} to {}", moment(snapshot.time), moment(snapshot.finished))));
    facts.push(fact("Collected by", &snapshot.caller.arn));
    facts.push(fact("Snapshot", &input.id.to_string()));
    facts.push(fact("Made with", input.tool));
    match &input.signer {
        Some(signer) => {
            facts.push(fact("Signed by", &signer.name));
            facts.push(fact("Signer's SHA-256 fingerprint", &signer.fingerprint));
        }
        None => facts.push(fact("Signed by", "this pack is not signed")),
    }
    facts
}

/// A framework's counts: all of it, then by responsibility. Parts of other requirements are not counted, nor what the
/// organization left out.
fn readiness(input: &Input<'_>, id: &FrameworkId) -> Vec<Vec<Cell>> {
    let title = format!("Readiness: {}", framework_title(input, id).as_str());
    let counting = counting(input, Some(id));
    let left_out = input.assessment.requirements.iter();
    let left_out = left_out.filter(|one| one.framework == *id && one.exclusion.is_some()).count();
    let line = |what: &str, of: &[&RequirementResult]| {
        let count = |status| Cell::count(of.iter().filter(|one| one.status == status).count());
        let ends = STATUSES.map(count);
        [Cell::strong(&title), Cell::text(what), Cell::count(of.len())].into_iter().chain(ends).collect::<Vec<Cell>>()
    };
    let mut rows = vec![line("all that count", &counting)];
    for owner in RESPONSIBILITIES {
        let own: Vec<&RequirementResult> = counting.iter().copied().filter(|one| one.responsibility == owner).collect();
        rows.push(line(owner.words(), &own));
    }
    if left_out > 0 {
        let what = "left out by the organization, and counted apart";
        rows.push(vec![Cell::strong(&title), Cell::text(what), Cell::count(left_out)]);
    }
    rows
}

fn checks(input: &Input<'_>) -> Vec<Vec<Cell>> {
    let all = &input.assessment.checks;
    let of = |verdict: Verdict| {
        let count = all.iter().filter(|check| check.verdict == verdict).count();
        format!("{count} {}", verdict.words())
    };
    let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Undetermined, Verdict::NotApplicable].map(of).join(", ");
    vec![
        fact("Checks", &format!("{}: {verdicts}", counted(all.len(), "check", "checks"))),
        fact("Answers missing from AWS", &input.assessment.gaps.len().to_string()),
    ]
}

fn verifying() -> [Vec<Cell>; 2] {
    [
        fact("How to verify the pack", "auditpack verify PACK.zip --trust trust.pem --reperform"),
        fact(
            "How to verify it with plain tools",
            "README.txt in the pack: sha256sum --check SHA256SUMS, openssl cms -verify",
        ),
    ]
}
