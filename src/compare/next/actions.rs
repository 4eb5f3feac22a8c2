//! What an action says: its title, who has to act, what to do, the first findings.

use std::collections::BTreeSet;

use super::{Planner, closes};
use crate::compare::{Action, ActionFinding, ActionKind, Since, Waiting};
use crate::model::{CheckId, Finding, Gap, GapReason, ReportUse, RequirementResult, Verdict, open_requests};

/// Findings named of an action; the others are only counted.
const EXAMPLES: usize = 5;

impl Planner<'_> {
    pub(super) fn action(&self, (kind, id): &(ActionKind, String), requirements: &[Waiting]) -> Action {
        let mut action = match kind {
            ActionKind::Fix | ActionKind::Settle => self.of_check(*kind, id),
            ActionKind::Attest => self.attest(id),
            ActionKind::Obtain if self.assessment.gaps.iter().all(|gap| closes(gap) != (*kind, id.clone())) => {
                self.obtain(id)
            }
            _ => self.readable(*kind, id),
        };
        action.requirements = requirements.to_vec();
        action
    }

    fn draft(&self, kind: ActionKind, id: &str, title: String, role: &str, remedy: String) -> Action {
        Action {
            kind,
            id: id.to_owned(),
            title,
            severity: None,
            owner: self.owners.owner(id, role),
            since: None,
            remedy,
            command: None,
            findings: 0,
            examples: Vec::new(),
            requirements: Vec::new(),
            closes: 0,
            closed: 0,
        }
    }

    fn of_check(&self, kind: ActionKind, id: &str) -> Action {
        let result = self.assessment.checks.iter().find(|check| check.id.as_str() == id);
        let check = self.catalog.checks.get(&CheckId::from(id));
        let title = result.map_or_else(|| id.to_owned(), |check| check.title.clone());
        let remedy = match kind {
            ActionKind::Fix => check.map(|check| check.remedy.clone()).unwrap_or_default(),
            _ => format!("Find out what the evidence leaves open: `auditpack checks explain {id}` shows it."),
        };
        let mut action = self.draft(kind, id, title, "engineering", remedy);
        let Some(result) = result else {
            let named = |one: &&RequirementResult| format!("{}/{}", one.framework, one.id) == id;
            if let Some(requirement) = self.assessment.requirements.iter().find(named) {
                action.title = requirement.title.clone();
                action.owner = self.owners.owner(id, "security");
                action.remedy = format!("Find out what would close it; it says: {}", requirement.reason);
            }
            return action;
        };
        action.severity = Some(result.severity);
        action.since = self.since(id);
        let wanted = if kind == ActionKind::Fix { Verdict::Fail } else { Verdict::Undetermined };
        let mut findings: Vec<&Finding> = result.findings.iter().filter(|one| one.verdict == wanted).collect();
        // What an exception covers is not what to look at first.
        findings.sort_by_key(|finding| finding.exception.is_some());
        action.findings = findings.len();
        action.command = findings.first().and_then(|finding| (self.command)(result, finding));
        action.examples = findings.into_iter().take(EXAMPLES).map(example).collect();
        if kind == ActionKind::Settle && action.examples.is_empty() {
            action.remedy = format!("{} ({})", action.remedy, result.reason.as_deref().unwrap_or("no reason is known"));
        }
        action
    }

    fn since(&self, id: &str) -> Option<Since> {
        let own = self.open.iter().filter(|finding| finding.check.as_str() == id);
        let oldest = own.min_by_key(|finding| finding.since)?;
        Some(Since { time: oldest.since, age: oldest.age, days: oldest.days })
    }

    /// What closes gaps of one kind.
    fn readable(&self, kind: ActionKind, id: &str) -> Action {
        let own = |gap: &&Gap| closes(gap) == (kind, id.to_owned());
        let gaps: Vec<&Gap> = self.assessment.gaps.iter().filter(own).collect();
        let sources: BTreeSet<&str> = gaps.iter().map(|gap| gap.source.as_str()).collect();
        let named = sources.into_iter().collect::<Vec<_>>().join(", ");
        let reason = gaps.first().map_or("not read", |gap| gap.reason.words());
        let order = gaps.first().map(|gap| capital(&gap.remedy.order())).unwrap_or_default();
        let is_about_time = gaps.iter().all(|gap| gap.reason == GapReason::OutOfRange);
        let title = match kind {
            ActionKind::Collect if is_about_time => format!("Cover the whole period in {named}"),
            _ => format!("Make {named} readable ({reason})"),
        };
        let remedy = match kind {
            ActionKind::Grant => {
                format!("{order} (`auditpack iam-policy` prints the whole policy), then collect again.")
            }
            ActionKind::Collect if is_about_time => format!("{order}. Weekly snapshots leave nothing out of reach."),
            ActionKind::Collect | ActionKind::Report | ActionKind::Obtain => format!("{order}."),
            _ => format!("{order}, then collect again."),
        };
        let mut action = self.draft(kind, id, title, "security", remedy);
        action.findings = gaps.len();
        let mut places = BTreeSet::new();
        let first = gaps.iter().filter(|gap| places.insert((&gap.source, &gap.account, &gap.region)));
        let example = |gap: &&Gap| ActionFinding {
            resource: gap.source.to_string(),
            account: gap.account.clone(),
            region: gap.region.clone(),
            reason: gap.message.clone(),
        };
        action.examples = first.take(EXAMPLES).map(example).collect();
        action
    }

    fn attest(&self, id: &str) -> Action {
        let asked = open_requests(self.assessment, self.catalog).into_iter().find(|one| one.id == id);
        let (ask, owner) = asked.map_or_else(|| (id.to_owned(), "security".to_owned()), |one| (one.ask, one.owner));
        let remedy = format!("auditpack attest add FILE --for {id} --owner NAME");
        self.draft(ActionKind::Attest, id, ask, &owner, remedy)
    }

    fn obtain(&self, kind: &str) -> Action {
        let uses = self.assessment.requirements.iter().flat_map(|one| &one.aws_part.reports);
        let known = uses.into_iter().find(|report| report.kind.as_str() == kind);
        let reason = known.map(|report: &ReportUse| report.reason.clone()).unwrap_or_default();
        let title = format!("Get AWS's {kind} report for the period: {reason}");
        let remedy =
            "Look in AWS Artifact for the next report or for a bridge letter (continued operations letter) that \
                      covers the rest, and collect again. Where AWS has published neither yet, wait for it."
                .to_owned();
        self.draft(ActionKind::Obtain, kind, title, "security", remedy)
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn example(finding: &Finding) -> ActionFinding {
    ActionFinding {
        resource: finding.resource.clone(),
        account: finding.account.clone(),
        region: finding.region.clone(),
        reason: finding.reason.clone(),
    }
}
