//! What was not asked is not known: regions that AWS did not list, gaps elsewhere.

use std::collections::BTreeSet;

use serde_json::json;

use super::fixtures::*;
use super::tests::{findings, keys};
use crate::model::*;

/// The checks that look at a regional source: its rows, its regions, its account, and from another source.
fn lookers() -> Estate {
    let reads = BTreeSet::from(["x.keys".into()]);
    let found = "find('x.keys', 'a') != null";
    keys()
        .source("x.users", SourceScope::Account)
        .check(Check { none: Verdict::Pass, ..check("x.a", "x.keys", "r.Fine") })
        .check(Check { per: Per::Region, ..check("x.b", "x.keys", "rows.all(x, x.Fine)") })
        .check(Check { per: Per::Account, ..check("x.c", "x.keys", "rows.all(x, x.Fine)") })
        .check(Check { reads, ..check("x.d", "x.users", found) })
        .check(check("x.e", "x.users", "r.Fine"))
        .row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Fine": true}))
        .row("x.users", ONE, "us-east-1", json!({"Id": "u", "Fine": true}))
}

fn verdicts(world: &Estate) -> Vec<Verdict> {
    world.assess().checks.iter().map(|check| check.verdict).collect()
}

#[test]
fn regions_that_aws_did_not_list_may_hold_anything() {
    use Verdict::{Fail, Pass, Undetermined};
    assert_eq!(verdicts(&lookers()), [Pass; 5]);
    let refused = || {
        let mut world = lookers().gap("account.regions", ONE, "us-east-1");
        let gap = world.facts.gaps.last_mut().unwrap();
        (gap.remedy, gap.body) = (Remedy::grant(["ec2:DescribeRegions"]), Some(Sha256::of(b"refusal")));
        world
    };
    assert_eq!(verdicts(&refused()), [Undetermined, Undetermined, Undetermined, Undetermined, Pass]);
    for check in refused().assess().checks.iter().take(4) {
        let unknown: Vec<_> = check.findings.iter().filter(|one| one.verdict == Undetermined).collect();
        assert_eq!(unknown.len(), 1, "{}: {:?}", check.id, check.findings);
        assert_eq!((unknown[0].resource.as_str(), unknown[0].region.as_str()), (ONE, "global"), "{}", check.id);
        let reason = "`account.regions` could not be read: access denied (ec2:DescribeRegions)";
        assert!(unknown[0].reason.starts_with(reason), "{}: {}", check.id, unknown[0].reason);
        assert!(check.findings.iter().any(|one| one.verdict == Pass) || check.id.as_str() == "x.c", "{}", check.id);
    }
    assert_eq!(refused().result().findings[1].evidence, [Sha256::of(b"refusal")]);
    let failing = refused().row("x.keys", ONE, "eu-west-1", json!({"Id": "b", "Fine": false}));
    assert_eq!(verdicts(&failing)[..2], [Fail, Fail], "what fails in a region that was asked fails");

    let mut silent = lookers();
    silent.facts.read.remove(&SourceId::from("account.regions"));
    assert_eq!(verdicts(&silent), [Undetermined, Undetermined, Undetermined, Undetermined, Pass]);
    let mut named = refused();
    named.settings.scope.regions = vec!["us-east-1".into()];
    assert_eq!(verdicts(&named), [Pass; 5], "the settings want no other region");
    named.settings.scope.regions.push("eu-north-1".into());
    assert_eq!(verdicts(&named)[0], Undetermined, "this one was never asked");
}

#[test]
fn a_gap_in_a_region_that_was_not_asked_is_a_gap() {
    use Verdict::{Fail, Pass, Undetermined};
    let elsewhere = || lookers().gap("x.keys", ONE, "eu-north-1");
    assert_eq!(verdicts(&elsewhere()), [Undetermined, Undetermined, Undetermined, Pass, Pass], "the key was found");
    let result = elsewhere().result();
    let expected = [("arn:a", "eu-west-1", Pass), ("eu-north-1", "eu-north-1", Undetermined), (TWO, "global", Pass)];
    let found: Vec<_> = findings(&result).into_iter().collect();
    assert!(expected.iter().all(|one| found.contains(one)) && found.len() == 3, "{found:?}");
    assert_eq!(result.findings.iter().find(|one| one.verdict == Undetermined).unwrap().account, AccountId::from(ONE));
    let account = elsewhere().assess().checks.remove(2);
    assert!(account.findings[0].reason.ends_with("in eu-north-1"), "{}", account.findings[0].reason);
    let failing = elsewhere().row("x.keys", ONE, "eu-west-1", json!({"Id": "b", "Fine": false}));
    assert_eq!(verdicts(&failing)[0], Fail);
}

#[test]
fn what_a_region_does_not_offer_is_not_missing_there() {
    let world = |not_offered: &[&str]| {
        let mut world = lookers();
        world.catalog.sources.get_mut(&SourceId::from("x.users")).unwrap().service = "global".into();
        for account in &mut world.snapshot.scope.accounts {
            account.regions.push("zz-new-1".into());
            let regions = not_offered.iter().map(|region| Region::from(*region)).collect();
            account.not_offered = [("x".to_owned(), regions)].into();
        }
        world
    };
    let asked = world(&[]).assess();
    assert_eq!(asked.checks[0].verdict, Verdict::Undetermined, "nothing came of the new region");
    let assessment = world(&["zz-new-1"]).assess();
    assert_eq!(assessment.checks.iter().map(|check| check.verdict).collect::<Vec<_>>(), [Verdict::Pass; 5]);
    let there = assessment.checks[1].findings.iter().find(|one| one.region.as_str() == "zz-new-1").unwrap();
    assert_eq!((there.verdict, there.reason.as_str()), (Verdict::NotApplicable, "AWS does not offer it in zz-new-1"));
}

#[test]
fn a_gap_of_another_region_hides_nothing_of_this_one() {
    use Verdict::{Pass, Undetermined};
    let look = |pass: &str, edition: Edition| {
        let reads = BTreeSet::from(["x.keys".into()]);
        let mut world = keys()
            .source("x.trails", SourceScope::Region)
            .check(Check { reads, ..check("x.look", "x.trails", pass) })
            .row("x.trails", ONE, "eu-west-1", json!({"Id": "t"}))
            .gap("x.keys", ONE, "us-east-1");
        world.catalog.edition = edition;
        world.result().verdict
    };
    let here = "find('x.keys', 'none') == null && size(rows_where('x.keys', 'Id', 'none')) == 0";
    let there = "find('x.keys', 'arn:aws:kms:us-east-1:1:key/a') == null";
    assert_eq!((look(here, Edition::Second), look(here, Edition::First)), (Pass, Undetermined));
    assert_eq!(look(there, Edition::Second), Undetermined, "the ARN names the region that could not be read");
}

#[test]
fn one_that_was_seen_is_enough_where_one_is_asked_for() {
    use Verdict::{Pass, Undetermined};
    let seen = |one_is_enough, pass: &str| {
        let asked = Check { per: Per::Account, one_is_enough, ..check("x.f", "x.keys", pass) };
        let world = keys().check(asked).row("x.keys", ONE, "eu-west-1", json!({"Id": "a", "Fine": true}));
        let result = world.gap("x.keys", ONE, "us-east-1").assess().checks.remove(0);
        result.findings.iter().find(|one| one.account == AccountId::from(ONE)).unwrap().verdict
    };
    assert_eq!(seen(true, "rows.exists(x, x.Fine)"), Pass, "whatever the other region holds");
    assert_eq!(seen(true, "rows.exists(x, !x.Fine)"), Undetermined, "it may be in the other");
    assert_eq!(seen(false, "rows.exists(x, x.Fine)"), Undetermined);
}

#[test]
fn what_a_member_may_not_see_of_its_organization_is_read_where_it_is_listed() {
    use Verdict::{Fail, Pass, Undetermined};
    let world = |at_need: bool, listed: &str| {
        let reads = BTreeSet::from(["organizations.accounts".into()]);
        let reads_at_need = if at_need { reads.clone() } else { BTreeSet::new() };
        let pass = "rows('organizations.accounts').exists(a, a.Id == r.Trusts) || r.Trusts in accounts";
        let world = keys().source("organizations.accounts", SourceScope::Organization);
        let asked = Check { reads, reads_at_need, ..check("x.f", "x.keys", pass) };
        world
            .check(asked)
            .row("organizations.accounts", ONE, "us-east-1", json!({"Id": listed}))
            .row("organizations.accounts", ONE, "us-east-1", json!({"Id": "333333333333"}))
            .gap("organizations.accounts", TWO, "us-east-1")
    };
    let trusting = |world: Estate, trusts: &str| {
        let row = json!({"Id": "a", "Trusts": trusts});
        let result = world.row("x.keys", TWO, "eu-west-1", row).assess().checks.remove(0);
        result.findings.iter().find(|one| one.account == AccountId::from(TWO)).unwrap().verdict
    };
    assert_eq!(trusting(world(true, TWO), "333333333333"), Pass, "the management account lists it");
    assert_eq!(trusting(world(true, TWO), "444444444444"), Fail, "no account of the organization");
    assert_eq!(trusting(world(true, "555555555555"), "444444444444"), Undetermined, "another organization's list");
    assert_eq!(trusting(world(false, TWO), "333333333333"), Undetermined, "as before the check said so");
    assert_eq!(trusting(world(true, "555555555555"), ONE), Pass, "an account in scope");
}
