//! A network and a service that fail: what heals leaves no trace, what does not is a gap, and pages hide nothing.

use std::collections::{BTreeMap, BTreeSet};

use auditpack::model::{CheckId, GapReason, Row, SourceId, Verdict};
use serde_json::{Value, json};

use crate::common::{Emulator, Workplace};
use crate::support::{assess, catalog, quick_sources, rows, run, settings, shown, snapshot, verdicts};

const COLLECT: [&str; 4] = ["collect", "--quiet", "--format", "json"];

type Seen = (BTreeMap<CheckId, Verdict>, BTreeMap<SourceId, Vec<Row>>);

/// A complete collection of one region: its verdicts and rows.
///
/// With the standard retries: the adaptive ones rightly slow down for more than a minute when everything is throttled.
fn whole(emulator: &Emulator) -> Seen {
    let catalog = catalog();
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(&emulator.expected(), &["us-east-1"], &quick_sources(&catalog)));
    let collected = run(place.against(emulator).env("AWS_RETRY_MODE", "standard"), &COLLECT);
    assert_eq!(collected.code, Some(0), "{collected:?}");
    let (_, assessment) = assess(&place);
    assert_eq!(shown(&assessment.gaps), Vec::<String>::new());
    (verdicts(&assessment), rows(&place, &catalog))
}

fn assert_same(one: &Seen, other: &Seen) {
    assert_eq!(one.0, other.0);
    for (source, rows) in &one.1 {
        let keys = |rows: &[Row]| rows.iter().map(|row| row.resource.clone()).collect::<Vec<_>>();
        assert_eq!(keys(rows), keys(&other.1[source]), "{source}");
        // Which log files are hashed follows from the snapshot's time; of the newest changes one page is read.
        if ["cloudtrail.log-files", "cloudtrail.newest-writes"].contains(&source.as_str()) {
            continue;
        }
        assert_eq!(rows, &other.1[source], "{source}");
    }
    assert_eq!(one.1.len(), other.1.len());
}

/// The operations that the emulator has seen.
fn operations(emulator: &Emulator) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    emulator.calls().iter().map(|call| (text(&call["service"]), text(&call["operation"]))).collect()
}

#[test]
fn small_pages_hide_nothing() {
    let emulator = Emulator::start("seeded");
    let plain = whole(&emulator);
    let calls = emulator.calls().len();
    emulator.reset();
    emulator.page_size(3);
    let paged = whole(&emulator);
    assert!(emulator.calls().len() > calls + 20, "no pages: {calls} calls, then {}", emulator.calls().len());
    assert_same(&plain, &paged);
}

#[test]
fn what_heals_leaves_no_trace() {
    let emulator = Emulator::start("clean");
    let plain = whole(&emulator);
    let operations = operations(&emulator);
    assert!(operations.len() > 80, "{operations:?}");
    for kind in ["throttle", "5xx"] {
        let twice = |(service, operation): &(String, String)| json!({ "service": service, "operation": operation, "kind": kind, "times": 2 });
        emulator.reset();
        emulator.faults(&operations.iter().map(twice).collect());
        assert_same(&plain, &whole(&emulator));
        let failed = emulator.calls().iter().filter(|call| call["status"].as_u64().unwrap() >= 400).count();
        assert!(failed >= 2 * operations.len(), "{kind}: {failed} of {} operations", operations.len());
    }
}

#[test]
fn what_does_not_heal_is_a_gap_of_its_kind() {
    let catalog = catalog();
    let emulator = Emulator::start("clean");
    let expected = emulator.expected();
    let cases = [
        ("kms", "ListKeys", json!({ "kind": "drop" }), "kms.keys", GapReason::Failed),
        ("rds", "DescribeDBInstances", json!({ "kind": "timeout" }), "rds.instances", GapReason::TimedOut),
        ("s3", "ListBuckets", json!({ "kind": "html" }), "s3.bucket-config", GapReason::Failed),
        ("ec2", "DescribeVolumes", json!({ "kind": "html", "status": 200 }), "ec2.volumes", GapReason::Unreadable),
        (
            "iam",
            "GetAccountAuthorizationDetails",
            json!({ "kind": "html", "status": 200 }),
            "iam.authorization-details",
            GapReason::Unreadable,
        ),
        ("iam", "GetAccountSummary", json!({ "kind": "5xx" }), "iam.account-summary", GapReason::Failed),
        ("guardduty", "ListDetectors", json!({ "kind": "throttle" }), "guardduty.detectors", GapReason::Throttled),
        (
            "config",
            "DescribeConfigRules",
            json!({ "kind": "html", "status": 200 }),
            "config.rules",
            GapReason::Unreadable,
        ),
        ("cloudtrail", "DescribeTrails", json!({ "kind": "drop" }), "cloudtrail.trails", GapReason::Failed),
    ];
    let faults = cases.iter().map(|(service, operation, fault, _, _)| {
        let mut fault = fault.clone();
        fault["service"] = json!(service);
        fault["operation"] = json!(operation);
        fault["times"] = json!(-1);
        fault
    });
    emulator.faults(&faults.collect());
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(&expected, &["us-east-1"], &quick_sources(&catalog)));
    let collected = run(place.against(&emulator).env("AWS_MAX_ATTEMPTS", "1"), &COLLECT);
    assert_eq!(collected.code, Some(3), "{collected:?}");
    let (_, stored) = snapshot(&place);
    let gaps = &stored.snapshot.gaps;
    for (_, operation, _, source, reason) in &cases {
        let named = |gap: &&auditpack::model::Gap| gap.source.as_str() == *source;
        let reasons: Vec<_> = gaps.iter().filter(named).map(|gap| (gap.operation.as_deref(), gap.reason)).collect();
        assert_eq!(reasons, [(Some(*operation), *reason)], "{source}: {:?}", shown(gaps));
    }
    let (code, assessment) = assess(&place);
    assert_eq!(code, Some(3));
    let verdicts = verdicts(&assessment);
    let broken = |id: &SourceId| cases.iter().any(|(_, _, _, source, _)| id.as_str() == *source);
    let judged_on_nothing: Vec<_> = catalog
        .checks
        .values()
        .filter(|check| broken(&check.source) && verdicts[&check.id] != Verdict::Undetermined)
        .map(|check| (&check.id, verdicts[&check.id]))
        .collect();
    assert!(judged_on_nothing.is_empty(), "{judged_on_nothing:?}");
}
