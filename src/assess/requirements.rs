//! Verdicts to requirements: AWS's half, the customer's half, and where the whole stands.

use std::collections::{BTreeMap, BTreeSet};

use super::applicable::{excluded, exclusion};
use super::attested::Attested;
use super::reports::Reports;
use super::split::split;
use crate::model::{
    AttestationUse, AwsPart, Catalog, CheckId, CheckResult, CheckUse, CustomerPart, Framework, ManualState, ManualUse,
    ReportCoverage, ReportRole, Requirement, RequirementId, RequirementResult, Responsibility, ServiceInUse, Settings,
    SplitOverride, Status, Term, Verdict,
};

/// All that requirements are folded from, besides what people attested.
pub(super) struct FoldInput<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) settings: &'a Settings,
    pub(super) checks: &'a [CheckResult],
    pub(super) reports: &'a Reports<'a>,
    pub(super) services: &'a [ServiceInUse],
}

type Results<'a> = BTreeMap<&'a CheckId, &'a CheckResult>;

/// All requirements of a framework, in its order, and those whose owner the settings set.
pub(super) fn framework(
    framework: &Framework,
    judged: &FoldInput<'_>,
    attested: Attested<'_>,
) -> (Vec<RequirementResult>, Vec<SplitOverride>) {
    let FoldInput { catalog, settings, checks, reports, services } = *judged;
    let results: BTreeMap<&CheckId, &CheckResult> = checks.iter().map(|check| (&check.id, check)).collect();
    let parents: BTreeSet<&RequirementId> =
        framework.requirements.iter().filter_map(|one| one.parent.as_ref()).collect();
    let mut overrides = Vec::new();
    let mut result = |requirement: &Requirement| {
        let split = split(&framework.id, requirement, catalog, settings, services);
        let responsibility = split.responsibility;
        overrides.extend(split.set);
        let is_parent = parents.contains(&requirement.id);
        let aws_part = aws_part(requirement, responsibility, reports, is_parent);
        let own = settings.premises.as_ref().map(|premises| premises.sites);
        let requests = requirement.requests(responsibility, own);
        let mut manual = attested.manual(&framework.id, &requirement.id, &requests);
        let uses = checks_of(requirement, catalog, &results);
        manual.extend(populations(&uses, catalog, &results, attested));
        let people = People { manual, supporting: attested.supporting(&framework.id, requirement, &requests) };
        let customer_part = customer_part(requirement, responsibility, uses, &results, people, is_parent);
        let result = RequirementResult {
            framework: framework.id.clone(),
            id: requirement.id.clone(),
            title: requirement.title.clone(),
            group: requirement.group.clone(),
            parent: requirement.parent.clone(),
            responsibility,
            split: split.lines,
            accounts: split.accounts,
            status: Status::Undetermined,
            reason: String::new(),
            aws_part,
            customer_part,
            exclusion: None,
        };
        match exclusion(framework, requirement, settings) {
            Some(why) => excluded(result, why),
            None => result,
        }
    };
    let mut all: Vec<RequirementResult> = framework.requirements.iter().map(&mut result).collect();
    fold_all(&mut all);
    (all, overrides)
}

/// Folds each requirement's halves, and those of the parts of it.
fn fold_all(results: &mut [RequirementResult]) {
    let mut below: BTreeMap<RequirementId, Vec<(RequirementId, Status)>> = BTreeMap::new();
    // Parts of parts are known before their wholes when those without parts come first.
    for _ in 0..MAX_LEVELS {
        for result in results.iter_mut() {
            let parts = below.get(&result.id).map(Vec::as_slice).unwrap_or_default();
            let halves = [result.aws_part.status, result.customer_part.status];
            result.status = Status::fold(halves.into_iter().chain(parts.iter().map(|(_, status)| *status)));
            result.reason = match &result.exclusion {
                Some(_) => result.customer_part.reason.clone(),
                None => reason(result, parts),
            };
        }
        below.clear();
        for result in results.iter() {
            if let Some(parent) = &result.parent {
                below.entry(parent.clone()).or_default().push((result.id.clone(), result.status));
            }
        }
    }
}

/// The reason of a half that has nothing of its own: the parts' statuses decide.
const IN_ITS_PARTS: &str = "stands in its parts";

/// An article, a paragraph; two more for frameworks to come.
const MAX_LEVELS: usize = 4;

/// The reason of whatever decides.
fn reason(result: &RequirementResult, parts: &[(RequirementId, Status)]) -> String {
    let of_parts: Vec<&str> =
        parts.iter().filter(|(_, status)| *status == result.status).map(|(id, _)| id.as_str()).collect();
    let halves = [
        ("customer's part", result.customer_part.status, &result.customer_part.reason),
        ("AWS's part", result.aws_part.status, &result.aws_part.reason),
    ];
    let mut reasons: Vec<String> = halves
        .iter()
        .filter(|(_, status, reason)| *status == result.status && !reason.is_empty())
        .map(|(half, _, reason)| format!("{half}: {reason}"))
        .collect();
    if !of_parts.is_empty() {
        reasons.push(format!("{}: {}", result.status.words(), of_parts.join(", ")));
    }
    reasons.join("; ")
}

fn aws_part(
    requirement: &Requirement,
    responsibility: Responsibility,
    reports: &Reports<'_>,
    is_parent: bool,
) -> AwsPart {
    let text = requirement.aws_part.clone();
    let part =
        |status, reason: &str, reports| AwsPart { status, reason: reason.to_owned(), text: text.clone(), reports };
    if responsibility == Responsibility::Customer {
        return part(Status::NotApplicable, "the customer's alone", Vec::new());
    }
    let proofs: Vec<_> = requirement.reports.iter().map(|kind| reports.of(kind, ReportRole::Proves)).collect();
    let supporting = requirement.supporting.iter().map(|kind| reports.of(kind, ReportRole::Supports));
    let uses: Vec<_> = proofs.iter().cloned().chain(supporting).collect();
    let evidenced =
        proofs.iter().find(|report| matches!(report.coverage, ReportCoverage::Covers | ReportCoverage::Bridged));
    if let Some(report) = evidenced {
        return part(Status::Satisfied, &report.reason, uses);
    }
    if proofs.is_empty() {
        return match is_parent {
            true => part(Status::NotApplicable, IN_ITS_PARTS, uses),
            false => part(Status::Undetermined, "no AWS report evidences it", uses),
        };
    }
    let to_attach = proofs.iter().all(|report| report.coverage == ReportCoverage::ToAttach);
    let status = if to_attach { Status::AwaitingEvidence } else { Status::Undetermined };
    let mut reasons: Vec<String> = proofs.iter().map(|report| report.reason.clone()).collect();
    reasons.dedup();
    part(status, &reasons.join("; "), uses)
}

/// What people gave and are asked for.
struct People {
    manual: Vec<ManualUse>,
    supporting: Vec<AttestationUse>,
}

fn customer_part(
    requirement: &Requirement,
    responsibility: Responsibility,
    checks: Vec<CheckUse>,
    results: &Results<'_>,
    people: People,
    is_parent: bool,
) -> CustomerPart {
    let People { manual, supporting } = people;
    let awaits_alone = |check: &CheckUse| results.get(&check.id).is_some_and(|result| result.awaits_alone());
    let awaiting = checks.iter().filter(|check| awaits_alone(check)).count();
    let (status, reason) = customer_status(responsibility, &checks, awaiting, &manual, is_parent);
    CustomerPart {
        status,
        reason,
        text: requirement.customer_part.clone(),
        controls: requirement.controls.clone(),
        checks,
        manual,
        supporting,
    }
}

/// The checks of the requirement's controls, each once.
fn checks_of(requirement: &Requirement, catalog: &Catalog, results: &Results<'_>) -> Vec<CheckUse> {
    let mut seen = BTreeSet::new();
    let controls = requirement.controls.iter().filter_map(|id| catalog.controls.get(id));
    let checks = controls.flat_map(|control| &control.checks).filter(|id| seen.insert((*id).clone()));
    let verdict = |id: &CheckId| results.get(id).map_or(Verdict::Undetermined, |result| result.verdict);
    checks.map(|id| CheckUse { id: id.clone(), verdict: verdict(id) }).collect()
}

/// What people are asked about the populations that the checks list.
fn populations<'a>(
    uses: &'a [CheckUse],
    catalog: &'a Catalog,
    results: &'a Results<'_>,
    attested: Attested<'a>,
) -> impl Iterator<Item = ManualUse> + 'a {
    uses.iter().filter_map(move |one| {
        results.get(&one.id)?.awaiting().next()?;
        let population = catalog.checks.get(&one.id)?.population.as_ref()?;
        Some(attested.population(&one.id, population))
    })
}

/// `awaiting` of the checks are open for nothing but what people have to show: their requests say whether it is there.
fn customer_status(
    responsibility: Responsibility,
    checks: &[CheckUse],
    awaiting: usize,
    manual: &[ManualUse],
    is_parent: bool,
) -> (Status, String) {
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (fail, unknown, not_applicable) =
        (count(Verdict::Fail), count(Verdict::Undetermined) - awaiting, count(Verdict::NotApplicable));
    let all = checks.len();
    if fail > 0 {
        // Even where all is AWS's: a failing check has found something of the customer's.
        return (Status::Gap, format!("{fail} of {all} checks fail"));
    }
    if responsibility == Responsibility::Inherited && manual.is_empty() {
        return (Status::NotApplicable, "AWS's alone for the services in use".to_owned());
    }
    let open: Vec<&ManualUse> = manual.iter().filter(|manual| manual.state != ManualState::Present).collect();
    match () {
        () if unknown > 0 => (Status::Undetermined, format!("{unknown} of {all} checks are undetermined")),
        () if !open.is_empty() => (Status::AwaitingEvidence, awaited(&open, manual.len())),
        () if all == 0 && manual.is_empty() && is_parent => (Status::NotApplicable, IN_ITS_PARTS.to_owned()),
        () if all == 0 && manual.is_empty() => {
            (Status::Undetermined, "no check and no manual evidence is defined for it".to_owned())
        }
        () if not_applicable == all && manual.is_empty() => {
            (Status::NotApplicable, "nothing of the kind is in use".to_owned())
        }
        () => (Status::Satisfied, satisfied(count(Verdict::Pass), all, manual)),
    }
}

/// The first open request in its own words, and how many there are.
fn awaited(open: &[&ManualUse], all: usize) -> String {
    let documents = if all == 1 { "document" } else { "documents" };
    let mut text = format!("awaiting {} of {all} {documents}", open.len());
    for manual in open.iter().take(1) {
        text.push_str(&format!(": {}", manual.ask));
        if let Some(old) = manual.attestations.first() {
            text.push_str(&format!(" (\u{201c}{}\u{201d} was valid until {})", old.title, old.valid_until));
        }
    }
    if open.len() > 1 {
        text.push_str(&format!(" And {} more.", open.len() - 1));
    }
    text
}

fn satisfied(pass: usize, checks: usize, manual: &[ManualUse]) -> String {
    let mut parts = Vec::new();
    if checks > 0 {
        parts.push(format!("{pass} of {checks} checks pass"));
    }
    match manual.len() {
        0 => {}
        1 => parts.push("the document asked for is there".to_owned()),
        several => parts.push(format!("{several} of {several} documents are there")),
    }
    let late = |manual: &&ManualUse| manual.attestations.first().is_some_and(|one| one.term == Term::DatedAfterPeriod);
    match manual.iter().filter(late).count() {
        0 => {}
        1 if manual.len() == 1 => parts.push("dated after the period's end".to_owned()),
        1 => parts.push("1 of them dated after the period's end".to_owned()),
        several => parts.push(format!("{several} of them dated after the period's end")),
    }
    parts.join(", ")
}
