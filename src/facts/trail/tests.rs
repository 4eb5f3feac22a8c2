//! Digests made and signed here, broken in each way.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io::Write as _;
use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::model::*;

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
const BUCKET: &str = "trail-logs";
const ROOT: &str = "AWSLogs/111122223333";
/// The trail began to record with the period, which is one day.
const START: &str = "2026-09-30T00:00:00Z";

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn sign(text: &str) -> String {
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An object of the bucket.
#[derive(Clone)]
struct Object {
    body: Vec<u8>,
    headers: BTreeMap<String, String>,
}

/// A bucket with a day of digests, each of which names one log file, and what was collected of it.
struct World {
    digests: BTreeMap<String, Object>,
    logs: BTreeMap<String, Vec<u8>>,
    keys: Value,
    status: Value,
    now: DateTime<Utc>,
    mode: Option<&'static str>,
    gap: Option<(&'static str, GapReason)>,
}

fn digest_key(end: DateTime<Utc>) -> String {
    let name =
        format!("111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_{}.json.gz", end.format("%Y%m%dT%H%M%SZ"));
    format!("{ROOT}/CloudTrail-Digest/eu-west-1/{}/{name}", end.format("%Y/%m/%d"))
}

fn log_key(time: DateTime<Utc>, unique: &str) -> String {
    let name = format!("111122223333_CloudTrail_eu-west-1_{}_{unique}.json.gz", time.format("%Y%m%dT%H%MZ"));
    format!("{ROOT}/CloudTrail/eu-west-1/{}/{name}", time.format("%Y/%m/%d"))
}

/// A chain of so many hours from a time on.
fn chain(world: &mut World, from: DateTime<Utc>, hours: i64) {
    let mut before: Option<(String, String, String)> = None;
    for hour in 0..hours {
        let (start, end) = (from + TimeDelta::hours(hour), from + TimeDelta::hours(hour + 1));
        let log = log_key(start + TimeDelta::minutes(5), "AbCdEfGhIjKlMnOp");
        let content = format!("{{\"Records\":[{hour}]}}");
        world.logs.insert(log.clone(), gzip(content.as_bytes()));
        let key = digest_key(end);
        let (previous, hash, signature) = before.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
        let digest = json!({
            "awsAccountId": "111122223333", "digestStartTime": start, "digestEndTime": end, "digestS3Bucket": BUCKET,
            "digestS3Object": key, "digestPublicKeyFingerprint": "f1", "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestS3Bucket": previous.as_ref().map(|_| BUCKET), "previousDigestS3Object": previous,
            "previousDigestHashValue": hash, "previousDigestSignature": signature,
            "logFiles": [{ "s3Bucket": BUCKET, "s3Object": log, "hashValue": Sha256::of(content.as_bytes()).to_string() }],
        });
        let content = serde_json::to_vec(&digest).unwrap();
        let (hash, end) = (Sha256::of(&content).to_string(), digest["digestEndTime"].as_str().unwrap().to_owned());
        let own = sign(&format!("{end}\n{BUCKET}/{key}\n{hash}\n{}", signature.as_deref().unwrap_or("null")));
        let headers = BTreeMap::from([
            ("x-amz-meta-signature".to_owned(), own.clone()),
            ("x-amz-meta-signature-algorithm".to_owned(), "SHA256withRSA".to_owned()),
        ]);
        world.digests.insert(key.clone(), Object { body: gzip(&content), headers });
        before = Some((key, hash, own));
    }
}

fn world() -> World {
    let public = base64::engine::general_purpose::STANDARD.encode(KEY.public_key().as_ref());
    let mut world = World {
        digests: BTreeMap::new(),
        logs: BTreeMap::new(),
        keys: json!({ "PublicKeyList": [{ "Value": public, "Fingerprint": "f1" }] }),
        status: json!({ "IsLogging": true, "StartLoggingTime": time(START).timestamp() }),
        now: time("2026-10-02T00:00:00Z"),
        mode: Some("all"),
        gap: None,
    };
    chain(&mut world, time(START), 26);
    world
}

fn source() -> Source {
    let call = Call {
        operation: "ListObjectsV2".into(),
        method: "GET".into(),
        path: crate::walk::testing::template("/"),
        parameters: BTreeMap::new(),
        vary: vec![BTreeMap::new()],
        headers: BTreeMap::new(),
        host_prefix: Default::default(),
        page: None,
        shape: Shape { lists: ["Contents".to_owned()].into(), ..Shape::default() },
        absent: Default::default(),
        not_subscribed: Default::default(),
        cli: None,
        actions: Default::default(),
    };
    Source {
        id: "cloudtrail.log-files".into(),
        title: "t".into(),
        shows_service: None,
        service: "s3".into(),
        signing: "s3".into(),
        endpoint_variable: "S3".into(),
        cli_service: String::new(),
        protocol: Protocol::RestXml,
        version: String::new(),
        target: String::new(),
        scope: SourceScope::Region,
        collector: Collector::Trail,
        call,
        each: Vec::new(),
        items: Vec::new(),
        key: Default::default(),
        resource: Default::default(),
        config_ids: Default::default(),
        unique_id: Vec::new(),
        created: None,
        expires: None,
        inventory: crate::model::Inventory::Resources,
        from: None,
        only: None,
    }
}

fn listing<'k>(keys: impl Iterator<Item = (&'k String, usize)>) -> Vec<u8> {
    let items: String =
        keys.map(|(key, size)| format!("<Contents><Key>{key}</Key><Size>{size}</Size></Contents>")).collect();
    format!("<ListBucketResult>{items}</ListBucketResult>").into_bytes()
}

impl World {
    /// What the collector would have kept.
    fn snapshot(&self) -> (Snapshot, HashMap<Sha256, Vec<u8>>) {
        let mut exchanges = Vec::new();
        let mut bodies = HashMap::new();
        let mut keep = |operation: &str,
                        part: Option<&str>,
                        parameters: &[(&str, &str)],
                        headers: &BTreeMap<String, String>,
                        body: Vec<u8>| {
            let hash = Sha256::of(&body);
            exchanges.push(Exchange {
                source: "cloudtrail.log-files".into(),
                service: "s3".into(),
                operation: operation.into(),
                parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                account: "111122223333".into(),
                region: "eu-west-1".into(),
                item: part.map(|part| Item { part: part.into(), key: ARN.into(), region: "eu-west-1".into() }),
                of: None,
                withheld: Vec::new(),
                page: 0,
                answer: Answer::Content,
                status: 200,
                request_id: None,
                content_type: None,
                headers: headers.clone(),
                time: self.now,
                body: hash,
                size: body.len() as u64,
                request: hash,
            });
            bodies.insert(hash, body);
        };
        let none = BTreeMap::new();
        let trail = json!({ "trailList": [{
            "Name": "main", "TrailARN": ARN, "S3BucketName": BUCKET, "HomeRegion": "eu-west-1",
            "IsMultiRegionTrail": false, "LogFileValidationEnabled": true }] });
        let has = |part| self.gap.is_none_or(|(gap, _)| gap != part);
        keep("DescribeTrails", None, &[], &none, trail.to_string().into_bytes());
        keep("GetTrailStatus", Some("status"), &[], &none, self.status.to_string().into_bytes());
        if has("keys") {
            keep("ListPublicKeys", Some("keys"), &[], &none, self.keys.to_string().into_bytes());
        }
        if has("digests") {
            let list = listing(self.digests.iter().map(|(key, object)| (key, object.body.len())));
            keep("ListObjectsV2", Some("digests"), &[("prefix", "AWSLogs/")], &none, list);
        }
        let denied = if has("digest") { 0 } else { 3 };
        for (key, object) in self.digests.iter().skip(denied) {
            keep(
                "GetObject",
                Some("digest"),
                &[("path", &format!("/{BUCKET}/{key}"))],
                &object.headers,
                object.body.clone(),
            );
        }
        if let Some(mode) = self.mode {
            let named: Vec<NamedLog> = self
                .digests
                .values()
                .filter_map(|object| Digest::read(&inflate_digest(&object.body).ok()?.content).ok())
                .flat_map(|digest| digest.log_files)
                .collect();
            let mut record = Vec::new();
            for log in named.iter().skip(if has("log") { 0 } else { 1 }) {
                let found = match self.logs.get(&log.s3_object) {
                    None => FoundLog::Missing,
                    Some(body) => hash_log(body).map_or_else(FoundLog::Unreadable, |inflated| FoundLog::File {
                        size: body.len() as u64,
                        inflated: inflated.content.1,
                        sha256: inflated.content.0,
                        trailing: inflated.trailing,
                    }),
                };
                let (bucket, key) = (BUCKET.to_owned(), log.s3_object.clone());
                let log = FetchedLog { bucket, key, time: self.now, request_id: None, etag: None, found };
                serde_json::to_writer(&mut record, &log).unwrap();
                record.push(b'\n');
            }
            keep(FETCHED_LOGS, Some("logs"), &[("logs", mode), ("sample", "5")], &none, record);
            keep(
                "ListObjectsV2",
                Some("log-lists"),
                &[],
                &none,
                listing(self.logs.iter().map(|(key, body)| (key, body.len()))),
            );
        }
        let gaps = self.gap.iter().map(|(part, reason)| Gap {
            source: "cloudtrail.log-files".into(),
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            operation: None,
            item: Some(Item { part: (*part).into(), key: ARN.into(), region: "eu-west-1".into() }),
            reason: *reason,
            remedy: Remedy::grant(["s3:GetObject"]),
            message: "no".into(),
            code: None,
            request_id: None,
            body: None,
            time: self.now,
        });
        let account = AccountScope {
            id: "111122223333".into(),
            alias: None,
            partition: "aws".into(),
            regions: vec!["eu-west-1".into()],
            disabled_regions: vec![],
            excluded_regions: vec![],
        };
        let snapshot = Snapshot {
            format: 1,
            tool: "t".into(),
            previous: None,
            organization: "o".into(),
            period: Period { start: time(START).date_naive(), end: time(START).date_naive() },
            time: self.now,
            finished: self.now,
            caller: Caller { account: "111122223333".into(), arn: "a".into(), user_id: "u".into() },
            scope: Scope { accounts: vec![account], sources: vec!["cloudtrail.log-files".into()] },
            exchanges,
            gaps: gaps.collect(),
            coverage: BTreeMap::new(),
            also_after: Vec::new(),
            definitions: None,
        };
        (snapshot, bodies)
    }

    fn row(&self) -> Row {
        let (snapshot, bodies) = self.snapshot();
        let mut catalog = Catalog::default();
        let source = source();
        catalog.sources.insert(source.id.clone(), source);
        let mut body = |hash: &Sha256| Ok::<_, Infallible>(bodies[hash].clone());
        let facts = crate::facts::read(&catalog, &snapshot, &mut body).unwrap();
        facts.rows.values().flatten().next().unwrap().clone()
    }

    /// Kinds and the last part of their paths, hours missing, parts that are not known.
    fn told(&self) -> (Vec<String>, Value, Vec<String>) {
        let row = self.row();
        let data = row.data.read();
        let halves = ["digests", "logs"].into_iter().filter_map(|half| data.get(half)?["problems"].as_array().cloned());
        let kinds = halves.flatten().map(|problem| problem["kind"].as_str().unwrap().to_owned()).collect();
        (kinds, data["hours"]["missing"].clone(), row.unread.into_keys().collect())
    }

    fn end(hour: i64) -> String {
        digest_key(time(START) + TimeDelta::hours(hour))
    }

    fn log(hour: i64) -> String {
        log_key(time(START) + TimeDelta::hours(hour) + TimeDelta::minutes(5), "AbCdEfGhIjKlMnOp")
    }

    /// Changes what a digest says, without signing it again.
    fn forge(&mut self, hour: i64, change: impl FnOnce(&mut Value)) {
        let object = self.digests.get_mut(&Self::end(hour)).unwrap();
        let mut digest: Value = serde_json::from_slice(&inflate_digest(&object.body).unwrap().content).unwrap();
        change(&mut digest);
        object.body = gzip(&serde_json::to_vec(&digest).unwrap());
    }

    /// The same, with CloudTrail's key: what only AWS could do.
    fn reissue(&mut self, hour: i64, change: impl FnOnce(&mut Value)) {
        self.forge(hour, change);
        let key = Self::end(hour);
        let object = self.digests.get_mut(&key).unwrap();
        let content = inflate_digest(&object.body).unwrap().content;
        let digest = Digest::read(&content).unwrap();
        let previous = digest.previous_digest_signature.as_deref().unwrap_or("null");
        let text = format!("{}\n{BUCKET}/{key}\n{}\n{previous}", digest.digest_end_time, Sha256::of(&content));
        object.headers.insert("x-amz-meta-signature".to_owned(), sign(&text));
    }
}

#[test]
fn a_whole_chain_has_no_problems() {
    let row = world().row();
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
    type Break = fn(&mut World);
    let table: [(&str, Break, &[&str], i64); 15] = [
        ("log changed", |world| drop(world.logs.insert(World::log(3), gzip(b"{}"))), &["log-modified"], 0),
        (
            "log appended to",
            |world| world.logs.get_mut(&World::log(3)).unwrap().extend(gzip(b"x")),
            &["log-modified"],
            0,
        ),
        ("log deleted", |world| drop(world.logs.remove(&World::log(3))), &["log-missing"], 0),
        (
            "log is not gzip",
            |world| drop(world.logs.insert(World::log(3), b"\x1f\x8bno".to_vec())),
            &["log-unreadable"],
            0,
        ),
        ("log emptied", |world| drop(world.logs.insert(World::log(3), Vec::new())), &["log-unreadable"], 0),
        (
            "log slipped in",
            |world| drop(world.logs.insert(log_key(time("2026-09-30T12:10:00Z"), "evil"), gzip(b"{}"))),
            &["log-undigested"],
            0,
        ),
        (
            "digest deleted",
            |world| drop(world.digests.remove(&World::end(5))),
            &["digest-missing", "log-undigested"],
            1,
        ),
        (
            "two digests deleted",
            |world| [5, 6].into_iter().for_each(|hour| drop(world.digests.remove(&World::end(hour)))),
            &["digest-missing", "log-undigested", "log-undigested"],
            2,
        ),
        (
            "the newest digests deleted",
            |world| (20..=26).for_each(|hour| drop(world.digests.remove(&World::end(hour)))),
            &["digest-missing"],
            5,
        ),
        (
            "digest forged",
            |world| world.forge(5, |digest| digest["logFiles"] = json!([])),
            &["digest-signature-invalid", "log-undigested"],
            1,
        ),
        (
            "digest is not gzip",
            |world| world.digests.get_mut(&World::end(5)).unwrap().body = b"\x1f\x8bno".to_vec(),
            &["digest-unreadable", "log-undigested"],
            1,
        ),
        (
            "digest appended to",
            |world| world.digests.get_mut(&World::end(5)).unwrap().body.extend(gzip(b"x")),
            &["digest-unreadable", "log-undigested"],
            1,
        ),
        (
            "another digest in its place",
            |world| world.reissue(5, |digest| digest["oldestEventTime"] = json!("x")),
            &["digest-link-broken"],
            0,
        ),
        (
            "a key that CloudTrail does not list",
            |world| world.reissue(26, |digest| digest["digestPublicKeyFingerprint"] = json!("f2")),
            &["public-key-unknown"],
            0,
        ),
        (
            "signature taken away",
            |world| world.digests.get_mut(&World::end(5)).unwrap().headers.clear(),
            &["digest-signature-invalid", "log-undigested"],
            1,
        ),
    ];
    for (name, break_it, kinds, missing) in table {
        let mut world = world();
        break_it(&mut world);
        let (found, hours, unread) = world.told();
        assert_eq!(
            (found, hours, unread),
            (kinds.iter().map(|kind| (*kind).to_owned()).collect(), json!(missing), vec![]),
            "{name}"
        );
    }
}

#[test]
fn what_was_not_read_is_unknown_and_never_tampering() {
    for (part, unread) in [
        ("keys", vec!["digests", "hours", "logs"]),
        ("digests", vec!["digests", "hours", "logs"]),
        ("digest", vec!["digests", "hours", "logs"]),
        ("log", vec!["logs"]),
    ] {
        for reason in [GapReason::AccessDenied, GapReason::Failed] {
            let world = World { gap: Some((part, reason)), ..world() };
            let row = world.row();
            assert_eq!(row.unread.keys().collect::<Vec<_>>(), unread, "{part}");
            assert!(row.unread.values().all(|gap| gap.reason == reason), "{part}");
            let data = row.data.read();
            assert!(unread.iter().all(|part| data.get(part).is_none()), "{part}");
        }
    }
    let none = World { mode: None, ..world() };
    assert_eq!(none.told().2, ["logs"], "no log file was held against the chain");
}

#[test]
fn a_deleted_log_file_shows_outside_the_sample_too() {
    let mut world = World { mode: Some("sample"), ..world() };
    for hour in 0..24 {
        world.logs.remove(&World::log(hour));
    }
    assert_eq!(world.told().0, vec!["log-missing"; 24]);
}

#[test]
fn tampering_shows_beside_what_was_not_read() {
    let mut world = World { gap: Some(("log", GapReason::AccessDenied)), ..world() };
    world.digests.remove(&World::end(5));
    let (kinds, _, unread) = world.told();
    assert!(kinds.contains(&"digest-missing".to_owned()) && unread.is_empty(), "{kinds:?} {unread:?}");
}

#[test]
fn a_record_that_leaves_out_a_file_of_the_sample_proves_nothing() {
    let whole = World { mode: Some("sample"), ..world() };
    let data = whole.row().data.read();
    assert_eq!((&data["logs"]["chosen"], &data["logs"]["valid"]), (&json!(5), &json!(5)));
    let (mut snapshot, mut bodies) = whole.snapshot();
    let record = snapshot.exchanges.iter_mut().find(|one| one.operation == FETCHED_LOGS).unwrap();
    record.body = Sha256::of(b"");
    bodies.insert(record.body, Vec::new());
    let mut catalog = Catalog::default();
    let source = source();
    catalog.sources.insert(source.id.clone(), source);
    let facts = crate::facts::read(&catalog, &snapshot, &mut |hash| Ok::<_, Infallible>(bodies[hash].clone())).unwrap();
    let row = facts.rows.values().flatten().next().unwrap();
    assert_eq!(row.unread.keys().collect::<Vec<_>>(), ["logs"]);
}

#[test]
fn the_life_of_a_trail_may_be_shorter_than_the_period() {
    let later = time("2026-09-30T10:00:00Z");
    let late = |status: Value, now: &str| {
        let mut world = World { digests: BTreeMap::new(), logs: BTreeMap::new(), status, now: time(now), ..world() };
        chain(&mut world, later, 16);
        world
    };
    // AWS says that logging began then.
    let begun = late(json!({ "IsLogging": true, "StartLoggingTime": later.timestamp() }), "2026-10-02T00:00:00Z");
    assert_eq!(begun.told(), (vec![], json!(0), vec![]));
    assert_eq!(begun.row().data.read()["hours"]["not_logging"], 10);
    // It logged before: nothing shows those hours.
    let unexplained = late(json!({ "IsLogging": true, "StartLoggingTime": 1 }), "2026-10-02T00:00:00Z");
    assert_eq!(unexplained.told(), (vec![], Value::Null, vec!["hours".to_owned()]));
    // And its log files of that time lie there: nothing vouches for them.
    let mut off = late(json!({ "IsLogging": true, "StartLoggingTime": 1 }), "2026-10-02T00:00:00Z");
    off.logs.insert(log_key(time("2026-09-30T05:00:00Z"), "old"), gzip(b"{}"));
    assert_eq!(off.told().0, ["log-undigested"]);
    // Validation was off for some hours.
    let mut gap = world();
    (10..=26).for_each(|hour| drop(gap.digests.remove(&World::end(hour))));
    chain(&mut gap, time("2026-09-30T12:00:00Z"), 14);
    assert_eq!(gap.told().0[0], "digest-missing");
    assert_eq!(gap.told().1, 3);
    // Logging was stopped: GetTrailStatus says so, and other checks judge it.
    let mut stopped = world();
    stopped.status = json!({ "IsLogging": false, "StartLoggingTime": 1, "StopLoggingTime": time("2026-09-30T19:30:00Z").timestamp() });
    (20..=26).for_each(|hour| drop(stopped.digests.remove(&World::end(hour))));
    (19..26).for_each(|hour| drop(stopped.logs.remove(&World::log(hour))));
    assert_eq!(stopped.told(), (vec![], json!(0), vec![]));
    // No digest at all.
    let mut none = world();
    none.digests.clear();
    assert_eq!(none.told().0[0], "digest-missing");
}

#[test]
fn today_s_digests_are_still_to_come() {
    let mut today = World { now: time("2026-09-30T12:30:00Z"), ..world() };
    (12..=26).for_each(|hour| drop(today.digests.remove(&World::end(hour))));
    (12..26).for_each(|hour| drop(today.logs.remove(&World::log(hour))));
    let row = today.row();
    assert!(row.unread.is_empty(), "{:?}", row.unread);
    let data = row.data.read();
    assert_eq!(data["hours"], json!({ "covered": 10, "missing": 0, "pending": 2, "not_logging": 0 }));
    assert_eq!(data["logs"]["problems"], json!([]));
}

#[test]
fn a_published_hash_of_63_digits_is_no_broken_link() {
    let mut world = world();
    let hash = "a".repeat(63);
    world.reissue(26, |digest| digest["previousDigestHashValue"] = json!(hash));
    assert_eq!(world.told().0, Vec::<String>::new());
}
