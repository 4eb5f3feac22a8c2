//! What `explain` shows of rows that are judged, skipped, alike, unread.

use serde_json::json;

use super::explain::{Explained, Sight, explain};
use super::fixtures::{Estate, ONE, check, gap, world};
use crate::expression::Expression;
use crate::model::{Per, Sha256, SourceScope, Verdict};

const HERE: &str = "eu-west-1";

fn explained(world: &Estate, limit: usize) -> Explained {
    let of = (Sha256::of(b"id"), &world.snapshot);
    explain(&world.catalog, &world.settings, of, &world.facts, &"x.good".into(), limit).unwrap()
}

fn lines(explained: &Explained) -> Vec<String> {
    let line = |(finding, seen): &(crate::model::Finding, Vec<super::Seen>)| {
        let seen = seen.iter().map(|seen| match &seen.sight {
            Sight::Value(value) => format!("{}={value}", seen.member),
            Sight::Absent => format!("{} absent", seen.member),
            Sight::Unread(reason) => format!("{} {reason}", seen.member),
        });
        format!("{} {}: {}", finding.verdict.words(), finding.resource, seen.collect::<Vec<_>>().join("; "))
    };
    explained.shown.iter().map(line).collect()
}

fn judged(pass: &str, when: Option<&str>) -> Estate {
    let mut one = check("x.good", "x.things", pass);
    one.when = when.map(|when| Expression::parse(when).unwrap());
    world().source("x.things", SourceScope::Region).check(one)
}

#[test]
fn it_shows_the_worst_first_with_the_members_that_were_read() {
    let world = judged("r.a.b == 1 && r['c'] == 2", Some("r.kind == 'x'"))
        .row("x.things", ONE, HERE, json!({"Id": "1", "kind": "x", "a": {"b": 1, "z": 0}, "c": 2, "other": 3}))
        .row("x.things", ONE, HERE, json!({"Id": "2", "kind": "y"}))
        .row("x.things", ONE, HERE, json!({"Id": "3", "kind": "x", "a": {}, "c": 2}))
        .row("x.things", ONE, HERE, json!({"Id": "4", "kind": "x", "a": {"b": 2}, "c": 2}));
    let all = explained(&world, usize::MAX);
    assert_eq!((all.rows, all.judged), (4, 3));
    assert_eq!(
        lines(&all),
        [
            "fail arn:4: a.b=2; c=2; kind=\"x\"",
            "undetermined arn:3: a.b absent; c=2; kind=\"x\"",
            "pass arn:1: a.b=1; c=2; kind=\"x\"",
        ]
    );
    assert_eq!(lines(&explained(&world, 1)).len(), 1);
    assert_eq!(explained(&world, 1).result, world.result(), "the verdict and the findings are those of the assessment");
}

#[test]
fn rows_of_one_name_keep_their_own_members() {
    // Neither has a key: both are called the same, and one that is not judged stands between them.
    let world = judged("r.n == 1", Some("r.n > 0"))
        .row("x.things", ONE, HERE, json!({"n": 2}))
        .row("x.things", ONE, HERE, json!({"n": 0}))
        .row("x.things", ONE, HERE, json!({"n": 1}));
    assert_eq!(lines(&explained(&world, 9)), ["fail arn:: n=2", "pass arn:: n=1"]);
}

#[test]
fn what_is_unread_is_not_called_absent_and_a_whole_row_is_shown_whole() {
    let mut world = judged("has(r.part) || size(r) > 0", None).row("x.things", ONE, HERE, json!({"Id": "1"}));
    let rows = world.facts.rows.get_mut(&"x.things".into()).unwrap();
    rows[0].unread.insert("part".into(), gap("x.things", ONE, HERE));
    let found = lines(&explained(&world, 9));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("={\"Id\":\"1\"}"), "{found:?}");
    assert!(found[0].contains("part `part` could not be read: access denied"), "{found:?}");
    // A place that was not read has no row.
    let world = judged("r.n == 1", None).gap("x.things", ONE, HERE);
    assert_eq!(lines(&explained(&world, 9)), ["undetermined eu-west-1: "]);
}

#[test]
fn a_place_shows_its_rows() {
    let mut world = judged("rows.exists(x, x.on && x.in_use)", None)
        .row("x.things", ONE, HERE, json!({"Id": "1", "on": true, "more": 1}))
        .row("x.things", ONE, HERE, json!({"Id": "2", "on": false}))
        .row("x.things", ONE, "us-east-1", json!({"Id": "3", "else": 1}));
    world.catalog.checks.get_mut(&"x.good".into()).unwrap().per = Per::Region;
    let all = explained(&world, 9);
    assert_eq!((all.rows, all.judged), (3, 0));
    let of_one: Vec<_> = all.shown.iter().filter(|(finding, _)| finding.account.as_str() == ONE).collect();
    let seen = |region: &str| {
        let (finding, seen) = of_one.iter().find(|(finding, _)| finding.resource == region).unwrap();
        assert_eq!(finding.verdict, Verdict::Undetermined);
        seen.iter().map(|seen| format!("{} {}", seen.row, seen.member)).collect::<Vec<_>>()
    };
    assert_eq!(seen(HERE), ["arn:1 on", "arn:2 on"]);
    assert_eq!(seen("us-east-1"), ["arn:3 "], "nothing it reads is there: the whole row");
}

#[test]
fn there_is_no_such_check() {
    let world = judged("true", None);
    let of = (Sha256::of(b"id"), &world.snapshot);
    assert_eq!(explain(&world.catalog, &world.settings, of, &world.facts, &"x.other".into(), 1), None);
}
