//! AWS Config's word beside ours: a table of both verdicts, and what becomes of refused calls.

use serde_json::{Value, json};

use super::fixtures::*;
use crate::expression::Expression;
use crate::model::*;

const HERE: &str = "eu-west-1";

/// A check of `x.things`, to which two managed rules are equivalent.
fn checked(rules: &[&str]) -> Estate {
    let mut check = check("x.good", "x.things", "r.Good");
    check.config_rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
    world().source("x.things", SourceScope::Region).source("config.rules", SourceScope::Region).check(check)
}

fn rule(identifier: &str, words: &[(&str, &str)]) -> Value {
    let detail = |(id, word): &(&str, &str)| {
        let qualifier = json!({ "ConfigRuleName": "r", "ResourceType": "AWS::X::Thing", "ResourceId": id });
        json!({ "ComplianceType": word, "EvaluationResultIdentifier": { "EvaluationResultQualifier": qualifier } })
    };
    json!({
        "Id": identifier, "ConfigRuleName": identifier.to_lowercase(), "ConfigRuleState": "ACTIVE",
        "Source": { "Owner": "AWS", "SourceIdentifier": identifier },
        "details": words.iter().map(detail).collect::<Vec<_>>(),
    })
}

impl Estate {
    fn rule(self, identifier: &str, words: &[(&str, &str)]) -> Self {
        self.row("config.rules", ONE, HERE, rule(identifier, words))
    }

    fn thing(self, id: &str, data: Value) -> Self {
        let mut data = data;
        data["Id"] = json!(id);
        self.row("x.things", ONE, HERE, data)
    }

    fn standing(&self) -> (Verdict, Option<Standing>) {
        let finding = self.result().findings.into_iter().next().unwrap();
        (finding.verdict, finding.config.map(|word| word.standing))
    }
}

#[test]
fn its_word_stands_beside_ours_and_changes_nothing() {
    use Standing::{Agrees, Beside, Contradicts};
    use Verdict::{Fail, Pass, Undetermined};
    let (good, bad, unset) = (json!({ "Good": true }), json!({ "Good": false }), json!({}));
    let table = [
        (&good, vec!["COMPLIANT", "COMPLIANT"], Pass, Some(Agrees)),
        (&good, vec!["NON_COMPLIANT", "COMPLIANT"], Pass, Some(Contradicts)),
        (&good, vec!["COMPLIANT"], Pass, Some(Agrees)),
        (&bad, vec!["NON_COMPLIANT"], Fail, Some(Agrees)),
        (&bad, vec!["COMPLIANT", "COMPLIANT"], Fail, Some(Contradicts)),
        (&bad, vec!["COMPLIANT"], Fail, Some(Beside)),
        (&unset, vec!["COMPLIANT", "COMPLIANT"], Undetermined, Some(Beside)),
        (&good, vec!["INSUFFICIENT_DATA", "NOT_APPLICABLE"], Pass, None),
        (&good, vec![], Pass, None),
    ];
    for (number, (data, words, verdict, standing)) in table.into_iter().enumerate() {
        let mut world = checked(&["ONE", "TWO"]).thing("a", data.clone());
        for (word, identifier) in words.into_iter().zip(["ONE", "TWO"]) {
            world = world.rule(identifier, &[("a", word), ("b", "NON_COMPLIANT")]);
        }
        assert_eq!(world.standing(), (verdict, standing), "{number}");
        let counted = world.assess().totals.config;
        assert_eq!(counted.sum(), usize::from(standing.is_some()), "{number}");
    }
}

#[test]
fn only_the_same_thing_in_the_same_place_counts() {
    let world = checked(&["ONE"]).thing("a", json!({ "Good": true }));
    let elsewhere = world.row("config.rules", ONE, "us-east-1", rule("ONE", &[("a", "NON_COMPLIANT")]));
    assert_eq!(elsewhere.standing().1, None);
    let mut own = rule("ONE", &[("a", "NON_COMPLIANT")]);
    own["Source"]["Owner"] = json!("CUSTOM_LAMBDA");
    let world = checked(&["ONE"]).thing("a", json!({ "Good": true })).row("config.rules", ONE, HERE, own);
    assert_eq!(world.standing().1, None, "a user's own rule asks something unknown");
    let mut world = checked(&["ONE"]).thing("a", json!({ "Good": true, "ConfigId": "db-1" }));
    world.catalog.sources.get_mut(&SourceId::from("x.things")).unwrap().config_ids =
        [crate::walk::testing::path("ConfigId")].into();
    let world = world.rule("ONE", &[("db-1", "NON_COMPLIANT")]);
    assert_eq!(world.standing().1, Some(Standing::Contradicts), "Config names it otherwise");
}

#[test]
fn its_word_counts_where_the_list_was_refused() {
    let refused = |world: Estate| world.gap("x.things", ONE, HERE);
    let both = [("a", "COMPLIANT"), ("b", "NON_COMPLIANT")];
    let result = refused(checked(&["ONE"]).rule("ONE", &both)).result();
    let found: Vec<_> = result.findings.iter().map(|f| (f.resource.as_str(), f.verdict)).collect();
    assert_eq!(found, [("a", Verdict::Pass), ("b", Verdict::Fail)]);
    assert!(
        result.findings[0].reason.contains("AWS Config's word (`one`: COMPLIANT), for `x.things` could not be read")
    );
    assert_eq!(result.verdict, Verdict::Fail);

    let open = |world: Estate, why: &str| {
        let result = refused(world).result();
        let place: Vec<_> = result.findings.iter().map(|f| (f.resource.as_str(), f.verdict)).collect();
        assert_eq!(place, [(HERE, Verdict::Undetermined)], "{why}");
    };
    open(checked(&["ONE"]).rule("ONE", &[]), "a rule that judged nothing shows nothing");
    open(checked(&["ONE", "TWO"]).rule("ONE", &[("a", "COMPLIANT")]), "half of the question");
    let mut world = checked(&["ONE"]);
    world.catalog.checks.get_mut(&CheckId::from("x.good")).unwrap().params = ["max_days".to_owned()].into();
    open(world.rule("ONE", &[("a", "COMPLIANT")]), "its threshold is not ours");
    let mut narrow = rule("ONE", &[("a", "COMPLIANT")]);
    narrow["Scope"] = json!({ "TagKey": "production" });
    open(checked(&["ONE"]).row("config.rules", ONE, HERE, narrow), "not all resources");
}

#[test]
fn what_a_page_before_the_refused_one_showed_is_ours_to_judge() {
    let partly = |words: &[(&str, &str)]| {
        let world = checked(&["ONE"]).thing("a", json!({ "Good": true })).rule("ONE", words);
        let result = world.gap("x.things", ONE, HERE).result();
        result.findings.into_iter().map(|f| (f.resource, f.verdict)).collect::<Vec<_>>()
    };
    let found = |resource: &str, verdict| (resource.to_owned(), verdict);
    let both = [("a", "NON_COMPLIANT"), ("b", "COMPLIANT")];
    assert_eq!(partly(&both), [found("arn:a", Verdict::Pass), found("b", Verdict::Pass)]);
    assert_eq!(partly(&both[..1]), [found("arn:a", Verdict::Pass), found(HERE, Verdict::Undetermined)]);
}

#[test]
fn its_word_counts_where_a_part_was_refused() {
    let mut world = checked(&["ONE"]).thing("a", json!({})).rule("ONE", &[("a", "COMPLIANT")]);
    let row = world.facts.rows.get_mut(&SourceId::from("x.things")).unwrap().first_mut().unwrap();
    row.unread.insert("Good".to_owned(), gap("x.things", ONE, HERE));
    assert_eq!(world.standing(), (Verdict::Pass, Some(Standing::Decides)));
}

#[test]
fn a_place_is_compared_as_a_whole() {
    let place = |words: &[(&str, &str)], per: Per| {
        let mut world = checked(&["ONE"]).thing("a", json!({ "Good": true }));
        let check = world.catalog.checks.get_mut(&CheckId::from("x.good")).unwrap();
        check.per = per;
        check.pass = Expression::parse("rows.all(x, x.Good)").unwrap();
        let world = world.rule("ONE", words);
        let findings = world.result().findings;
        let own = findings.into_iter().find(|f| [ONE, HERE].contains(&f.resource.as_str())).unwrap();
        own.config.map(|word| word.standing)
    };
    for per in [Per::Region, Per::Account] {
        assert_eq!(place(&[("x", "COMPLIANT")], per), Some(Standing::Agrees));
        assert_eq!(place(&[("x", "COMPLIANT"), ("y", "NON_COMPLIANT")], per), Some(Standing::Contradicts));
    }
}
