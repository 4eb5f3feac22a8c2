//! `iam-policy` asks for what `collect` uses: no action more, none less, and none that writes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{Emulator, Workplace};
use crate::support::{catalog, collect, quick_sources, run, settings};

/// Actions that the seeded account gives no occasion for.
const NO_OCCASION: [(&str, &str); 12] = [
    ("account:GetContactInformation", "asked beside a security contact, and nobody registered one"),
    ("apprunner:ListAssociatedServicesForWebAcl", "IAM asks for it beside wafv2:ListResourcesForWebACL"),
    ("cloudformation:ListStacks", "IAM asks for it beside cloudformation:DescribeStacks"),
    ("cloudfront:GetVpcOrigin", "no distribution has its origin inside a VPC"),
    ("cognito-idp:DescribeUserPool", "there is no user pool"),
    ("cognito-idp:ListResourcesForWebACL", "IAM asks for it beside wafv2:ListResourcesForWebACL"),
    ("ec2:DescribeVerifiedAccessInstanceWebAclAssociations", "IAM asks for it beside wafv2:ListResourcesForWebACL"),
    ("events:ListTargetsByRule", "no event bus has a rule"),
    ("organizations:ListDelegatedServicesForAccount", "no account administers a service for the others"),
    ("rds:DescribeDBClusterParameters", "there is no cluster parameter group"),
    ("rds:DescribeDBClusterSnapshotAttributes", "there is no cluster snapshot"),
    ("ssm:GetParametersByPath", "every service that is asked is offered in these regions"),
];

/// Verbs of IAM actions that only read.
const READING: [&str; 5] = ["BatchGet", "Describe", "Get", "List", "Lookup"];

fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap();
    assert!(statements.iter().all(|statement| statement["Effect"] == "Allow"));
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_policy_is_what_is_used() {
    let emulator = Emulator::start("seeded");
    let place = Workplace::new();
    let policy = |place: &Workplace| {
        let said = run(&mut place.auditpack(), &["iam-policy"]);
        assert_eq!(said.code, Some(0), "{said:?}");
        actions(&said.json())
    };
    let everything = policy(&place);
    place.write("auditpack.toml", &settings(&emulator.expected(), &[], &quick_sources(&catalog())));
    let asked_for = policy(&place);
    assert!(asked_for.is_subset(&everything), "the sources that the settings leave out");

    assert_eq!(collect(&place, &emulator).code, Some(0));
    let calls = emulator.calls();
    let used: BTreeSet<String> = calls.iter().map(|call| call["iam_action"].as_str().unwrap().to_owned()).collect();
    let missing: Vec<_> = used.difference(&asked_for).collect();
    assert!(missing.is_empty(), "used, but not in the policy: {missing:?}");
    let idle: Vec<_> = asked_for.difference(&used).map(String::as_str).collect();
    assert_eq!(idle, NO_OCCASION.map(|(action, _)| action), "in the policy, but not used");
}

#[test]
fn the_policy_has_no_verb_that_writes() {
    let place = Workplace::new();
    let all = actions(&run(&mut place.auditpack(), &["iam-policy"]).json());
    let writing: Vec<_> = all
        .iter()
        .filter(|action| !READING.iter().any(|verb| action.split(':').nth(1).unwrap().starts_with(verb)))
        .collect();
    let reports = ["apigateway:GET", "iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails"];
    assert_eq!(writing, reports, "API Gateway's reading; reports about the account, which change nothing");
    assert!(all.iter().all(|action| !action.contains('*')));
}
