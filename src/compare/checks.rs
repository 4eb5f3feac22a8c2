//! Checks and requirements that turned, and why.

use std::collections::BTreeMap;

use super::{CheckChange, RequirementChange, Turn};
use crate::model::{
    Assessment, CheckId, CheckResult, FrameworkId, ManualState, ManualUse, RequirementId, RequirementResult, Status,
    Verdict,
};

/// Reasons named of a requirement; the others are only counted.
const REASONS: usize = 8;

/// The checks whose verdict changed, worst turn and severity first.
pub(super) fn checks(before: &Assessment, after: &Assessment) -> Vec<CheckChange> {
    let known: BTreeMap<&CheckId, &CheckResult> = before.checks.iter().map(|check| (&check.id, check)).collect();
    let change = |check: &CheckResult| {
        let old = known.get(&check.id)?;
        let turn = Turn::of_verdicts(Some(old.verdict), Some(check.verdict))?;
        Some(CheckChange {
            id: check.id.clone(),
            title: check.title.clone(),
            severity: check.severity,
            before: old.verdict,
            after: check.verdict,
            turn,
            reason: reason(check),
        })
    };
    let mut changes: Vec<CheckChange> = after.checks.iter().filter_map(change).collect();
    changes.sort_by(|a, b| (a.turn, a.severity, &a.id).cmp(&(b.turn, b.severity, &b.id)));
    changes
}

/// Why a check says what it says: how many findings decide it, and the first of them.
fn reason(check: &CheckResult) -> String {
    let deciding: Vec<_> = check.findings.iter().filter(|finding| finding.verdict == check.verdict).collect();
    match (check.verdict, deciding.as_slice()) {
        (Verdict::Fail | Verdict::Undetermined, [first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            format!("{}: {}{more}", first.resource, first.reason)
        }
        (Verdict::Pass, all) if !all.is_empty() => format!("{} of {} findings pass", all.len(), check.findings.len()),
        _ => check.reason.clone().unwrap_or_default(),
    }
}

/// The requirements whose status or owner changed, in the frameworks' order.
pub(super) fn requirements(before: &Assessment, after: &Assessment) -> Vec<RequirementChange> {
    let key = |requirement: &RequirementResult| (requirement.framework.clone(), requirement.id.clone());
    let known: BTreeMap<(FrameworkId, RequirementId), &RequirementResult> =
        before.requirements.iter().map(|requirement| (key(requirement), requirement)).collect();
    let change = |requirement: &RequirementResult| {
        let old = known.get(&key(requirement))?;
        let turn = Turn::of_statuses(Some(old.status), Some(requirement.status));
        if turn.is_none() && old.responsibility == requirement.responsibility {
            return None;
        }
        Some(RequirementChange {
            framework: requirement.framework.clone(),
            id: requirement.id.clone(),
            title: requirement.title.clone(),
            responsibility_before: old.responsibility,
            responsibility: requirement.responsibility,
            before: old.status,
            after: requirement.status,
            turn,
            because: because(old, requirement),
        })
    };
    after.requirements.iter().filter_map(change).collect()
}

/// What differs in the parts that a requirement is folded from.
fn because(before: &RequirementResult, after: &RequirementResult) -> Vec<String> {
    let mut reasons = checks_turned(before, after);
    reasons.extend(documents_turned(&before.customer_part.manual, &after.customer_part.manual));
    let aws_turned = before.aws_part.status != after.aws_part.status;
    for report in after.aws_part.reports.iter().filter(|_| aws_turned) {
        let old = before.aws_part.reports.iter().find(|old| old.kind == report.kind);
        if old.is_none_or(|old| old.coverage != report.coverage) {
            reasons.push(report.reason.clone());
        }
    }
    if before.responsibility != after.responsibility {
        let (was, is) = (before.responsibility.words(), after.responsibility.words());
        reasons.push(format!("its owner changed: {was}, now {is}"));
    }
    if reasons.is_empty() && before.status != after.status {
        reasons.push(after.reason.clone());
    }
    if reasons.len() > REASONS {
        let more = reasons.len() - REASONS;
        reasons.truncate(REASONS);
        reasons.push(format!("and {more} more"));
    }
    reasons
}

fn checks_turned(before: &RequirementResult, after: &RequirementResult) -> Vec<String> {
    let known: BTreeMap<&CheckId, Verdict> =
        before.customer_part.checks.iter().map(|check| (&check.id, check.verdict)).collect();
    // Of those that turned, the ones that explain where the requirement stands now come first.
    let explains = |verdict: Verdict| match after.status {
        Status::Gap => verdict == Verdict::Fail,
        Status::Undetermined => verdict == Verdict::Undetermined,
        _ => verdict == Verdict::Pass,
    };
    let turned = |check: &&crate::model::CheckUse| known.get(&check.id).is_some_and(|old| *old != check.verdict);
    let mut checks: Vec<_> = after.customer_part.checks.iter().filter(turned).collect();
    checks.sort_by_key(|check| !explains(check.verdict));
    checks.into_iter().map(|check| format!("{} {}", check.id, now(known.get(&check.id), check.verdict))).collect()
}

fn now(before: Option<&Verdict>, after: Verdict) -> String {
    match before {
        Some(before) => format!("was {}, is {}", before.words(), after.words()),
        None => format!("is {}", after.words()),
    }
}

fn documents_turned(before: &[ManualUse], after: &[ManualUse]) -> Vec<String> {
    let turned = |manual: &ManualUse| {
        let old = before.iter().find(|old| old.id == manual.id)?;
        let words = match (old.state, manual.state) {
            (old, new) if old == new => return None,
            (_, ManualState::Present) => "was attested",
            (_, ManualState::Expired) => "has expired",
            (_, ManualState::Missing) => "is missing now",
        };
        Some(format!("the document {} {words}", manual.id))
    };
    after.iter().filter_map(turned).collect()
}
