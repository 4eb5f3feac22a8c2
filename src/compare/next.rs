//! The shortest list of actions that closes the most requirements.
//!
//! Each open requirement waits for some actions, and is closed when all are done. The next action is the one that brings
//! most requirements furthest: each counts the more the fewer actions it still waits for. What is severe counts more.

mod actions;

use std::collections::{BTreeMap, BTreeSet};

use super::{Accepted, Action, ActionKind, ActionPlan, Waiting};
use crate::model::{
    Assessment, AwsPart, Catalog, CheckId, CheckResult, ExceptionState, Finding, FrameworkId, Gap, ManualState,
    OpenFinding, Remedy, ReportCoverage, ReportRole, RequirementId, RequirementResult, Severity, Status, Target,
    Verdict,
};

const FORMAT: u32 = 1;
/// Divides by every number of actions up to ten without a rest, so that shares of requirements stay whole numbers.
const WHOLE: u64 = 2520;
/// Where AWS's reports are listed.
const REPORTS: &str = "artifact.reports";

/// Who has to act.
pub trait Owners {
    /// The owner of an action; `role` is the one that the mappings name (`security`, `people`, `engineering`).
    fn owner(&self, id: &str, role: &str) -> String;
}

/// How actions are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// As they close requirements soonest.
    Requirements,
    /// Worst first.
    Severity,
    /// Oldest first.
    Age,
    /// By who has to act.
    Owner,
}

/// What to do next. `open` are the failing findings with their ages, `command` gives the AWS CLI command that shows a
/// failing check's fact again.
pub fn next(
    catalog: &Catalog,
    assessment: &Assessment,
    open: &[OpenFinding],
    owners: &dyn Owners,
    command: &dyn Fn(&CheckResult, &Finding) -> Option<String>,
) -> ActionPlan {
    let desk = Planner { catalog, assessment, open, owners, command };
    let blockers = desk.blockers();
    let accepted = desk.accepted();
    let waits_for_accepted = |ids: &BTreeSet<Key>| ids.iter().any(|key| accepted.contains_key(key));
    let excepted = blockers.values().filter(|ids| waits_for_accepted(ids)).count();
    let counted = assessment.requirements.iter().filter(|one| one.parent.is_none());
    ActionPlan {
        format: FORMAT,
        snapshot: assessment.snapshot,
        time: assessment.time,
        requirements: counted.count(),
        open: blockers.len(),
        excepted,
        actions: desk.ordered(&blockers, &accepted),
        accepted: accepted.into_values().collect(),
    }
}

/// Sorts a plan's actions otherwise than they close requirements; what each closes stays what it is in that order.
pub fn sort(actions: &mut [Action], by: By) {
    let severity = |action: &Action| (action.severity.is_none(), action.severity);
    let days = |action: &Action| action.since.map_or(-1, |since| since.days);
    match by {
        By::Requirements => {}
        By::Severity => actions.sort_by(|a, b| severity(a).cmp(&severity(b)).then(days(b).cmp(&days(a)))),
        By::Age => actions.sort_by(|a, b| days(b).cmp(&days(a)).then(severity(a).cmp(&severity(b)))),
        By::Owner => actions.sort_by(|a, b| a.owner.cmp(&b.owner)),
    }
}

type Key = (ActionKind, String);
type Blockers<'a> = BTreeMap<(&'a FrameworkId, &'a RequirementId), BTreeSet<Key>>;

struct Planner<'a> {
    catalog: &'a Catalog,
    assessment: &'a Assessment,
    open: &'a [OpenFinding],
    owners: &'a dyn Owners,
    command: &'a dyn Fn(&CheckResult, &Finding) -> Option<String>,
}

impl<'a> Planner<'a> {
    /// The open requirements that count, and what each waits for; parts of a requirement wait for it.
    fn blockers(&self) -> Blockers<'a> {
        let mut blockers = Blockers::new();
        for requirement in &self.assessment.requirements {
            let whole = self.whole(requirement);
            let is_open = |one: &RequirementResult| !matches!(one.status, Status::Satisfied | Status::NotApplicable);
            if is_open(whole) && is_open(requirement) {
                let own = self.waits_for(requirement);
                blockers.entry((&whole.framework, &whole.id)).or_default().extend(own);
            }
        }
        // What nothing is mapped to must not drop out: its owner has to find out what it takes.
        for ((framework, id), keys) in blockers.iter_mut().filter(|(_, keys)| keys.is_empty()) {
            keys.insert((ActionKind::Settle, format!("{framework}/{id}")));
        }
        blockers
    }

    /// The requirement that counts, of which this one is a part.
    fn whole(&self, requirement: &'a RequirementResult) -> &'a RequirementResult {
        let parent = |one: &RequirementResult| {
            let id = one.parent.as_ref()?;
            self.assessment.requirements.iter().find(|other| other.framework == one.framework && other.id == *id)
        };
        let mut whole = requirement;
        // Mappings are checked for circles when they are loaded; a pack's are a stranger's.
        for _ in 0..self.assessment.requirements.len() {
            match parent(whole) {
                Some(above) => whole = above,
                None => break,
            }
        }
        whole
    }

    fn waits_for(&self, requirement: &RequirementResult) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        for check in &requirement.customer_part.checks {
            match check.verdict {
                Verdict::Fail => keys.extend([(ActionKind::Fix, check.id.to_string())]),
                Verdict::Undetermined if self.awaits_alone(&check.id) => {}
                Verdict::Undetermined => keys.extend(self.unknown(&check.id)),
                Verdict::Pass | Verdict::NotApplicable => {}
            }
        }
        for manual in requirement.customer_part.manual.iter().filter(|manual| manual.state != ManualState::Present) {
            let own = Target::Request { framework: requirement.framework.clone(), id: manual.id.clone() };
            keys.insert((ActionKind::Attest, manual.same_as.clone().unwrap_or(own).to_string()));
        }
        keys.extend(self.of_aws(&requirement.aws_part));
        keys
    }

    /// Whether a check is open for approvals only, which a request asks for.
    fn awaits_alone(&self, id: &CheckId) -> bool {
        self.assessment.checks.iter().any(|check| check.id == *id && check.awaits_alone())
    }

    /// What makes a check undetermined: calls that were refused, or something else that a human must find out.
    fn unknown(&self, id: &CheckId) -> Vec<Key> {
        let gaps = self.gaps(id);
        match gaps.is_empty() {
            true => vec![(ActionKind::Settle, id.to_string())],
            false => gaps.into_iter().map(closes).collect(),
        }
    }

    fn gaps(&self, id: &CheckId) -> Vec<&'a Gap> {
        let Some(check) = self.catalog.checks.get(id) else { return Vec::new() };
        let read = |gap: &&Gap| gap.source == check.source || check.reads.contains(&gap.source);
        self.assessment.gaps.iter().filter(read).collect()
    }

    /// What AWS's half waits for: one report that covers the period is enough.
    fn of_aws(&self, part: &AwsPart) -> Vec<Key> {
        if matches!(part.status, Status::Satisfied | Status::NotApplicable) {
            return Vec::new();
        }
        let proofs = || part.reports.iter().filter(|report| report.role == ReportRole::Proves);
        let wanted = |coverage: &ReportCoverage| proofs().find(|report| report.coverage == *coverage);
        use ReportCoverage::{Covers, Missing, Outside, Partial, ToAttach, Unknown};
        // The nearest to covering first.
        let Some(report) = [Covers, Partial, Outside, Missing, Unknown, ToAttach].iter().find_map(wanted) else {
            return Vec::new();
        };
        match report.coverage {
            ToAttach => vec![(ActionKind::Attest, Target::Report(report.kind.clone()).to_string())],
            Unknown => {
                let refused = self.assessment.gaps.iter().filter(|gap| gap.source.as_str() == REPORTS);
                let mut keys: Vec<Key> = refused.map(closes).collect();
                keys.dedup();
                if keys.is_empty() { vec![(ActionKind::Obtain, report.kind.to_string())] } else { keys }
            }
            _ => vec![(ActionKind::Obtain, report.kind.to_string())],
        }
    }

    /// Failing checks of which every finding is covered by an exception that runs.
    fn accepted(&self) -> BTreeMap<Key, Accepted> {
        let mut accepted = BTreeMap::new();
        for check in self.assessment.checks.iter().filter(|check| check.verdict == Verdict::Fail) {
            let exception = |finding: &&Finding| {
                let exception = self.assessment.exceptions.get(finding.exception?)?;
                (exception.state == ExceptionState::Used).then_some(exception)
            };
            let failing: Vec<&Finding> = failing(check).collect();
            let covering: Vec<_> = failing.iter().filter_map(exception).collect();
            let Some(first) = covering.iter().min_by_key(|exception| exception.until) else { continue };
            if covering.len() == failing.len() {
                let (until, approver) = (first.until, first.approver.clone());
                let one = Accepted { check: check.id.clone(), findings: failing.len(), until, approver };
                accepted.insert((ActionKind::Fix, check.id.to_string()), one);
            }
        }
        accepted
    }

    /// The actions, the one that brings requirements furthest first.
    fn ordered(&self, blockers: &Blockers<'_>, accepted: &BTreeMap<Key, Accepted>) -> Vec<Action> {
        let mut left: Vec<BTreeSet<&Key>> = blockers.values().map(|keys| keys.iter().collect()).collect();
        let mut waiting: BTreeMap<&Key, Vec<Waiting>> = BTreeMap::new();
        for ((framework, id), keys) in blockers {
            for key in keys.iter().filter(|key| !accepted.contains_key(*key)) {
                let one = Waiting { framework: (*framework).clone(), id: (*id).clone() };
                waiting.entry(key).or_default().push(one);
            }
        }
        let mut drafts: BTreeMap<&Key, Action> =
            waiting.iter().map(|(key, own)| (*key, self.action(key, own))).collect();
        let (mut actions, mut closed) = (Vec::new(), 0);
        while let Some(best) = best(&drafts, &left)
            && let Some(mut action) = drafts.remove(best)
        {
            let before = left.iter().filter(|keys| !keys.is_empty()).count();
            for keys in &mut left {
                keys.remove(best);
            }
            action.closes = before - left.iter().filter(|keys| !keys.is_empty()).count();
            closed += action.closes;
            action.closed = closed;
            actions.push(action);
        }
        actions
    }
}

/// What closes a gap. Its id is a name, never a sentence.
fn closes(gap: &Gap) -> Key {
    match &gap.remedy {
        Remedy::Grant(_) => (ActionKind::Grant, gap.remedy.to_string()),
        Remedy::Setting(setting) => (ActionKind::Set, setting.name.to_owned()),
        Remedy::CollectAgain { after: Some(time) } => (ActionKind::Collect, format!("after-{time}")),
        Remedy::CollectAgain { after: None } | Remedy::Other(_) => (ActionKind::Collect, "collect-again".to_owned()),
        Remedy::Policy(words) => (ActionKind::Set, Remedy::policy_name(words)),
        Remedy::LogFiles => (ActionKind::Collect, "trail-log-files".to_owned()),
        Remedy::Environment(name) => (ActionKind::Retry, name.clone()),
        Remedy::NotOffered => (ActionKind::Obtain, "aws-reports".to_owned()),
        Remedy::Report => (ActionKind::Report, "unreadable-answer".to_owned()),
    }
}

fn failing(check: &CheckResult) -> impl Iterator<Item = &Finding> {
    check.findings.iter().filter(|finding| finding.verdict == Verdict::Fail)
}

/// The action that brings the requirements that are left furthest.
fn best<'k>(drafts: &BTreeMap<&'k Key, Action>, left: &[BTreeSet<&'k Key>]) -> Option<&'k Key> {
    let weight = |severity: Option<Severity>| match severity {
        Some(Severity::Critical) => 4,
        Some(Severity::High) => 3,
        Some(Severity::Medium) | None => 2,
        Some(Severity::Low) => 1,
    };
    let worth = |key: &Key, action: &Action| {
        let shares: u64 = left.iter().filter(|keys| keys.contains(key)).map(|keys| WHOLE / keys.len() as u64).sum();
        (shares * weight(action.severity), action.since.map_or(0, |since| since.days))
    };
    let ranked = drafts.iter().map(|(key, action)| (worth(key, action), *key));
    // Of equals the first by name.
    ranked.max_by(|(a, first), (b, second)| a.cmp(b).then(second.cmp(first))).map(|(_, key)| key)
}
