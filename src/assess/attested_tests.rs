use super::fixtures::*;
use super::requirement_tests::requirement;
use crate::model::*;

pub(super) fn request(id: &str) -> ManualEvidence {
    ManualEvidence {
        id: id.into(),
        ask: format!("Please attach {id}."),
        owner: "people".into(),
        valid_days: 365,
        premises: None,
        same_as: None,
    }
}

/// A requirement `R` of the customer's with these requests, resting on the control `c`.
fn asked(requests: &[&str]) -> Estate {
    let mut one = requirement("R");
    one.controls = vec!["c".into()];
    one.manual = requests.iter().map(|id| request(id)).collect();
    let mut world = world();
    let control = Control { id: "c".into(), title: String::new(), checks: vec![] };
    world.catalog.controls.insert("c".into(), control);
    world.framework(vec![one])
}

/// The state of each request, the supporting documents, and the requirement's status.
fn stands(mut world: Estate, attestations: Vec<Attestation>) -> (Vec<ManualState>, usize, Status) {
    world.attestations = attestations;
    let result = world.first();
    let states = result.customer_part.manual.iter().map(|one| one.state).collect();
    (states, result.customer_part.supporting.len(), result.status)
}

#[test]
fn a_document_counts_when_it_is_valid_through_the_periods_end() {
    use ManualState::{Expired, Present};
    // The period is 2026-07-01 to 2026-09-30.
    let table = [
        ("2026-01-01", "2026-09-30", Present, Term::Valid),
        ("2026-01-01", "2026-09-29", Expired, Term::Expired),
        ("2026-09-30", "2027-09-30", Present, Term::Valid),
        ("2026-10-01", "2027-09-30", Present, Term::DatedAfterPeriod),
    ];
    for (date, until, state, term) in table {
        let mut world = asked(&["m"]);
        world.attestations = vec![attestation(1, &["m"], date, until)];
        let result = world.first();
        let manual = &result.customer_part.manual[0];
        assert_eq!((manual.state, manual.attestations[0].term), (state, term), "{date} to {until}");
        let status = if state == Present { Status::Satisfied } else { Status::AwaitingEvidence };
        assert_eq!(result.status, status, "{date} to {until}");
    }
}

#[test]
fn reasons_say_what_is_awaited_and_what_is_there() {
    let mut world = asked(&["m", "n", "o"]);
    let reason = |world: &Estate| world.first().customer_part.reason;
    assert_eq!(reason(&world), "awaiting 3 of 3 documents: Please attach m. And 2 more.");
    world.attestations = vec![
        attestation(1, &["m"], "2026-01-01", "2026-08-31"),
        attestation(2, &["n", "o"], "2026-10-02", "2027-01-01"),
    ];
    let expired = "awaiting 1 of 3 documents: Please attach m. (\u{201c}Document 1\u{201d} was valid until 2026-08-31)";
    assert_eq!(reason(&world), expired);
    world.attestations.push(attestation(3, &["m"], "2026-09-01", "2027-08-31"));
    assert_eq!(reason(&world), "3 of 3 documents are there, 2 of them dated after the period's end");
    let manual = &world.first().customer_part.manual[0];
    let ids: Vec<String> = manual.attestations.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(ids, ["A3", "A1"], "what counts comes first");
}

#[test]
fn only_a_named_request_or_a_requirements_only_one_is_answered() {
    use ManualState::{Missing, Present};
    let one = |target: &str| vec![attestation(1, &[target], "2026-09-01", "2027-09-01")];
    let awaiting = Status::AwaitingEvidence;
    assert_eq!(stands(asked(&["m"]), one("R")), (vec![Present], 0, Status::Satisfied), "its only request");
    assert_eq!(stands(asked(&["m", "n"]), one("R")), (vec![Missing, Missing], 1, awaiting), "which of them?");
    assert_eq!(stands(asked(&["m", "n"]), one("n")), (vec![Missing, Present], 0, awaiting));
    assert_eq!(stands(asked(&["m"]), one("control/c")), (vec![Missing], 1, awaiting), "a control answers none");
    assert_eq!(stands(asked(&["m"]), one("control/d")), (vec![Missing], 0, awaiting), "another control");
    assert_eq!(stands(asked(&["m"]), one("x")), (vec![Missing], 0, awaiting), "another request");
    let mut other = one("m");
    other[0].targets = vec![Target::Request { framework: "g".into(), id: "m".into() }];
    assert_eq!(stands(asked(&["m"]), other), (vec![Missing], 0, awaiting), "another framework's");
}

#[test]
fn documents_change_no_verdict_of_a_check() {
    let mut world = asked(&["m"]).source("s", SourceScope::Account).check(check("x.a", "s", "r.Fine"));
    world = world.row("s", ONE, "us-east-1", serde_json::json!({"Id": "a", "Fine": false}));
    if let Some(control) = world.catalog.controls.get_mut(&ControlId::from("c")) {
        control.checks = vec!["x.a".into()];
    }
    let all = vec![attestation(1, &["m", "R", "control/c"], "2026-09-01", "2027-09-01")];
    assert_eq!(stands(world, all).2, Status::Gap);
}

#[test]
fn a_document_that_artifact_does_not_have_is_attested() {
    let mut one = requirement("R");
    one.responsibility = Responsibility::Shared;
    one.reports = vec!["DPA".into()];
    one.manual = vec![request("m")];
    let mut world = world().report("DPA", &[], None).framework(vec![one]);
    let part = |world: &Estate| world.first().aws_part;
    assert_eq!(part(&world).status, Status::AwaitingEvidence);
    let open = |world: &Estate| open_requests(&world.assess(), &world.catalog);
    let asked: Vec<(String, String)> = open(&world).into_iter().map(|one| (one.owner, one.id)).collect();
    assert_eq!(asked, [("legal".into(), "report/DPA".into()), ("people".into(), "f/m".to_owned())]);
    world.attestations = vec![attestation(1, &["report/DPA"], "2026-01-01", "2026-08-31")];
    assert_eq!(part(&world).reason, "DPA attached as A1, valid until 2026-08-31 only: attach a newer copy");
    world.attestations.push(attestation(2, &["report/DPA"], "2025-01-01", "2027-01-01"));
    assert_eq!(part(&world).status, Status::Satisfied);
    assert_eq!(part(&world).reason, "DPA attached as A2, dated 2025-01-01, valid until 2027-01-01");
    assert_eq!(open(&world).len(), 1);
    world.attestations.push(attestation(3, &["m"], "2026-01-01", "2026-08-31"));
    let left = open(&world);
    assert_eq!((left[0].state, left[0].expired.len()), (ManualState::Expired, 1));
}

/// A requirement that rests on a check whose events are normal work, but for one that is `wrong` by itself.
fn changed(events: &[(&str, bool)]) -> Estate {
    let mut world = asked(&[]).source("s.events", SourceScope::Region);
    world.catalog.controls.get_mut(&ControlId::from("c")).unwrap().checks = vec!["s.changes".into()];
    let mut changes = check("s.changes", "s.events", "r.wrong ? false : approval('done by ' + r.Id)");
    changes.population =
        Some(Population { ask: "Please attach the tickets.".into(), owner: "security".into(), valid_days: 92 });
    let changed = |world: Estate, (id, wrong): &(&str, bool)| {
        world.row("s.events", ONE, "eu-west-1", serde_json::json!({ "Id": id, "wrong": wrong }))
    };
    events.iter().fold(world.check(changes), changed)
}

#[test]
fn normal_work_is_a_population_that_one_document_answers() {
    let mut world = changed(&[("jo", false), ("kim", false)]);
    let result = world.result();
    assert_eq!(result.verdict, Verdict::Undetermined);
    assert_eq!(result.reason.as_deref(), Some("2 changes: attach the approvals of a sample"));
    assert_eq!(result.findings[0].reason, "done by jo");
    assert!(result.findings.iter().all(|finding| finding.awaits == Some(Awaits::Approval)));
    let requirement = world.first();
    assert_eq!(requirement.status, Status::AwaitingEvidence);
    assert_eq!(requirement.customer_part.manual[0].id, "population/s.changes");
    let open = open_requests(&world.assess(), &world.catalog);
    assert_eq!(open.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["population/s.changes"]);

    let mut document = attestation(1, &[], "2026-09-30", "2027-09-30");
    document.targets = vec![Target::Population("s.changes".into())];
    world.attestations = vec![document];
    assert_eq!(world.first().status, Status::Satisfied);
    assert_eq!(world.result().verdict, Verdict::Undetermined, "a document never changes a verdict");
    assert!(open_requests(&world.assess(), &world.catalog).is_empty());
}

#[test]
fn what_is_wrong_by_itself_or_was_not_read_no_document_answers() {
    let mut document = attestation(1, &[], "2026-09-30", "2027-09-30");
    document.targets = vec![Target::Population("s.changes".into())];
    let mut wrong = changed(&[("jo", false), ("kim", true)]);
    wrong.attestations = vec![document.clone()];
    assert_eq!((wrong.result().verdict, wrong.first().status), (Verdict::Fail, Status::Gap));
    let mut unread = changed(&[("jo", false)]).gap("s.events", TWO, "us-east-1");
    unread.attestations = vec![document];
    assert_eq!(unread.first().status, Status::Undetermined);
}

#[test]
fn lists_that_age_are_named_half_a_year_later() {
    let mut world = world();
    let param = |name: &str, dated: &str| Param {
        name: name.to_owned(),
        default: serde_json::json!(["a"]),
        stricter: Stricter::Neither,
        title: String::new(),
        dated: Some(day(dated)),
    };
    for (name, dated) in [("old", "2026-01-01"), ("own", "2026-01-01"), ("young", "2026-09-01")] {
        world.catalog.params.insert(name.to_owned(), param(name, dated));
    }
    world.settings.params.insert("own".to_owned(), serde_json::json!(["b"]));
    let aged: Vec<String> = world.assess().aged.into_iter().map(|list| list.name).collect();
    assert_eq!(aged, ["old"]);
}
