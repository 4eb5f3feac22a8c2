//! The seeded account: every verdict as its builder says, and the pack made of it as strangers' tools see it.

use std::collections::{BTreeMap, BTreeSet};

use auditpack::model::Verdict;
use serde_json::Value;

use crate::common::{Emulator, Workplace};
use crate::support::{assert_schema, collect, run, settings};

/// Checks that the scenario does not name, and what they say: there is no database cluster and no line in it, what it has is
/// shared with no other account, and of what AWS says of the account only what the services themselves answer.
const UNNAMED: [(&str, Verdict); 47] = [
    ("artifact.agreements-in-force", Verdict::NotApplicable),
    ("backup.restore-testing-runs", Verdict::Pass),
    ("backup.vault-known-accounts", Verdict::Pass),
    ("cognito.sign-in-protected", Verdict::NotApplicable),
    ("directconnect.macsec", Verdict::NotApplicable),
    ("ebs.snapshot-known-accounts", Verdict::Pass),
    ("ec2.image-not-public", Verdict::NotApplicable),
    ("ec2.imdsv2-by-default", Verdict::Fail),
    ("events.bus-known-accounts", Verdict::NotApplicable),
    ("events.bus-not-public", Verdict::NotApplicable),
    ("fis.experiment-ran", Verdict::Pass),
    ("health.no-overdue-actions", Verdict::Pass),
    ("iam.roles-in-use", Verdict::NotApplicable),
    ("identitycenter.administrators-approved", Verdict::NotApplicable),
    ("identitycenter.assignments-by-group", Verdict::Fail),
    ("kms.key-known-accounts", Verdict::Pass),
    ("kms.key-service-source", Verdict::Pass),
    ("lambda.known-accounts", Verdict::Pass),
    ("lambda.service-source", Verdict::Pass),
    ("macie.policy-findings-closed", Verdict::Pass),
    ("networkfirewall.logging", Verdict::Pass),
    ("rds.certificate-not-expiring", Verdict::NotApplicable),
    ("rds.cluster-backup-enabled", Verdict::NotApplicable),
    ("rds.cluster-deletion-protection", Verdict::NotApplicable),
    ("rds.cluster-logs-exported", Verdict::NotApplicable),
    ("rds.cluster-multi-az", Verdict::NotApplicable),
    ("rds.cluster-snapshot-encrypted", Verdict::NotApplicable),
    ("rds.cluster-snapshot-known-accounts", Verdict::NotApplicable),
    ("rds.cluster-snapshot-not-public", Verdict::NotApplicable),
    ("rds.cluster-storage-encrypted", Verdict::NotApplicable),
    ("rds.cluster-tls-required", Verdict::NotApplicable),
    ("rds.snapshot-known-accounts", Verdict::Pass),
    ("redshift.audit-logging", Verdict::Fail),
    ("resiliencehub.recovery-targets-met", Verdict::NotApplicable),
    ("s3.bucket-known-accounts", Verdict::Pass),
    ("s3.bucket-service-source", Verdict::Pass),
    ("secretsmanager.known-accounts", Verdict::Pass),
    ("servicequotas.headroom", Verdict::NotApplicable),
    ("sns.known-accounts", Verdict::Pass),
    ("sqs.known-accounts", Verdict::Pass),
    ("sqs.service-source", Verdict::Pass),
    ("ssm.inventory-reported", Verdict::Pass),
    ("trustedadvisor.limits-not-reached", Verdict::NotApplicable),
    ("trustedadvisor.no-red-checks", Verdict::Pass),
    ("wafv2.global-logging", Verdict::Pass),
    ("wafv2.logging", Verdict::Pass),
    ("wellarchitected.workload-reviewed", Verdict::Pass),
];

#[test]
fn every_verdict_is_as_the_scenario_says() {
    let emulator = Emulator::start("seeded");
    let expected = emulator.expected();
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(&expected, &[], &BTreeSet::new()));
    let collected = collect(&place, &emulator);
    assert_eq!(collected.code, Some(0), "{collected:?}");
    assert_eq!(collected.json()["gaps"], Value::Array(vec![]));
    assert_schema("collect", &collected.out);

    let assessed = run(&mut place.auditpack(), &["assess", "--format", "json"]);
    assert_eq!(assessed.code, Some(0), "{}", assessed.err);
    assert_schema("assess", &assessed.out);
    let unnamed = assert_verdicts(&assessed.json(), &expected);
    let known = UNNAMED.map(|(id, verdict)| (id.to_owned(), serde_json::json!(verdict)));
    assert_eq!(unnamed, known);

    let fail_on = |which| run(&mut place.auditpack(), &["assess", "--quiet", "--fail-on", which]).code;
    assert_eq!(fail_on("any"), Some(4));
    assert_eq!(fail_on("severity>=critical"), Some(4), "root has an access key");
}

/// What is bad in one account is good in the other: each check is seen in both.
#[test]
fn the_tidy_and_the_bare_account_are_judged_as_their_scenarios_say() {
    for scenario in ["clean", "empty"] {
        let emulator = Emulator::start(scenario);
        let expected = emulator.expected();
        let place = Workplace::new();
        place.write("auditpack.toml", &settings(&expected, &["us-east-1", "eu-west-1"], &BTreeSet::new()));
        let collected = collect(&place, &emulator);
        assert_eq!((collected.code, &collected.json()["gaps"]), (Some(0), &Value::Array(vec![])), "{scenario}");
        let assessed = run(&mut place.auditpack(), &["assess", "--format", "json"]);
        assert_verdicts(&assessed.json(), &expected);
    }
}

/// Gives the checks that the scenario does not name.
fn assert_verdicts(assessed: &Value, expected: &Value) -> Vec<(String, Value)> {
    let expected = expected["checks"].as_object().unwrap();
    let mut unnamed = Vec::new();
    let mut wrong = Vec::new();
    for check in assessed["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        let Some(wanted) = expected.get(id) else {
            unnamed.push((id.to_owned(), check["verdict"].clone()));
            continue;
        };
        if check["verdict"] != wanted["verdict"] {
            wrong.push(format!("{id} is {}, not {}: {}", check["verdict"], wanted["verdict"], check["reason"]));
        }
        let found: BTreeMap<&str, &Value> = check["findings"].as_array().unwrap().iter().map(finding).collect();
        let named = wanted["findings"].as_object().unwrap();
        for (resource, verdict) in named {
            if found.get(resource.as_str()) != Some(&verdict) {
                wrong.push(format!("{id} of {resource}: {:?}, not {verdict}", found.get(resource.as_str())));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    unnamed
}

fn finding(finding: &Value) -> (&str, &Value) {
    (finding["resource"].as_str().unwrap(), &finding["verdict"])
}
