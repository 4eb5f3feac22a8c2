//! What is not as CloudTrail left it.

use serde_json::json;

use super::*;

#[test]
fn a_whole_chain_has_no_problems() {
    let row = bucket().row();
    let data = row.data.read();
    assert!(row.unread.is_empty(), "{:?}", row.unread);
    assert_eq!(data["hours"], json!({ "covered": 24, "missing": 0, "pending": 0, "not_logging": 0 }));
    assert_eq!(data["digests"], json!({ "listed": 26, "checked": 26, "valid": 26, "problems": [], "more": 0 }));
    let logs = json!({ "mode": "all", "named": 26, "chosen": 26, "checked": 26, "valid": 26, "listed": 26, "problems": [], "more": 0 });
    assert_eq!(data["logs"], logs);
    assert_eq!((row.resource.as_str(), row.region.as_str()), (ARN, "eu-west-1"));
}

#[test]
fn each_kind_of_tampering_has_its_name() {
    type Break = fn(&mut Bucket);
    let table: [(&str, Break, &[&str], i64); 15] = [
        ("log changed", |bucket| drop(bucket.logs.insert(Bucket::log(3), gzip(b"{}"))), &["log-modified"], 0),
        (
            "log appended to",
            |bucket| bucket.logs.get_mut(&Bucket::log(3)).unwrap().extend(gzip(b"x")),
            &["log-modified"],
            0,
        ),
        ("log deleted", |bucket| drop(bucket.logs.remove(&Bucket::log(3))), &["log-missing"], 0),
        (
            "log is not gzip",
            |bucket| drop(bucket.logs.insert(Bucket::log(3), b"\x1f\x8bno".to_vec())),
            &["log-unreadable"],
            0,
        ),
        ("log emptied", |bucket| drop(bucket.logs.insert(Bucket::log(3), Vec::new())), &["log-unreadable"], 0),
        (
            "log slipped in",
            |bucket| drop(bucket.logs.insert(log_key(time("2026-09-30T12:10:00Z"), "evil"), gzip(b"{}"))),
            &["log-undigested"],
            0,
        ),
        (
            "digest deleted",
            |bucket| drop(bucket.digests.remove(&Bucket::end(5))),
            &["digest-missing", "log-undigested"],
            1,
        ),
        (
            "two digests deleted",
            |bucket| [5, 6].into_iter().for_each(|hour| drop(bucket.digests.remove(&Bucket::end(hour)))),
            &["digest-missing", "log-undigested", "log-undigested"],
            2,
        ),
        (
            "the newest digests deleted",
            |bucket| (20..=26).for_each(|hour| drop(bucket.digests.remove(&Bucket::end(hour)))),
            &["digest-missing"],
            5,
        ),
        (
            "digest forged",
            |bucket| bucket.forge(5, |digest| digest["logFiles"] = json!([])),
            &["digest-signature-invalid", "log-undigested"],
            1,
        ),
        (
            "digest is not gzip",
            |bucket| bucket.digests.get_mut(&Bucket::end(5)).unwrap().body = b"\x1f\x8bno".to_vec(),
            &["digest-unreadable", "log-undigested"],
            1,
        ),
        (
            "digest appended to",
            |bucket| bucket.digests.get_mut(&Bucket::end(5)).unwrap().body.extend(gzip(b"x")),
            &["digest-unreadable", "log-undigested"],
            1,
        ),
        (
            "another digest in its place",
            |bucket| bucket.reissue(5, |digest| digest["oldestEventTime"] = json!("x")),
            &["digest-link-broken"],
            0,
        ),
        (
            "a key that CloudTrail does not list",
            |bucket| bucket.reissue(26, |digest| digest["digestPublicKeyFingerprint"] = json!("f2")),
            &["public-key-unknown"],
            0,
        ),
        (
            "signature taken away",
            |bucket| bucket.digests.get_mut(&Bucket::end(5)).unwrap().headers.clear(),
            &["digest-signature-invalid", "log-undigested"],
            1,
        ),
    ];
    for (name, break_it, kinds, missing) in table {
        let mut bucket = bucket();
        break_it(&mut bucket);
        let (found, hours, unread) = bucket.found();
        assert_eq!(
            (found, hours, unread),
            (kinds.iter().map(|kind| (*kind).to_owned()).collect(), json!(missing), vec![]),
            "{name}"
        );
    }
}

#[test]
fn a_deleted_log_file_shows_outside_the_sample_too() {
    let mut bucket = Bucket { mode: Some("sample"), ..bucket() };
    for hour in 0..24 {
        bucket.logs.remove(&Bucket::log(hour));
    }
    assert_eq!(bucket.found().0, vec!["log-missing"; 24]);
}

#[test]
fn tampering_shows_beside_what_was_not_read() {
    let mut bucket = Bucket { gap: Some(("log", GapReason::AccessDenied)), ..bucket() };
    bucket.digests.remove(&Bucket::end(5));
    let (kinds, _, unread) = bucket.found();
    assert!(kinds.contains(&"digest-missing".to_owned()) && unread.is_empty(), "{kinds:?} {unread:?}");
}

#[test]
fn a_published_hash_of_63_digits_is_no_broken_link() {
    let mut bucket = bucket();
    let hash = "a".repeat(63);
    bucket.reissue(26, |digest| digest["previousDigestHashValue"] = json!(hash));
    assert_eq!(bucket.found().0, Vec::<String>::new());
}
