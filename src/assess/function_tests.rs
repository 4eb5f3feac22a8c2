use serde_json::json;

use super::fixtures::*;
use super::tests::keys;
use crate::expression::FUNCTIONS;
use crate::model::*;

#[test]
fn every_function_that_checks_may_call_is_there() {
    for name in FUNCTIONS {
        let world =
            keys().check(check("x.a", "x.keys", &format!("{name}()"))).row("x.keys", ONE, "eu-west-1", json!({}));
        let result = world.assess().checks.remove(0);
        let reason = &result.findings[0].reason;
        assert!(!reason.to_lowercase().contains("undeclared"), "{name}: {reason}");
    }
    let unknown = keys().check(check("x.a", "x.keys", "nonsense()")).row("x.keys", ONE, "eu-west-1", json!({}));
    let reason = unknown.assess().checks.remove(0).findings.remove(0).reason;
    assert!(reason.to_lowercase().contains("undeclared"), "so that this test can fail: {reason}");
}

#[test]
fn the_functions_work_in_expressions() {
    let table = [
        "age_days(r.Made) == 29 && age_days(r.Epoch) == 29 && age_days(r.Millis) == 29",
        "now - time(r.Made) > days(29) && now - time(r.Made) < days(30)",
        "time(r.Made) > period.start && period.end > now",
        "lower('ABC') == 'abc' && 'a,b'.split(',') == ['a', 'b'] && split(r.Arn, ':')[4] == account",
        "matches_any(r.Arn, params.trusted) && !matches_any('x', params.trusted)",
        "r.Count - 1 == 4 && r.Count / 2 == 2 && r.Count > params.least && r.Big - 1 > 0",
        "cidr_open('0.0.0.0/0') && !cidr_open('10.0.0.0/8')",
        "ports_open(r.Open, [22]) && !ports_open(r.Open, [23]) && ports_open(r.Open, [])",
        "r.policy == null && !policy_public(r.policy) && policy_admin(r.admin) && policy_denies(r.denies, 'a:b')",
        "r._account == account && r._region == region && r._resource == 'arn:a'",
        "r.Arn.startsWith('arn:') && r.Arn.matches('^arn:aws:.*') && 'q' in r.Names && r.Names.exists(n, n == 'q')",
        "trust_open(r.trust) && trust_foreign_unguarded(r.trust, account) && !policy_requires_tls(r.trust)",
        "trust_principals(r.trust) == ['*'] && policy_principals(r.trust) == ['*'] && size(policy_unbound_services(r.trust)) == 0",
        "policy_allows_every(r.admin, 'kms:Decrypt', 'kms', 'key/') && policy_public_allows(r.trust, ['sts:*'])",
        "!policy_public_allows(r.trust, ['s3:*']) && account in accounts && size(accounts) == 2",
        "filter_counts('{ $.eventName = A* }', {'eventName': ['A', 'AB'], 'errorCode': null}) && !filter_counts('{ $.x = 1 }', {'y': '1'})",
        "network_acl_opens([{'ruleNumber': 1, 'protocol': '-1', 'ruleAction': 'allow', 'egress': false, 'cidrBlock': '0.0.0.0/0'}], [22], [])",
        "!ports_open([{'ipProtocol': '-1', 'prefixListIds': [{'prefixListId': 'pl-1'}]}], [22], [{'prefixListId': 'pl-1', 'entries': []}])",
        "administers({'kind': 'role', 'Arn': 'arn:r', 'AttachedManagedPolicies': [], 'RolePolicyList': [{'PolicyDocument': r.admin}]}, [], [])",
        "alarms_missing({'x': {'eventName': 'A'}}, account, [], [], [], [], [], true) == ['no multi-Region trail has delivered to CloudWatch Logs in the last day']",
    ];
    for pass in table {
        let row = json!({
            "Id": "a", "Made": "2026-09-01T00:00:00+00:00", "Epoch": 1_788_220_800.0, "Millis": 1_788_220_800_000_i64,
            "Arn": format!("arn:aws:x::{ONE}:y"), "Count": 5, "Big": 4_294_967_296_i64, "policy": null, "Names": ["p", "q"],
            "Open": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": [{"cidrIp": "0.0.0.0/0"}]}],
            "admin": {"Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]},
            "denies": {"Statement": [{"Effect": "Deny", "Action": ["a:*"], "Resource": ["*"]}]},
            "trust": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["sts:AssumeRole"]}]},
        });
        let mut world = keys().check(check("x.a", "x.keys", pass)).row("x.keys", ONE, "eu-west-1", row);
        for (name, default) in [("trusted", json!(["arn:aws:x:*"])), ("least", json!(3))] {
            let param =
                Param { name: name.into(), default, stricter: Stricter::Lower, title: String::new(), dated: None };
            world.catalog.params.insert(name.into(), param);
        }
        let result = world.result();
        assert_eq!(result.verdict, Verdict::Pass, "{pass}: {}", result.findings[0].reason);
    }
}
