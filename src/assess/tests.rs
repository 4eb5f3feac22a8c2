use std::collections::{BTreeMap, BTreeSet};

mod deviations;

use serde_json::json;

use super::fixtures::*;
use super::{run_examples, says_the_same};
use crate::expression::Expression;
use crate::model::*;

pub(super) fn keys() -> Estate {
    world().source("x.keys", SourceScope::Region)
}

pub(super) fn findings(result: &CheckResult) -> Vec<(&str, &str, Verdict)> {
    result.findings.iter().map(|one| (one.resource.as_str(), one.region.as_str(), one.verdict)).collect()
}

#[test]
fn judges_rows() {
    let world = keys()
        .check(Check {
            when: Some(Expression::parse("r.Kind == 'own'").unwrap()),
            detail: Some(Expression::parse("'key ' + r.Id + ' rests in ' + region").unwrap()),
            ..check("x.a", "x.keys", "r.Rotates")
        })
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Kind": "own", "Rotates": true}))
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "b", "Kind": "own", "Rotates": false}))
        .row("x.keys", ONE, "us-east-1", json!({"Id": "c", "Kind": "own"}))
        .row("x.keys", TWO, "us-east-1", json!({"Id": "d", "Kind": "aws"}))
        .row("x.keys", TWO, "us-east-1", json!({"Id": "e", "Kind": "own", "Rotates": "yes"}));
    let result = world.result();
    use Verdict::{Fail, Pass, Undetermined};
    let expected = [
        ("arn:a", "eu-west-1", Pass),
        ("arn:b", "eu-west-1", Fail),
        ("arn:c", "us-east-1", Undetermined),
        ("arn:e", "us-east-1", Undetermined),
    ];
    assert_eq!(findings(&result), expected);
    assert_eq!(result.verdict, Fail);
    let reasons: Vec<&str> = result.findings.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons[0], "");
    assert_eq!(reasons[1], "key b rests in eu-west-1");
    assert_eq!(reasons[2], "`Rotates` is not in AWS's answer");
    assert_eq!(reasons[3], "the expression failed: it gives a string, not true or false");
}

#[test]
fn a_missing_member_is_named_with_its_path() {
    let table = [
        ("r.rotation.Enabled", "`rotation.Enabled` is not in AWS's answer"),
        ("r.policy.Statement.size() > 0", "`policy` is not in AWS's answer"),
        ("r.list.all(x, x.name == 'a')", "`name` is not in AWS's answer"),
        ("r.list[3].name == 'a'", "a list in AWS's answer is shorter than the check expects"),
        ("has(r.policy) && r.rotation.Enabled", ""),
        ("r.none == null && r.none.x == 1", "the expression failed: "),
    ];
    for (pass, reason) in table {
        let row = json!({"Id": "a", "rotation": {}, "list": [{}], "none": null});
        let world = keys().check(check("x.a", "x.keys", pass)).row("x.keys", ONE, "eu-west-1", row);
        let result = world.result();
        assert!(result.findings[0].reason.starts_with(reason), "{pass}: {}", result.findings[0].reason);
        let verdict = if reason.is_empty() { Verdict::Fail } else { Verdict::Undetermined };
        assert_eq!(result.verdict, verdict, "{pass}");
    }
}

#[test]
fn an_unread_part_is_undetermined_even_under_has() {
    let mut world = keys()
        .check(check("x.a", "x.keys", "!has(r.policy) || r.Fine"))
        .check(check("x.b", "x.keys", "r.Fine"))
        .check(Check { per: Per::Account, ..check("x.c", "x.keys", "rows.all(x, !has(x.policy))") })
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Fine": true}));
    let rows = world.facts.rows.get_mut(&SourceId::from("x.keys")).unwrap();
    rows[0].unread.insert("policy".into(), gap("x.keys", ONE, "eu-west-1"));
    let verdicts: Vec<Verdict> = world.assess().checks.iter().map(|check| check.verdict).collect();
    assert_eq!(verdicts, [Verdict::Undetermined, Verdict::Pass, Verdict::Undetermined]);
    assert_eq!(world.result().findings[0].reason, "`policy` could not be read: access denied (x:List)");
}

#[test]
fn a_refused_list_is_never_a_pass() {
    let world = keys()
        .check(check("x.a", "x.keys", "r.Fine"))
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Fine": true}))
        .gap("x.keys", TWO, "us-east-1");
    let result = world.result();
    assert_eq!(result.verdict, Verdict::Undetermined);
    assert_eq!(findings(&result)[1], ("us-east-1", "us-east-1", Verdict::Undetermined));
    assert_eq!(result.findings[1].reason, "`x.keys` could not be read: access denied (x:List)");

    let mut silent = keys().check(check("x.a", "x.keys", "r.Fine"));
    silent.facts.read.get_mut(&SourceId::from("x.keys")).unwrap().remove(0);
    assert_eq!(silent.result().findings[0].reason, "`x.keys` was not collected");
    assert_eq!(silent.result().verdict, Verdict::Undetermined, "not even not applicable");

    let mut never = keys().check(check("x.a", "x.keys", "r.Fine"));
    never.snapshot.scope.sources.clear();
    assert_eq!(
        (never.result().verdict, never.result().reason.unwrap().as_str()),
        (Verdict::Undetermined, "`x.keys` was not collected")
    );

    let mut nowhere = keys().check(check("x.a", "x.keys", "r.Fine"));
    nowhere.snapshot.scope.accounts.clear();
    assert_eq!(nowhere.result().verdict, Verdict::Undetermined, "no account at all");
}

#[test]
fn none_means_what_the_check_says() {
    let nothing = keys().check(check("x.a", "x.keys", "r.Fine")).result();
    assert_eq!(nothing.verdict, Verdict::NotApplicable);
    assert_eq!(nothing.reason.unwrap(), "there are no resources of this kind");
    assert!(nothing.findings.is_empty());
    let fail = |world: Estate| world.check(Check { none: Verdict::Fail, ..check("x.a", "x.trails", "r.Fine") });
    let empty = fail(world().source("x.trails", SourceScope::Account));
    let result = empty.result();
    assert_eq!(findings(&result), [(ONE, "us-east-1", Verdict::Fail), (TWO, "us-east-1", Verdict::Fail)]);
    let list = Sha256::of(format!("x.trails {ONE} us-east-1").as_bytes());
    assert_eq!(result.findings[0].evidence, [list], "the list that shows that there is none");
    let one = fail(world().source("x.trails", SourceScope::Account))
        .row("x.trails", ONE, "us-east-1", json!({"Id": "t", "Fine": true}))
        .gap("x.trails", TWO, "us-east-1");
    let verdicts: Vec<Verdict> = one.result().findings.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Undetermined], "a refused list shows no absence");
    let filtered = keys()
        .check(Check { when: Some(Expression::parse("false").unwrap()), ..check("x.a", "x.keys", "r.Fine") })
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a"}));
    assert_eq!(filtered.result().verdict, Verdict::NotApplicable);
    assert!(filtered.result().reason.unwrap().starts_with("none of the 1 resources"));
}

#[test]
fn a_pass_by_absence_names_the_replies_that_show_it() {
    let pass = || keys().check(Check { none: Verdict::Pass, ..check("x.a", "x.keys", "r.Fine") });
    let result = pass().result();
    assert_eq!(
        (result.verdict, result.reason.as_deref()),
        (Verdict::Pass, Some("nothing of the kind in what AWS answered"))
    );
    assert_eq!(findings(&result), [(ONE, "global", Verdict::Pass), (TWO, "global", Verdict::Pass)]);
    assert_eq!(result.findings[0].reason, "nothing of the kind in what AWS answered");
    let mut lists = ["eu-west-1", "us-east-1"].map(|region| Sha256::of(format!("x.keys {ONE} {region}").as_bytes()));
    lists.sort();
    assert_eq!(result.findings[0].evidence, lists);

    let mut many = pass();
    let pages = (0_u8..43).map(|page| Sha256::of(&[page])).collect();
    many.facts.read.get_mut(&SourceId::from("x.keys")).unwrap()[0].evidence = pages;
    let found = many.result().findings.remove(0);
    assert_eq!(found.evidence.len(), 20);
    assert!(found.reason.ends_with("; 20 of the 44 replies that show it are named"), "{}", found.reason);

    let some = pass()
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Fine": true}))
        .gap("x.keys", TWO, "us-east-1")
        .result();
    let expected = [("arn:a", "eu-west-1", Verdict::Pass), ("us-east-1", "us-east-1", Verdict::Undetermined)];
    assert_eq!(findings(&some), expected, "neither what has rows nor what was refused is absent");
    assert_eq!(some.verdict, Verdict::Undetermined);
}

#[test]
fn places_are_judged_with_all_their_rows() {
    let world = keys()
        .check(Check {
            per: Per::Region,
            ..check("x.a", "x.keys", "size(rows) > 0 && rows.all(x, x.Fine) && region != ''")
        })
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Fine": true}))
        .gap("x.keys", TWO, "us-east-1");
    let result = world.result();
    use Verdict::{Fail, Pass, Undetermined};
    let expected = [("eu-west-1", Pass), ("us-east-1", Fail), ("eu-west-1", Fail), ("us-east-1", Undetermined)];
    assert_eq!(result.findings.iter().map(|one| (one.resource.as_str(), one.verdict)).collect::<Vec<_>>(), expected);

    let account = keys()
        .check(Check { per: Per::Account, ..check("x.a", "x.keys", "size(rows) == 0") })
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a"}))
        .gap("x.keys", TWO, "us-east-1");
    let result = account.result();
    assert_eq!(findings(&result), [(ONE, "global", Fail), (TWO, "global", Undetermined)]);
    assert!(result.findings[1].reason.ends_with("in us-east-1"), "{}", result.findings[1].reason);
}

fn trails(pass: &str) -> Estate {
    let reads = BTreeSet::from(["x.buckets".into()]);
    world()
        .source("x.trails", SourceScope::Account)
        .source("x.buckets", SourceScope::Account)
        .check(Check { reads, ..check("x.a", "x.trails", pass) })
        .row("x.trails", ONE, "us-east-1", json!({"Id": "t", "Bucket": "b"}))
        .row("x.buckets", ONE, "eu-west-1", json!({"Id": "b", "Closed": true}))
        .row("x.buckets", TWO, "eu-west-1", json!({"Id": "c", "Closed": true}))
}

#[test]
fn looks_into_other_sources() {
    let verdict = |world: Estate| (world.result().verdict, world.result().findings[0].reason.clone());
    assert_eq!(verdict(trails("find('x.buckets', r.Bucket).Closed")).0, Verdict::Pass);
    assert_eq!(verdict(trails("find('x.buckets', 'c') == null")).0, Verdict::Pass, "another account's");
    assert_eq!(verdict(trails("rows('x.buckets').all(b, b.Id == 'b')")).0, Verdict::Pass);
    let missing = trails("find('x.buckets', 'z') == null").gap("x.buckets", ONE, "us-east-1");
    let reason = "`x.buckets` could not be read: access denied (x:List)";
    assert_eq!(verdict(missing), (Verdict::Undetermined, reason.to_owned()));
    let rows = trails("rows('x.buckets').all(b, b.Closed)").gap("x.buckets", ONE, "us-east-1");
    assert_eq!(verdict(rows).0, Verdict::Undetermined);
    let other = trails("find('x.else', 'z') == null");
    assert_eq!(verdict(other).1, "`x.else` is not among the check's `reads`");
    let mut part = trails("!has(find('x.buckets', 'b').policy)");
    let rows = part.facts.rows.get_mut(&SourceId::from("x.buckets")).unwrap();
    rows[0].unread.insert("policy".into(), gap("x.buckets", ONE, "us-east-1"));
    assert_eq!(
        verdict(part),
        (Verdict::Undetermined, "`policy` could not be read: access denied (x:List) of arn:b".to_owned())
    );
}

#[test]
fn an_expression_that_runs_away_is_ended() {
    let names: Vec<String> = (0..20_000).map(|number| format!("n{number}")).collect();
    for pass in ["r.Names.all(a, r.Names.all(b, a != b || true))", "true || r.Names.exists(a, a in r.Names)"] {
        let world = keys().check(check("x.a", "x.keys", pass)).row(
            "x.keys",
            ONE,
            "eu-west-1",
            json!({"Id": "a", "Names": names}),
        );
        let result = world.result();
        let expected = if pass.starts_with("true") { Verdict::Pass } else { Verdict::Undetermined };
        assert_eq!(result.verdict, expected, "{pass}");
        if expected == Verdict::Undetermined {
            assert!(result.findings[0].reason.contains("too large"), "{}", result.findings[0].reason);
        }
    }
    let long = (0..150).map(|number| format!("r.Id != 'x{number}'")).collect::<Vec<_>>().join(" && ");
    let world = keys().check(check("x.a", "x.keys", &long)).row("x.keys", ONE, "eu-west-1", json!({"Id": "a"}));
    assert_eq!(world.result().verdict, Verdict::Pass, "a long chain of conditions");
}

#[test]
fn examples_go_through_the_same_code() {
    let example = |case, verdict, row| Example {
        case,
        verdict,
        row,
        rows: vec![],
        others: BTreeMap::from([("x.buckets".into(), vec![json!({"Id": "b", "Closed": true})])]),
        now: None,
        params: BTreeMap::new(),
        note: String::new(),
    };
    let good = vec![
        example(Case::Pass, Some(Verdict::Pass), json!({"Bucket": "b"})),
        example(Case::Fail, Some(Verdict::Fail), json!({"Bucket": "z"})),
        example(Case::Absent, Some(Verdict::Undetermined), json!({})),
        example(Case::Other, None, json!({"Bucket": "skip"})),
    ];
    let mut world = trails("find('x.buckets', r.Bucket) != null");
    let check = world.catalog.checks.values_mut().next().unwrap();
    check.when = Some(Expression::parse("!has(r.Bucket) || r.Bucket != 'skip'").unwrap());
    check.examples = good;
    assert_eq!(run_examples(&world.catalog), []);
    let check = world.catalog.checks.values_mut().next().unwrap();
    check.examples[0].verdict = Some(Verdict::Fail);
    check.examples[3].verdict = Some(Verdict::Pass);
    let faults = run_examples(&world.catalog);
    assert_eq!(
        faults.iter().map(|fault| (fault.example, fault.found)).collect::<Vec<_>>(),
        [(0, Some(Verdict::Pass)), (3, None)]
    );
}

#[test]
fn older_words_say_the_same_and_nothing_else_does() {
    let today = keys().check(check("x.keys", "x.keys", "false")).assess();
    let said = |reason: &str| {
        let mut older = today.clone();
        older.checks[0].reason = Some(reason.to_owned());
        older
    };
    let same = |one: &str, other: &str| says_the_same(&said(one), &said(other));
    assert!(same("not met: Keys rotate", "expected: Keys rotate"));
    assert!(same("age_days: `N/A` is no time", "age_days: `N/A` is not a time"));
    assert!(!same("not met: Keys rotate", "expected: Keys are there"));
    assert!(!same("not met: Keys rotate", "accepted: Keys rotate"));
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let mut world = keys().check(check("x.a", "x.keys", "r.Fine"));
    for number in 0..2000 {
        world = world.row("x.keys", ONE, "eu-west-1", json!({"Id": format!("{number:05}"), "Fine": number % 3 == 0}));
    }
    let bytes = |world: &Estate| serde_json::to_string(&world.assess()).unwrap();
    assert_eq!(bytes(&world), bytes(&world));
    let assessment = world.assess();
    assert_eq!(assessment.checks[0].findings.len(), 2000);
    assert_eq!(assessment.totals.findings.of(Verdict::Pass), 667);
    assert_eq!(json!(assessment.totals.findings)["not-applicable"], 0, "every word is named");
    assert_eq!(assessment.totals.failing.of(Severity::High), 1333);
}
