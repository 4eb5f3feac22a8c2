//! Exceptions and thresholds.

use super::*;

#[test]
fn exceptions_stand_beside_verdicts() {
    let exception = |resources: &[&str], until: &str| Exception {
        check: "x.a".into(),
        resources: resources.iter().map(|one| (*one).to_owned()).collect(),
        reason: "legacy".into(),
        approver: "ciso".into(),
        since: None,
        until: day(until),
    };
    let mut world = keys()
        .check(check("x.a", "x.keys", "r.Fine"))
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a-1", "Fine": false}))
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "b-1", "Fine": false}))
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "c-1", "Fine": true}));
    world.settings.exceptions = vec![
        exception(&["arn:a-1"], "2026-09-29"),
        exception(&["arn:a*", "arn:c*"], "2026-09-30"),
        exception(&["arn:c-1"], "2027-01-01"),
    ];
    let assessment = world.assess();
    assert_eq!(assessment.checks[0].verdict, Verdict::Fail, "an exception changes no verdict");
    let covered: Vec<Option<usize>> = assessment.checks[0].findings.iter().map(|one| one.exception).collect();
    assert_eq!(covered, [Some(1), None, None]);
    let states: Vec<_> = assessment.exceptions.iter().map(|one| (one.state, one.covers)).collect();
    assert_eq!(states, [(ExceptionState::Expired, 1), (ExceptionState::Used, 1), (ExceptionState::Unused, 0)]);
}

#[test]
fn an_exception_longer_than_a_year_is_marked() {
    use ExceptionTerm::{LongerThanAYear, WithinAYear};
    let mut world = keys().check(check("x.a", "x.keys", "r.Fine")).row(
        "x.keys",
        ONE,
        "eu-west-1",
        json!({"Id": "a-1", "Fine": false}),
    );
    // The snapshot is of 2026-09-30.
    for (since, until, term, covers) in [
        (None, "2027-09-30", WithinAYear, 1),
        (None, "2027-10-01", LongerThanAYear, 1),
        (Some("2026-01-01"), "2027-01-01", WithinAYear, 1),
        (Some("2025-12-31"), "2027-01-01", LongerThanAYear, 1),
        (Some("2026-10-01"), "2027-01-01", WithinAYear, 0),
    ] {
        world.settings.exceptions = vec![Exception {
            check: "x.a".into(),
            resources: vec!["*".to_owned()],
            reason: "legacy".into(),
            approver: "ciso".into(),
            since: since.map(day),
            until: day(until),
        }];
        let one = world.assess().exceptions.remove(0);
        assert_eq!((one.term, one.covers), (term, covers), "{since:?} to {until}");
    }
}

#[test]
fn thresholds_are_tightened_and_loosened() {
    let table = [
        (json!(90), json!(60), Stricter::Lower, Direction::Tightened),
        (json!(90), json!(120), Stricter::Lower, Direction::Loosened),
        (json!(14), json!(16), Stricter::Higher, Direction::Tightened),
        (json!(14), json!(8), Stricter::Higher, Direction::Loosened),
        (json!(["a"]), json!(["a", "b"]), Stricter::Lower, Direction::Loosened),
        (json!(["a", "b"]), json!(["a"]), Stricter::Higher, Direction::Tightened),
        (json!("x"), json!("y"), Stricter::Neither, Direction::Changed),
        (json!(1), json!(2), Stricter::Neither, Direction::Changed),
    ];
    for (default, value, stricter, expected) in table {
        let mut world = keys().check(Check {
            params: BTreeSet::from(["limit".to_owned()]),
            ..check("x.a", "x.keys", "r.Age <= params.limit")
        });
        let param =
            Param { name: "limit".into(), default: default.clone(), stricter, title: String::new(), dated: None };
        world.catalog.params.insert("limit".into(), param);
        assert!(world.assess().params.is_empty());
        world.settings.params.insert("limit".into(), value.clone());
        let changes = world.assess().params;
        assert_eq!((changes[0].change, changes[0].checks.len()), (expected, 1), "{default} to {value}");
    }
}
