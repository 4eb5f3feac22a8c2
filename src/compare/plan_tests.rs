//! What to do next, and what is due, over small assessments told as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ActionPlan, By, Dates, DueKind, Owners, Waiting, calendar, next, sort};
use crate::expression::Expression;
use crate::model::*;

const ACCOUNT: &str = "111111111111";

fn check(id: &str, severity: &str, verdict: &str) -> Value {
    let finding = json!({
        "resource": format!("arn:{id}"), "account": ACCOUNT, "region": "eu-central-1", "verdict": verdict,
        "reason": "so it is", "evidence": [],
    });
    json!({ "id": id, "title": format!("Good: {id}"), "severity": severity, "verdict": verdict, "findings": [finding] })
}

/// A requirement that waits for checks, and perhaps for a document.
fn requirement(framework: &str, id: &str, checks: &[(&str, &str)], document: Option<&str>) -> Value {
    let status = if checks.iter().any(|(_, verdict)| *verdict == "fail") {
        "gap"
    } else if checks.iter().any(|(_, verdict)| *verdict == "undetermined") {
        "undetermined"
    } else if document.is_some() {
        "awaiting-evidence"
    } else {
        "satisfied"
    };
    let uses: Vec<Value> = checks.iter().map(|(id, verdict)| json!({ "id": id, "verdict": verdict })).collect();
    let manual: Vec<Value> = document
        .iter()
        .map(|id| json!({ "id": id, "ask": "Please attach it.", "owner": "people", "state": "missing" }))
        .collect();
    json!({
        "framework": framework, "id": id, "title": id, "group": "", "responsibility": "customer", "split": [],
        "status": status, "reason": "",
        "aws_part": { "status": "not-applicable", "reason": "", "text": "", "reports": [] },
        "customer_part": {
            "status": status, "reason": "", "text": "", "controls": [], "checks": uses, "manual": manual,
        },
    })
}

pub(super) fn assessment(checks: Vec<Value>, requirements: Vec<Value>) -> Assessment {
    serde_json::from_value(json!({
        "format": 1, "snapshot": Sha256::of(b"snapshot"), "period": { "start": "2026-07-01", "end": "2026-09-30" },
        "time": "2026-09-30T06:00:00Z", "checks": checks, "requirements": requirements, "gaps": [], "reports": [],
        "services": [], "params": [], "exceptions": [],
        "totals": { "checks": {}, "findings": {}, "failing": {}, "frameworks": {}, "gaps": {} },
    }))
    .unwrap()
}

impl Owners for BTreeMap<&str, &str> {
    fn owner(&self, id: &str, role: &str) -> String {
        (*self.get(id).unwrap_or(&role)).to_owned()
    }
}

fn plan(assessment: &Assessment) -> ActionPlan {
    let owners = BTreeMap::from([("s3.public", "Data team")]);
    next(&Catalog::default(), assessment, &[], &owners, &|_, finding| Some(format!("aws see {}", finding.resource)))
}

/// Each action as `kind id closes/closed`.
fn order(plan: &ActionPlan) -> Vec<String> {
    plan.actions.iter().map(|one| format!("{} {} {}/{}", one.kind.words(), one.id, one.closes, one.closed)).collect()
}

#[test]
fn what_brings_most_requirements_furthest_comes_first() {
    let checks = vec![
        check("iam.mfa", "medium", "fail"),
        check("s3.public", "medium", "fail"),
        check("kms.rotation", "medium", "fail"),
        check("rds.backup", "medium", "pass"),
    ];
    let requirements = vec![
        requirement("soc2", "CC6.1", &[("iam.mfa", "fail")], None),
        requirement("iso27001-2022", "A.5.17", &[("iam.mfa", "fail"), ("rds.backup", "pass")], None),
        requirement("gdpr", "Art.32", &[("s3.public", "fail"), ("kms.rotation", "fail")], None),
        requirement("soc2", "CC6.7", &[("rds.backup", "pass")], None),
    ];
    let plan = plan(&assessment(checks, requirements));
    assert_eq!((plan.open, plan.requirements), (3, 4));
    assert_eq!(order(&plan), ["fix iam.mfa 2/2", "fix kms.rotation 0/2", "fix s3.public 1/3"]);
    let mfa = &plan.actions[0];
    assert_eq!(mfa.requirements.len(), 2, "across frameworks: {:?}", mfa.requirements);
    assert_eq!(mfa.command.as_deref(), Some("aws see arn:iam.mfa"));
    assert_eq!((mfa.owner.as_str(), plan.actions[2].owner.as_str()), ("engineering", "Data team"));
}

#[test]
fn what_is_severe_counts_more() {
    let checks = vec![check("a.low", "low", "fail"), check("b.critical", "critical", "fail")];
    let requirements = vec![
        requirement("soc2", "CC1", &[("a.low", "fail")], None),
        requirement("soc2", "CC2", &[("b.critical", "fail")], None),
        requirement("soc2", "CC3", &[("a.low", "fail")], None),
    ];
    let mut plan = plan(&assessment(checks, requirements));
    assert_eq!(order(&plan), ["fix b.critical 1/1", "fix a.low 2/3"]);
    plan.actions.reverse();
    sort(&mut plan.actions, By::Severity);
    assert_eq!(plan.actions[0].id, "b.critical");
}

#[test]
fn a_document_and_a_refused_call_are_actions_too() {
    let mut judged = assessment(
        vec![check("rds.backup", "high", "undetermined")],
        vec![
            requirement("soc2", "CC1.1", &[], Some("code-of-conduct")),
            requirement("soc2", "A1.2", &[("rds.backup", "undetermined")], None),
        ],
    );
    let unread = plan(&judged);
    assert_eq!(order(&unread), ["settle rds.backup 1/1", "attest soc2/code-of-conduct 1/2"], "no gap explains it");
    assert_eq!(unread.actions[1].owner, "people");

    judged.gaps = serde_json::from_value(json!([{
        "source": "rds.instances", "account": ACCOUNT, "region": "eu-central-1", "operation": "DescribeDBInstances",
        "reason": "access-denied", "action": "rds:DescribeDBInstances", "message": "no", "time": "2026-09-30T06:00:00Z",
    }]))
    .unwrap();
    let (catalog, _) = catalog_with("rds.backup", "rds.instances");
    let read = next(&catalog, &judged, &[], &BTreeMap::new(), &|_, _| None);
    assert_eq!(order(&read)[0], "grant rds:DescribeDBInstances 1/1");
    assert!(read.actions[0].remedy.contains("rds:DescribeDBInstances"), "{}", read.actions[0].remedy);
}

#[test]
fn an_action_is_named_by_what_closes_its_gap() {
    let mut judged = assessment(
        vec![check("rds.backup", "high", "undetermined")],
        vec![requirement("soc2", "A1.2", &[("rds.backup", "undetermined")], None)],
    );
    let (catalog, _) = catalog_with("rds.backup", "rds.instances");
    let table = [
        ("throttled", Remedy::retry(), "retry AWS_MAX_ATTEMPTS 1/1", "Raise AWS_MAX_ATTEMPTS or lower --concurrency"),
        ("failed", Remedy::again(), "collect collect-again 1/1", "Collect again."),
        ("unreadable", Remedy::Report, "report unreadable-answer 1/1", "Report the answer"),
        (
            "not-subscribed",
            Remedy::setting("sources", "leave it out of `sources`"),
            "set sources 1/1",
            "Change `sources`: leave it out of `sources`",
        ),
        ("out-of-range", Remedy::LogFiles, "collect trail-log-files 1/1", "Read the log files"),
    ];
    for (reason, remedy, named, begins) in table {
        judged.gaps = serde_json::from_value(json!([{
            "source": "rds.instances", "account": ACCOUNT, "region": "eu-central-1", "reason": reason,
            "action": remedy, "message": "no", "time": "2026-09-30T06:00:00Z",
        }]))
        .unwrap();
        let read = next(&catalog, &judged, &[], &BTreeMap::new(), &|_, _| None);
        assert_eq!(order(&read)[0], named, "{reason}");
        assert!(read.actions[0].remedy.starts_with(begins), "{}", read.actions[0].remedy);
        assert!(!read.actions[0].id.contains(' '), "an id is not a sentence");
    }
}

/// The embedded mappings' first check under another id, reading one source.
fn catalog_with(id: &str, source: &str) -> (Catalog, CheckId) {
    let pass = Expression::parse("true").unwrap();
    let check = Check {
        id: id.into(),
        title: id.to_owned(),
        severity: Severity::High,
        source: source.into(),
        reads: Default::default(),
        reads_at_need: Default::default(),
        one_is_enough: false,
        per: Per::Row,
        when: None,
        pass,
        none: Verdict::NotApplicable,
        detail: None,
        why: String::new(),
        remedy: String::new(),
        config_rules: Vec::new(),
        population: None,
        params: Default::default(),
        cli: None,
        examples: Vec::new(),
    };
    let catalog = Catalog { checks: BTreeMap::from([(id.into(), check)]), ..Catalog::default() };
    (catalog, id.into())
}

#[test]
fn what_an_exception_covers_is_accepted_and_keeps_its_requirements_open() {
    let mut judged = assessment(
        vec![check("iam.mfa", "high", "fail")],
        vec![requirement("soc2", "CC6.1", &[("iam.mfa", "fail")], None)],
    );
    judged.exceptions = serde_json::from_value(json!([{
        "check": "iam.mfa", "resources": ["*"], "reason": "hardware keys come in May", "approver": "Jo",
        "until": "2026-12-31", "state": "used", "covers": 1,
    }]))
    .unwrap();
    judged.checks[0].findings[0].exception = Some(0);
    let covered = plan(&judged);
    assert!(covered.actions.is_empty());
    assert_eq!((covered.accepted.len(), covered.excepted, covered.open), (1, 1, 1));
    judged.exceptions[0].state = ExceptionState::Expired;
    assert_eq!(order(&plan(&judged)), ["fix iam.mfa 1/1"], "an exception that ran out covers nothing");
}

#[test]
fn parts_of_a_requirement_wait_for_it() {
    let mut part = requirement("gdpr", "Art.32(1)(b)", &[("iam.mfa", "fail")], None);
    part["parent"] = json!("Art.32");
    let mut whole = requirement("gdpr", "Art.32", &[], None);
    whole["status"] = json!("gap");
    let plan = plan(&assessment(vec![check("iam.mfa", "high", "fail")], vec![whole, part]));
    assert_eq!((plan.open, plan.requirements), (1, 1));
    assert_eq!(plan.actions[0].requirements, [Waiting { framework: "gdpr".into(), id: "Art.32".into() }]);
}

#[test]
fn a_requirement_to_which_nothing_is_mapped_does_not_drop_out() {
    let mut lonely = requirement("soc2", "CC9.9", &[], None);
    lonely["status"] = json!("undetermined");
    lonely["reason"] = json!("no check and no manual evidence is defined for it");
    let plan = plan(&assessment(Vec::new(), vec![lonely]));
    assert_eq!(order(&plan), ["settle soc2/CC9.9 1/1"]);
    assert!(plan.actions[0].remedy.contains("no check and no manual evidence"), "{}", plan.actions[0].remedy);
}

pub(super) fn settings() -> Settings {
    Settings {
        organization: "Example".to_owned(),
        period: Period { start: "2026-07-01".parse().unwrap(), end: "2026-09-30".parse().unwrap() },
        scope: ScopeSettings::default(),
        frameworks: Vec::new(),
        sources: Default::default(),
        params: BTreeMap::new(),
        artifact: ArtifactSettings::default(),
        trail: TrailSettings::default(),
        signing: None,
        exceptions: vec![Exception {
            check: "iam.mfa".into(),
            resources: vec!["*".to_owned()],
            reason: "why".to_owned(),
            approver: "Jo".to_owned(),
            since: None,
            until: "2026-09-20".parse().unwrap(),
        }],
        splits: Vec::new(),
        premises: None,
        not_applicable: Vec::new(),
        owners: OwnerSettings::default(),
        calendar: CalendarSettings::default(),
        exceptions_file: None,
        file: Vec::new(),
    }
}

fn report(kind: &str, start: &str, end: &str) -> Value {
    json!({ "kind": kind, "id": format!("{kind}-{end}"), "name": kind, "version": "1", "state": "PUBLISHED",
        "start": start, "end": end, "evidence": [] })
}

#[test]
fn reports_exceptions_and_the_next_snapshot_are_due() {
    let mut wants = requirement("soc2", "CC6.4", &[], None);
    wants["aws_part"]["reports"] = json!([{ "kind": "SOC2", "coverage": "bridged", "reason": "" }]);
    let mut judged = assessment(Vec::new(), vec![wants]);
    let definition = |kind: &str, bridges: Option<&str>| ReportDefinition {
        kind: kind.into(),
        title: kind.to_owned(),
        origin: ReportOrigin::Artifact,
        names: vec![kind.to_owned()],
        names_without: Vec::new(),
        bridges: bridges.map(ReportKind::from),
        agreements: Vec::new(),
    };
    let reports = [definition("SOC2", None), definition("SOC2-BRIDGE", Some("SOC2"))];
    let catalog =
        Catalog { reports: reports.into_iter().map(|one| (one.kind.clone(), one)).collect(), ..Catalog::default() };
    let (settings, facts) = (settings(), Facts::default());
    let shown = |judged: &Assessment, today: &str| -> Vec<String> {
        let newest = Some((judged.time, &facts, judged));
        let dates = Dates { catalog: &catalog, settings: &settings, newest, attestations: &[], signer: None };
        let calendar = calendar(dates, today.parse().unwrap(), 90);
        calendar
            .dues
            .iter()
            .map(|due| format!("{} {:?} {} {}", due.date, due.state, due.kind.words(), due.id))
            .collect()
    };
    judged.reports = serde_json::from_value(json!([report("SOC2", "2025-07-01", "2026-06-30")])).unwrap();
    assert_eq!(
        shown(&judged, "2026-10-01"),
        [
            "2026-06-30 Overdue AWS report SOC2",
            "2026-09-20 Overdue exception iam.mfa *",
            "2026-10-07 Due snapshot snapshot",
        ],
        "a period that has ended is not overdue"
    );
    let with_letter =
        json!([report("SOC2", "2025-07-01", "2026-06-30"), report("SOC2-BRIDGE", "2026-07-01", "2026-12-31")]);
    judged.reports = serde_json::from_value(with_letter).unwrap();
    assert_eq!(
        shown(&judged, "2026-09-25"),
        [
            "2026-09-20 Overdue exception iam.mfa *",
            "2026-09-30 Due period 2026-07-01 2026-09-30",
            "2026-10-07 Due snapshot snapshot",
        ],
        "the letter ends with the year, which is later than 90 days"
    );
}

#[test]
fn before_the_first_snapshot_one_is_due_today() {
    let (catalog, settings) = (Catalog::default(), settings());
    let dates = Dates { catalog: &catalog, settings: &settings, newest: None, attestations: &[], signer: None };
    let calendar = calendar(dates, "2026-07-01".parse().unwrap(), 30);
    let [due] = calendar.dues.as_slice() else { panic!("{:?}", calendar.dues) };
    assert_eq!((due.kind, due.date.to_string().as_str()), (DueKind::Snapshot, "2026-07-01"));
    assert_eq!(calendar.later, 2);
}
