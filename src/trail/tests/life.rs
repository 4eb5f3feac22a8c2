//! What was not read, and trails that are younger than the period.

use serde_json::{Value, json};

use super::*;

#[test]
fn what_was_not_read_is_unknown_and_never_tampering() {
    for (part, unread) in [
        ("keys", vec!["digests", "hours", "logs"]),
        ("digests", vec!["digests", "hours", "logs"]),
        ("digest", vec!["digests", "hours", "logs"]),
        ("log", vec!["logs"]),
    ] {
        for reason in [GapReason::AccessDenied, GapReason::Failed] {
            let bucket = Bucket { gap: Some((part, reason)), ..bucket() };
            let row = bucket.row();
            assert_eq!(row.unread.keys().collect::<Vec<_>>(), unread, "{part}");
            assert!(row.unread.values().all(|gap| gap.reason == reason), "{part}");
            let data = row.data.read();
            assert!(unread.iter().all(|part| data.get(part).is_none()), "{part}");
        }
    }
    let none = Bucket { mode: None, ..bucket() };
    assert_eq!(none.found().2, ["logs"], "no log file was held against the chain");
}

#[test]
fn a_record_that_leaves_out_a_file_of_the_sample_proves_nothing() {
    let whole = Bucket { mode: Some("sample"), ..bucket() };
    let data = whole.row().data.read();
    assert_eq!((&data["logs"]["chosen"], &data["logs"]["valid"]), (&json!(5), &json!(5)));
    let (mut snapshot, mut bodies) = whole.snapshot();
    let record = snapshot.exchanges.iter_mut().find(|one| one.operation == FETCHED_LOGS).unwrap();
    record.body = Sha256::of(b"");
    bodies.insert(record.body, Vec::new());
    let row = row(&snapshot, &bodies);
    assert_eq!(row.unread.keys().collect::<Vec<_>>(), ["logs"]);
}

#[test]
fn the_life_of_a_trail_may_be_shorter_than_the_period() {
    let later = time("2026-09-30T10:00:00Z");
    let late = |status: Value, now: &str| {
        let mut bucket = Bucket { digests: BTreeMap::new(), logs: BTreeMap::new(), status, now: time(now), ..bucket() };
        chain(&mut bucket, later, 16);
        bucket
    };
    // AWS says that logging began then.
    let begun = late(json!({ "IsLogging": true, "StartLoggingTime": later.timestamp() }), "2026-10-02T00:00:00Z");
    assert_eq!(begun.found(), (vec![], json!(0), vec![]));
    assert_eq!(begun.row().data.read()["hours"]["not_logging"], 10);
    // It logged before: nothing shows those hours.
    let unexplained = late(json!({ "IsLogging": true, "StartLoggingTime": 1 }), "2026-10-02T00:00:00Z");
    assert_eq!(unexplained.found(), (vec![], Value::Null, vec!["hours".to_owned()]));
    // And its log files of that time lie there: nothing vouches for them.
    let mut off = late(json!({ "IsLogging": true, "StartLoggingTime": 1 }), "2026-10-02T00:00:00Z");
    off.logs.insert(log_key(time("2026-09-30T05:00:00Z"), "old"), gzip(b"{}"));
    assert_eq!(off.found().0, ["log-undigested"]);
    // Validation was off for some hours.
    let mut gap = bucket();
    (10..=26).for_each(|hour| drop(gap.digests.remove(&Bucket::end(hour))));
    chain(&mut gap, time("2026-09-30T12:00:00Z"), 14);
    assert_eq!(gap.found().0[0], "digest-missing");
    assert_eq!(gap.found().1, 3);
    // Logging was stopped: GetTrailStatus says so, and other checks judge it.
    let mut stopped = bucket();
    stopped.status = json!({ "IsLogging": false, "StartLoggingTime": 1, "StopLoggingTime": time("2026-09-30T19:30:00Z").timestamp() });
    (20..=26).for_each(|hour| drop(stopped.digests.remove(&Bucket::end(hour))));
    (19..26).for_each(|hour| drop(stopped.logs.remove(&Bucket::log(hour))));
    assert_eq!(stopped.found(), (vec![], json!(0), vec![]));
    // No digest at all.
    let mut none = bucket();
    none.digests.clear();
    assert_eq!(none.found().0[0], "digest-missing");
}

#[test]
fn today_s_digests_are_still_to_come() {
    let mut today = Bucket { now: time("2026-09-30T12:30:00Z"), ..bucket() };
    (12..=26).for_each(|hour| drop(today.digests.remove(&Bucket::end(hour))));
    (12..26).for_each(|hour| drop(today.logs.remove(&Bucket::log(hour))));
    let row = today.row();
    assert!(row.unread.is_empty(), "{:?}", row.unread);
    let data = row.data.read();
    assert_eq!(data["hours"], json!({ "covered": 10, "missing": 0, "pending": 2, "not_logging": 0 }));
    assert_eq!(data["logs"]["problems"], json!([]));
}

#[test]
fn a_digest_that_ends_with_the_calendar_is_judged() {
    let mut bucket = bucket();
    bucket.reissue(26, |digest| digest["digestEndTime"] = json!("+262142-12-31T23:59:59Z"));
    assert_eq!(bucket.row().data.read()["hours"]["missing"], 0);
}
