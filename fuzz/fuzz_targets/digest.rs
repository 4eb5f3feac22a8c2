//! CloudTrail's digests: the trails, their status, the public keys, the list of the bucket, the record of the log files
//! that were fetched, the digests. Parts of one input, `----` between them; a digest may be in gzip.

#![no_main]

use auditpack::model::Collector;
use auditpack::trail::{Digest, FETCHED_LOGS, FoundLog, Listing, inflate_digest};
use auditpack_fuzz::{ACCOUNT, CATALOG, Replies, parts, seed};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main";
/// What the parts before the digests answer: operation and part.
const BEFORE: [(&str, Option<&str>); 6] = [
    ("DescribeTrails", None),
    ("GetTrailStatus", Some("status")),
    ("ListPublicKeys", Some("keys")),
    ("ListObjectsV2", Some("digests")),
    (FETCHED_LOGS, Some("logs")),
    ("ListObjectsV2", Some("log-lists")),
];

fuzz_target!(
    init: seed("digest", [seed_of_a_day()]),
    |bytes: &[u8]| {
        let parts = parts(bytes);
        let mut replies = Replies::default();
        for ((operation, part), body) in BEFORE.iter().zip(&parts) {
            replies.add(&line(operation, *part, json!({ "logs": "all", "prefix": "AWSLogs/" })), body);
        }
        let source = CATALOG.sources.values().find(|source| source.collector == Collector::Trail);
        let listed = Listing::read(source.expect("there is one"), parts.get(3).unwrap_or(&&b""[..]), "x");
        let keys = listed.map(|listing| listing.objects).unwrap_or_default().into_iter().map(|(key, _)| key);
        for (body, key) in parts.iter().skip(BEFORE.len()).zip(keys) {
            let _ = FoundLog::of(body);
            let _ = inflate_digest(body).map(|inflated| Digest::read(&inflated.content));
            let mut line = line("GetObject", Some("digest"), json!({ "path": format!("/trail-logs/{key}") }));
            line["headers"] = json!({ "x-amz-meta-signature": "00ff", "x-amz-meta-signature-algorithm": "SHA256withRSA" });
            replies.add(&line, body);
        }
        replies.judge();
    }
);

fn line(operation: &str, part: Option<&str>, parameters: Value) -> Value {
    json!({
        "source": "cloudtrail.log-files", "operation": operation, "parameters": parameters, "region": "eu-west-1",
        "page": 0, "part": part, "key": ARN, "listed_in": "eu-west-1",
    })
}

fn seed_of_a_day() -> Vec<u8> {
    let key = |hour: u32| {
        format!(
            "AWSLogs/{ACCOUNT}/CloudTrail-Digest/eu-west-1/2026/10/01/\
             {ACCOUNT}_CloudTrail-Digest_eu-west-1_main_eu-west-1_20261001T{hour:02}0000Z.json.gz"
        )
    };
    let log = format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/10/01/{ACCOUNT}_CloudTrail_eu-west-1_20261001T0005Z_Ab.json.gz"
    );
    let digest = |hour: u32, previous: Option<String>| {
        json!({
            "digestStartTime": format!("2026-10-01T{:02}:00:00Z", hour - 1),
            "digestEndTime": format!("2026-10-01T{hour:02}:00:00Z"), "digestS3Bucket": "trail-logs",
            "digestS3Object": key(hour), "digestPublicKeyFingerprint": "f1",
            "previousDigestS3Bucket": previous.as_ref().map(|_| "trail-logs"), "previousDigestS3Object": previous,
            "previousDigestHashValue": "00", "previousDigestSignature": "00ff",
            "logFiles": [{ "s3Bucket": "trail-logs", "s3Object": log, "hashValue": "00" }],
        })
    };
    let item = |key: &str| format!("<Contents><Key>{key}</Key><Size>400</Size></Contents>");
    let listing = format!("<ListBucketResult>{}{}</ListBucketResult>", item(&key(1)), item(&key(2)));
    let trails = json!({ "trailList": [{
        "Name": "main", "TrailARN": ARN, "S3BucketName": "trail-logs", "HomeRegion": "eu-west-1",
        "IsMultiRegionTrail": false, "LogFileValidationEnabled": true,
    }] });
    let fetched = json!({ "bucket": "trail-logs", "key": log, "time": "2026-11-22T18:00:00Z", "found": "missing" });
    let parts = [
        trails.to_string(),
        json!({ "IsLogging": true, "StartLoggingTime": 1_700_000_000 }).to_string(),
        json!({ "PublicKeyList": [{ "Value": "MAA=", "Fingerprint": "f1" }] }).to_string(),
        listing,
        fetched.to_string(),
        format!("<ListBucketResult>{}</ListBucketResult>", item(&log)),
        digest(1, None).to_string(),
        digest(2, Some(key(1))).to_string(),
    ];
    parts.join("\n----\n").into_bytes()
}
