//! Counts over stated denominators; every word is named, those with none too.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{
    CheckResult, FrameworkTotals, Gap, RequirementResult, Responsibility, Severity, Standing, Status, Totals, Verdict,
};

const VERDICTS: [Verdict; 4] = [Verdict::Pass, Verdict::Fail, Verdict::NotApplicable, Verdict::Undetermined];
const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
const STATUSES: [Status; 5] =
    [Status::Satisfied, Status::Gap, Status::AwaitingEvidence, Status::Undetermined, Status::NotApplicable];
const STANDINGS: [Standing; 4] = [Standing::Agrees, Standing::Contradicts, Standing::Beside, Standing::Decides];
const RESPONSIBILITIES: [Responsibility; 3] =
    [Responsibility::Inherited, Responsibility::Shared, Responsibility::Customer];

/// Counts everything.
pub(super) fn totals(checks: &[CheckResult], requirements: &[RequirementResult], gaps: &[Gap]) -> Totals {
    let findings = || checks.iter().flat_map(|check| check.findings.iter().map(move |finding| (check, finding)));
    let failing = findings().filter(|(_, finding)| finding.verdict == Verdict::Fail);
    let words = findings().filter_map(|(_, finding)| finding.config.as_ref());
    let mut totals = Totals {
        checks: counted(&VERDICTS, checks.iter().map(|check| check.verdict)),
        findings: counted(&VERDICTS, findings().map(|(_, finding)| finding.verdict)),
        failing: counted(&SEVERITIES, failing.map(|(check, _)| check.severity)),
        frameworks: BTreeMap::new(),
        config: counted(&STANDINGS, words.map(|word| word.standing)),
        gaps: BTreeMap::new(),
    };
    for gap in gaps {
        *totals.gaps.entry(gap.source.clone()).or_default() += 1;
    }
    for requirement in requirements.iter().filter(|requirement| requirement.parent.is_none()) {
        let framework = totals.frameworks.entry(requirement.framework.clone()).or_insert_with(empty);
        framework.requirements += 1;
        *framework.status.entry(word(requirement.status)).or_default() += 1;
        let by_status = framework.responsibility.entry(word(requirement.responsibility)).or_default();
        *by_status.entry(word(requirement.status)).or_default() += 1;
    }
    totals
}

fn empty() -> FrameworkTotals {
    let none = counted(&STATUSES, std::iter::empty());
    let responsibility = RESPONSIBILITIES.iter().map(|one| (word(*one), none.clone())).collect();
    FrameworkTotals { requirements: 0, status: none, responsibility }
}

fn counted<T: Serialize + Copy>(words: &[T], found: impl Iterator<Item = T>) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = words.iter().map(|one| (word(*one), 0)).collect();
    for one in found {
        *counts.entry(word(one)).or_default() += 1;
    }
    counts
}

/// The word as the rest of the JSON has it: `not-applicable`.
fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
