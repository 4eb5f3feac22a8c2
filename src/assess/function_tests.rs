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

#[test]
fn what_cannot_be_reckoned_is_undetermined_and_breaks_nothing_off() {
    let table = [
        ("time('9999-12-31T00:00:00Z') + days(1000) > now", "Overflow"),
        ("now + days(100000000) > now", "100000000 days are out of range"),
        ("now + days(106751) > now && now - days(-106751) > now && now + duration('2562047h') > now && r.No", "`No`"),
        ("time('0001-01-01T00:00:00Z') - days(1) < now", "Overflow"),
        ("time('0001-01-01T00:00:00+14:00') < now", "years 1 to 9999"),
        ("time(1e17) > now", "is not a time"),
        ("time(3e14) > now", "years 1 to 9999"),
        ("days(1) + time('9999-12-31T00:00:00Z') > now", "Overflow"),
        ("9223372036854775807 + 1 > 0", "Overflow"),
        ("-9223372036854775807 - 2 < 0", "Overflow"),
        ("r.Count / 0 == 1", "Division by zero"),
        ("r.Count % 0 == 1", "Remainder by zero"),
        ("[1][r.Count] == 1", "shorter than the check expects"),
        ("[1, 2] + 'a' == [1]", "Unsupported binary operator 'add'"),
        ("'a' - 1 == 0", "Unsupported binary operator 'sub'"),
        ("r.Count.matches('a')", "no matching overload"),
        ("'a'.matches('(a{1000}){1000}')", "exceeds size limit"),
        ("'a'.matches('(')", "not a valid regex"),
    ];
    for (pass, reason) in table {
        let world = keys().check(check("x.a", "x.keys", pass)).row("x.keys", ONE, "eu-west-1", json!({"Count": 5}));
        let result = world.result();
        assert_eq!(result.verdict, Verdict::Undetermined, "{pass}");
        assert!(result.findings[0].reason.contains(reason), "{pass}: {}", result.findings[0].reason);
    }
}

#[test]
fn what_is_charged_gives_what_it_gave() {
    let table = [
        "'a' + 'b' == 'ab' && [1] + [2] == [1, 2] && 1 + 2 == 3 && 1.5 + 1.0 == 2.5 && 5 - 7 == -2",
        "now + days(1) - now == days(1) && now - days(1) < now && duration('1h') + duration('1h') == duration('2h')",
        "[1, 2, 3].map(x, x + 1).filter(x, x > 2) == [3, 4] && [1, 2].exists_one(x, x == 2)",
        "[[1], [2]].map(x, x + x) == [[1, 1], [2, 2]] && {'a': [1]}.a[0] == 1 && size(['a', 'bc'][1]) == 2",
        "'abc'.matches('^a.c$') && !'abc'.matches('^b') && matches('abc', 'b') && 'a' in ['a'] && 'k' in {'k': 1}",
        "{'a': 1}.map(k, k + 'x') == ['ax'] && string(5) + 'x' == '5x' && int('7') * 2 % 4 == 2",
        "r.Names.all(n, n in r.Names && n == n) && r.Names.map(n, {'n': n})[0].n == 'p'",
    ];
    for pass in table {
        let row = json!({"Names": ["p", "q"]});
        let result = keys().check(check("x.a", "x.keys", pass)).row("x.keys", ONE, "eu-west-1", row).result();
        assert_eq!(result.verdict, Verdict::Pass, "{pass}: {}", result.findings[0].reason);
    }
}
