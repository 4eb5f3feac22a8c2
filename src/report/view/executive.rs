//! The first page of the report: what a managing director reads.

use serde::Serialize;

use super::text::{counted, number};
use super::{Badge, Fact, Link, Text};
use crate::model::{CheckId, CheckResult, Finding, Severity, Verdict};
use crate::report::Input;

/// How many of the gravest failures it names.
const NAMED: usize = 5;

/// One page: where things stand, what changed, what is worst, what could not be seen.
#[derive(Debug, Serialize)]
pub(super) struct Executive {
    facts: Vec<Fact>,
    /// `12 findings are new and 7 fixed since 2026-06-30`; none without an earlier snapshot.
    changed: Option<String>,
    gravest: Vec<Grave>,
    /// `5 of 60`.
    named: String,
    /// What could not be seen, a line each.
    unseen: Vec<String>,
}

/// A failing check in plain words.
#[derive(Debug, Serialize)]
struct Grave {
    severity: &'static str,
    check: Link,
    title: Text,
    /// `3 resources`, or the one.
    resources: Text,
    /// What was found at the first of them.
    found: Text,
    owner: Text,
    badge: Badge,
}

impl Executive {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let mut failing: Vec<&CheckResult> =
            input.assessment.checks.iter().filter(|check| check.verdict == Verdict::Fail).collect();
        failing.sort_by_key(|check| (rank(check.severity), std::cmp::Reverse(failures(check).count()), &check.id));
        Self {
            facts: facts(input),
            changed: changed(input),
            gravest: failing.iter().take(NAMED).filter_map(|check| grave(input, check)).collect(),
            named: format!("{} of {}", failing.len().min(NAMED), number(failing.len())),
            unseen: unseen(input),
        }
    }
}

/// Who has to act on what a check finds.
pub(crate) fn check_owner<'a>(input: &Input<'a>, check: &CheckId) -> &'a str {
    input.settings.owners.of(check.as_str(), "security")
}

fn rank(severity: Severity) -> usize {
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .iter()
        .position(|one| *one == severity)
        .unwrap_or_default()
}

fn failures(check: &CheckResult) -> impl Iterator<Item = &Finding> {
    check.findings.iter().filter(|finding| finding.verdict == Verdict::Fail)
}

fn grave(input: &Input<'_>, check: &CheckResult) -> Option<Grave> {
    let first = failures(check).next()?;
    let failing = failures(check).count();
    Some(Grave {
        severity: check.severity.words(),
        check: Link::to_check(check.id.as_str()),
        title: Text::prose(&check.title),
        resources: match failing {
            1 => Text::name(&first.resource),
            _ => Text::prose(&counted(failing, "resource", "resources")),
        },
        found: Text::name(&first.reason),
        owner: Text::prose(check_owner(input, &check.id)),
        badge: Badge::from(check.verdict),
    })
}

fn facts(input: &Input<'_>) -> Vec<Fact> {
    let accounts: Vec<String> = input.snapshot.scope.accounts.iter().map(|account| account.id.to_string()).collect();
    let regions: usize = input.snapshot.scope.accounts.iter().map(|account| account.regions.len()).sum();
    let signer = input.signer.as_ref().map_or("this report is not signed", |signer| &signer.name);
    vec![
        Fact::text("Audit period", &super::text::period(&input.assessment.period)),
        Fact::text("AWS accounts", &format!("{} in {}", accounts.join(", "), counted(regions, "region", "regions"))),
        Fact::text("Signed by", signer),
    ]
}

/// What the snapshots of this period say together, against the last one of an earlier period.
fn changed(input: &Input<'_>) -> Option<String> {
    let points = &input.trend?.points;
    let period = points.last()?.period;
    let before = points.iter().rfind(|point| point.period != period)?;
    let (mut new, mut fixed) = (0, 0);
    for point in points.iter().filter(|point| point.period == period) {
        new += point.new;
        fixed += point.fixed;
    }
    Some(format!(
        "Since the period before, last seen on {}: {}, {} fixed.",
        before.time.date_naive(),
        counted(new, "new failing finding", "new failing findings"),
        number(fixed),
    ))
}

fn unseen(input: &Input<'_>) -> Vec<String> {
    let undetermined = input.assessment.checks.iter().filter(|check| check.verdict == Verdict::Undetermined).count();
    let gaps = &input.assessment.gaps;
    let mut lines = vec![match gaps.len() {
        0 => "AWS answered every call.".to_owned(),
        count => format!("{} from AWS.", counted(count, "answer is missing", "answers are missing")),
    }];
    if undetermined > 0 {
        let total = number(input.assessment.checks.len());
        lines.push(format!(
            "{} of {total}: evidence or an approval is missing.",
            counted(undetermined, "check is undetermined", "checks are undetermined")
        ));
    }
    let accounts = &input.snapshot.scope.accounts;
    let excluded: usize = accounts.iter().map(|account| account.excluded_regions.len()).sum();
    if excluded > 0 {
        lines.push(format!(
            "{} left out by the settings.",
            counted(excluded, "enabled region is", "enabled regions are")
        ));
    }
    lines
}
