//! Counts over stated denominators.

use std::collections::BTreeMap;

use crate::model::{ByWord, CheckResult, Gap, RequirementResult, Totals, Verdict};

/// Counts everything.
pub(super) fn totals(checks: &[CheckResult], requirements: &[RequirementResult], gaps: &[Gap]) -> Totals {
    let findings = || checks.iter().flat_map(|check| check.findings.iter().map(move |finding| (check, finding)));
    let failing = findings().filter(|(_, finding)| finding.verdict == Verdict::Fail);
    let words = findings().filter_map(|(_, finding)| finding.config.as_ref());
    let mut totals = Totals {
        checks: ByWord::count(checks.iter().map(|check| check.verdict)),
        findings: ByWord::count(findings().map(|(_, finding)| finding.verdict)),
        failing: ByWord::count(failing.map(|(check, _)| check.severity)),
        frameworks: BTreeMap::new(),
        config: ByWord::count(words.map(|word| word.standing)),
        gaps: BTreeMap::new(),
    };
    for gap in gaps {
        *totals.gaps.entry(gap.source.clone()).or_default() += 1;
    }
    for requirement in requirements.iter().filter(|requirement| requirement.parent.is_none()) {
        let framework = totals.frameworks.entry(requirement.framework.clone()).or_default();
        if requirement.exclusion.is_some() {
            framework.excluded += 1;
            continue;
        }
        framework.requirements += 1;
        framework.status.add(requirement.status);
        framework.responsibility.add_both(requirement.responsibility, requirement.status);
    }
    totals
}
