//! CloudTrail's log files and the digests that vouch for them: where they lie, what they say, which of them are sampled.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>

use std::collections::BTreeSet;
use std::io::Read as _;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountId, Period, Region, Sha256};

/// A digest of ten thousand log files inflates to 5 MB; no input may make us hold more than this.
pub const MAX_DIGEST: u64 = 32 << 20;
/// CloudTrail cuts its log files far below; a packed one is fetched up to this size.
pub const MAX_LOG: u64 = 64 << 20;
/// A log file's inflated bytes are hashed up to this many.
pub const MAX_INFLATED_LOG: u64 = 2 << 30;

/// A trail, as DescribeTrails has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TrailSummary {
    /// Its name.
    pub name: String,
    /// Its ARN.
    #[serde(rename = "TrailARN")]
    pub arn: String,
    /// The bucket that it delivers to.
    #[serde(rename = "S3BucketName")]
    pub bucket: String,
    /// The beginning of its keys, without the slash.
    #[serde(rename = "S3KeyPrefix", default)]
    pub prefix: Option<String>,
    /// The region in which it lives.
    pub home_region: Region,
    /// Whether it records all regions.
    #[serde(default)]
    pub is_multi_region_trail: bool,
    /// Whether it records all accounts of the organization.
    #[serde(default)]
    pub is_organization_trail: bool,
    /// Whether digests are delivered.
    #[serde(default)]
    pub log_file_validation_enabled: bool,
}

impl TrailSummary {
    /// What all of its keys begin with.
    pub fn root(&self) -> String {
        match self.prefix.as_deref().map(|prefix| prefix.trim_end_matches('/')).filter(|prefix| !prefix.is_empty()) {
            Some(prefix) => format!("{prefix}/AWSLogs/"),
            None => "AWSLogs/".to_owned(),
        }
    }
}

/// Where one region's files of a trail lie in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailFolders {
    /// The folder of the digests, `AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/`.
    pub digests: String,
    /// The folder of the log files, which trails may share.
    pub logs: String,
    /// The beginning of a digest's own name, up to its time.
    digest_name: String,
    /// The beginning of a log file's own name, up to its time.
    log_name: String,
}

impl TrailFolders {
    /// `organization`: of an organization's trail the folder of the organization, `o-exampleorgid`.
    pub fn new(trail: &TrailSummary, organization: Option<&str>, account: &AccountId, region: &Region) -> Self {
        let organization = organization.map(|id| format!("{id}/")).unwrap_or_default();
        let root = format!("{}{organization}{account}", trail.root());
        Self {
            digests: format!("{root}/CloudTrail-Digest/{region}/"),
            logs: format!("{root}/CloudTrail/{region}/"),
            digest_name: format!("{account}_CloudTrail-Digest_{region}_{}_{}_", trail.name, trail.home_region),
            log_name: format!("{account}_CloudTrail_{region}_"),
        }
    }

    /// The end of a digest's hour, if the key is one of this trail's.
    pub fn digest_time(&self, key: &str) -> Option<DateTime<Utc>> {
        let name = key.strip_prefix(&self.digests)?.rsplit('/').next()?;
        let stamp = name.strip_prefix(&self.digest_name)?.strip_suffix(".json.gz")?;
        time(stamp.strip_suffix("_backfill").unwrap_or(stamp), "%Y%m%dT%H%M%SZ")
    }

    /// Whether a digest of this trail may name such a log file; another may send us anywhere.
    pub fn holds(&self, bucket: &str, log: &NamedLog) -> bool {
        log.s3_bucket == bucket && self.log_time(&log.s3_object).is_some()
    }

    /// The time in a log file's name.
    pub fn log_time(&self, key: &str) -> Option<DateTime<Utc>> {
        let name = key.strip_prefix(&self.logs)?.rsplit('/').next()?;
        let (stamp, _) = name.strip_prefix(&self.log_name)?.strip_suffix(".json.gz")?.split_once('_')?;
        time(stamp, "%Y%m%dT%H%MZ")
    }
}

fn time(text: &str, format: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, format).ok().map(|time| time.and_utc())
}

/// Whether CloudTrail delivered this digest later, to make up for one that it had missed.
pub fn is_backfill(key: &str) -> bool {
    key.ends_with("_backfill.json.gz")
}

/// The folder of a day, inside the folder of a region.
pub fn day_folder(folder: &str, time: DateTime<Utc>) -> String {
    format!("{folder}{}/", time.format("%Y/%m/%d"))
}

/// Whether a key lies behind the last day's folder: then a list that runs in the order of its keys may end.
pub fn is_beyond(last_day: &str, key: &str) -> bool {
    key > last_day && !key.starts_with(last_day)
}

/// What of a period can be proved at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailWindow {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it: the period's end, or now.
    pub until: DateTime<Utc>,
    /// Digests that cover the time until here must be there: the last hours' are still to come.
    pub due: DateTime<Utc>,
    /// Digests until here may name log files of the window: an hour's file may come with the next hour's digest.
    pub digests_until: DateTime<Utc>,
}

impl TrailWindow {
    /// `None` for a period that has not begun.
    pub fn of(period: Period, now: DateTime<Utc>) -> Option<Self> {
        let (from, until) = (period.start_time(), period.end_time().min(now));
        // A digest is delivered up to an hour after the hour that it covers.
        let due = until.min(now - TimeDelta::hours(2));
        (from < until).then_some(Self { from, until, due, digests_until: until + TimeDelta::hours(2) })
    }

    /// Whether a digest that ends then belongs to the window.
    pub fn has_digest(&self, end: DateTime<Utc>) -> bool {
        self.from < end && end <= self.digests_until
    }
}

/// What a digest says, as far as anything is read from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// From when on.
    pub digest_start_time: DateTime<Utc>,
    /// Until when, as written: it is part of what is signed.
    pub digest_end_time: String,
    /// Where it says that it lies.
    pub digest_s3_bucket: String,
    /// Its key, as it says.
    pub digest_s3_object: String,
    /// The key that signed it.
    pub digest_public_key_fingerprint: String,
    /// The digest before it; null for the first of a chain.
    pub previous_digest_s3_bucket: Option<String>,
    /// Its key.
    pub previous_digest_s3_object: Option<String>,
    /// The SHA-256 of its inflated bytes.
    pub previous_digest_hash_value: Option<String>,
    /// Its signature in hex.
    pub previous_digest_signature: Option<String>,
    /// The log files delivered in its hour.
    #[serde(default)]
    pub log_files: Vec<NamedLog>,
}

/// A log file as its digest names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedLog {
    /// The bucket.
    pub s3_bucket: String,
    /// The key.
    pub s3_object: String,
    /// The SHA-256 of its inflated bytes, in hex.
    pub hash_value: String,
}

impl Digest {
    /// Reads a digest's inflated bytes.
    pub fn read(inflated: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(inflated).map_err(|error| format!("not a digest: {error}"))
    }
}

/// What a file of the bucket holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated<T> {
    /// The content.
    pub content: T,
    /// How many bytes follow the gzip member: nothing vouches for them.
    pub trailing: u64,
}

/// Inflates a digest. A body that something on the way inflated already is taken as it is.
pub fn inflate_digest(body: &[u8]) -> Result<Inflated<Vec<u8>>, String> {
    let mut content = Vec::new();
    let trailing = inflate(body, MAX_DIGEST, |bytes| content.extend_from_slice(bytes))?;
    Ok(Inflated { content, trailing })
}

/// Inflates a log file and keeps nothing but the hash and the length of what is inside.
pub fn hash_log(body: &[u8]) -> Result<Inflated<(Sha256, u64)>, String> {
    use sha2::Digest as _;
    let (mut hash, mut length) = (sha2::Sha256::new(), 0);
    let trailing = inflate(body, MAX_INFLATED_LOG, |bytes| {
        hash.update(bytes);
        length += bytes.len() as u64;
    })?;
    Ok(Inflated { content: (Sha256::from_bytes(hash.finalize().into()), length), trailing })
}

fn inflate(body: &[u8], limit: u64, mut take: impl FnMut(&[u8])) -> Result<u64, String> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        if body.is_empty() {
            return Err("the file is empty".to_owned());
        }
        take(body);
        return Ok(0);
    }
    let mut reader = flate2::bufread::GzDecoder::new(body);
    let (mut buffer, mut total) = (vec![0; 64 << 10], 0u64);
    loop {
        match reader.read(&mut buffer).map_err(|error| format!("not a gzip file: {error}"))? {
            0 => return Ok(reader.into_inner().len() as u64),
            count => {
                total += count as u64;
                if total > limit {
                    return Err(format!("it inflates to more than {limit} bytes"));
                }
                take(&buffer[..count]);
            }
        }
    }
}

/// What became of a log file that was fetched: our own record, a line of JSON each, for the file itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedLog {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// When S3 answered.
    pub time: DateTime<Utc>,
    /// S3's request id: with data events on, the customer's own trail has the same call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// S3's entity tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What was found.
    pub found: FoundLog,
}

/// What was found where a log file should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundLog {
    /// A file.
    File {
        /// Its length in bytes, packed.
        size: u64,
        /// The length of its inflated bytes.
        inflated: u64,
        /// The SHA-256 of its inflated bytes.
        sha256: Sha256,
        /// How many bytes follow the gzip member.
        trailing: u64,
    },
    /// Nothing.
    Missing,
    /// Something that is not a log file, and why.
    Unreadable(String),
}

/// The operation under which the record of fetched log files is kept.
pub const FETCHED_LOGS: &str = "FetchedLogFiles";

/// A sample of log files that anyone can draw again: those whose SHA-256, taken with the seed before their key, is
/// smallest. The seed is the time of the snapshot, which cannot be known by who changes files before it.
#[derive(Debug, Clone)]
pub struct LogSample {
    seed: String,
    size: usize,
    drawn: BTreeSet<(Sha256, String)>,
}

impl LogSample {
    /// An empty sample of at most `size` files.
    pub fn new(seed: DateTime<Utc>, size: u32) -> Self {
        let seed = seed.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        Self { seed, size: size as usize, drawn: BTreeSet::new() }
    }

    /// Offers a file.
    pub fn offer(&mut self, key: &str) {
        let rank = Sha256::of(format!("{}\n{key}", self.seed).as_bytes());
        if self.drawn.len() < self.size || self.drawn.last().is_some_and(|(last, _)| rank < *last) {
            self.drawn.insert((rank, key.to_owned()));
            if self.drawn.len() > self.size {
                self.drawn.pop_last();
            }
        }
    }

    /// The keys of the sample, in the order of their names.
    pub fn keys(self) -> BTreeSet<String> {
        self.drawn.into_iter().map(|(_, key)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn folders(prefix: Option<&str>, organization: Option<&str>) -> TrailFolders {
        let trail = TrailSummary {
            name: "main".to_owned(),
            arn: String::new(),
            bucket: "b".to_owned(),
            prefix: prefix.map(str::to_owned),
            home_region: Region::from("us-east-1"),
            is_multi_region_trail: true,
            is_organization_trail: organization.is_some(),
            log_file_validation_enabled: true,
        };
        TrailFolders::new(&trail, organization, &AccountId::from("111122223333"), &Region::from("eu-west-1"))
    }

    #[test]
    fn keys_tell_their_times_and_those_of_other_trails_are_not_ours() {
        let ours = folders(Some("p/q"), Some("o-x"));
        assert_eq!(ours.logs, "p/q/AWSLogs/o-x/111122223333/CloudTrail/eu-west-1/");
        let key =
            |name: &str| format!("{}2026/09/30/111122223333_CloudTrail-Digest_eu-west-1_{name}.json.gz", ours.digests);
        let end = Some(at("2026-09-30T14:01:31Z"));
        assert_eq!(ours.digest_time(&key("main_us-east-1_20260930T140131Z")), end);
        assert_eq!(ours.digest_time(&key("main_us-east-1_20260930T140131Z_backfill")), end);
        for other in ["main2_us-east-1_20260930T140131Z", "main_eu-west-1_20260930T140131Z", "main_us-east-1_x"] {
            assert_eq!(ours.digest_time(&key(other)), None, "{other}");
        }
        let ours = folders(None, None);
        let log = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/30/111122223333_CloudTrail_eu-west-1_20260930T1405Z_AbCdEfGhIjKlMnOp.json.gz";
        assert_eq!(ours.log_time(log), Some(at("2026-09-30T14:05:00Z")));
        assert_eq!(ours.log_time("AWSLogs/x"), None);
    }

    #[test]
    fn a_period_that_ends_today_owes_no_digests_of_the_last_hours() {
        let period = |start: &str, end: &str| Period { start: start.parse().unwrap(), end: end.parse().unwrap() };
        let now = at("2026-10-10T12:00:00Z");
        let window = TrailWindow::of(period("2026-10-01", "2026-12-31"), now).unwrap();
        assert_eq!((window.until, window.due), (now, at("2026-10-10T10:00:00Z")));
        let past = TrailWindow::of(period("2026-09-01", "2026-09-30"), now).unwrap();
        assert_eq!((past.until, past.due), (at("2026-10-01T00:00:00Z"), at("2026-10-01T00:00:00Z")));
        assert!(past.has_digest(at("2026-10-01T00:59:00Z")) && !past.has_digest(past.from));
        assert_eq!(TrailWindow::of(period("2026-11-01", "2026-12-31"), now), None);
    }

    #[test]
    fn what_follows_the_gzip_member_is_seen_and_bombs_are_not_held() {
        let packed = |bytes: &[u8]| {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        };
        let mut body = packed(b"{}");
        assert_eq!(inflate_digest(&body).unwrap(), Inflated { content: b"{}".to_vec(), trailing: 0 });
        assert_eq!(hash_log(&body).unwrap().content, (Sha256::of(b"{}"), 2));
        body.extend(packed(b"more"));
        assert!(inflate_digest(&body).unwrap().trailing > 4);
        assert_eq!(inflate_digest(b"{}").unwrap().content, b"{}", "inflated on the way");
        assert!(inflate_digest(&body[..12]).is_err() && inflate_digest(b"").is_err());
        let bomb = packed(&vec![0; MAX_DIGEST as usize + 1]);
        assert!(inflate_digest(&bomb).unwrap_err().contains("more than"));
    }

    #[test]
    fn a_sample_does_not_depend_on_the_order_and_changes_with_the_snapshot() {
        let draw = |seed: &str, names: &mut dyn Iterator<Item = u32>| {
            let mut sample = LogSample::new(at(seed), 3);
            names.for_each(|name| sample.offer(&name.to_string()));
            sample.keys()
        };
        let one = draw("2026-10-01T00:00:00Z", &mut (0..100));
        assert_eq!(one.len(), 3);
        assert_eq!(one, draw("2026-10-01T00:00:00Z", &mut (0..100).rev()));
        assert_ne!(one, draw("2026-10-01T00:00:01Z", &mut (0..100)));
        assert_eq!(draw("2026-10-01T00:00:00Z", &mut (0..2)).len(), 2);
    }
}
