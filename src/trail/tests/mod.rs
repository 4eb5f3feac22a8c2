//! Digests made and signed here, broken in each way.

mod life;
mod tampering;

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

use super::object::{Digest, NamedLog, inflate_digest};
use super::record::{FETCHED_LOGS, FetchedLog, FoundLog, line};
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
struct Bucket {
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
fn chain(bucket: &mut Bucket, from: DateTime<Utc>, hours: i64) {
    let mut before: Option<(String, String, String)> = None;
    for hour in 0..hours {
        let (start, end) = (from + TimeDelta::hours(hour), from + TimeDelta::hours(hour + 1));
        let log = log_key(start + TimeDelta::minutes(5), "AbCdEfGhIjKlMnOp");
        let content = format!("{{\"Records\":[{hour}]}}");
        bucket.logs.insert(log.clone(), gzip(content.as_bytes()));
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
        bucket.digests.insert(key.clone(), Object { body: gzip(&content), headers });
        before = Some((key, hash, own));
    }
}

fn bucket() -> Bucket {
    let public = base64::engine::general_purpose::STANDARD.encode(KEY.public_key().as_ref());
    let mut bucket = Bucket {
        digests: BTreeMap::new(),
        logs: BTreeMap::new(),
        keys: json!({ "PublicKeyList": [{ "Value": public, "Fingerprint": "f1" }] }),
        status: json!({ "IsLogging": true, "StartLoggingTime": time(START).timestamp() }),
        now: time("2026-10-02T00:00:00Z"),
        mode: Some("all"),
        gap: None,
    };
    chain(&mut bucket, time(START), 26);
    bucket
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
        kept_for: Default::default(),
    }
}

fn listing<'k>(keys: impl Iterator<Item = (&'k String, usize)>) -> Vec<u8> {
    let items: String =
        keys.map(|(key, size)| format!("<Contents><Key>{key}</Key><Size>{size}</Size></Contents>")).collect();
    format!("<ListBucketResult>{items}</ListBucketResult>").into_bytes()
}

impl Bucket {
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
                    Some(body) => FoundLog::of(body),
                };
                let (bucket, key) = (BUCKET.to_owned(), log.s3_object.clone());
                let log = FetchedLog { bucket, key, time: self.now, request_id: None, etag: None, found };
                record.extend(line(&log).unwrap());
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
            not_offered: Default::default(),
            offers_known_by: Default::default(),
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
            attestations: None,
            definitions: None,
        };
        (snapshot, bodies)
    }

    fn row(&self) -> Row {
        let (snapshot, bodies) = self.snapshot();
        row(&snapshot, &bodies)
    }

    /// Kinds and the last part of their paths, hours missing, parts that are not known.
    fn found(&self) -> (Vec<String>, Value, Vec<String>) {
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

/// The only row that is read from what was kept.
fn row(snapshot: &Snapshot, bodies: &HashMap<Sha256, Vec<u8>>) -> Row {
    let exchanges: Vec<&Exchange> = snapshot.exchanges.iter().collect();
    let gaps: Vec<&Gap> = snapshot.gaps.iter().collect();
    let (source, mut facts) = (source(), Facts::default());
    let mut body = |hash: &Sha256| Ok::<_, Infallible>(bodies[hash].clone());
    let Ok(()) = super::read(&source, snapshot, &exchanges, &gaps, &mut body, &mut facts);
    let mut rows = facts.rows.into_values().flatten();
    let row = rows.next().unwrap();
    assert!(rows.next().is_none(), "one trail in one region");
    row
}
