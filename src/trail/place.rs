//! Where a trail's digests and log files lie in its bucket, and what their keys say.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;

use crate::model::{AccountId, Region};

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

    /// The regions that it records, of those that are asked.
    pub fn regions<'a>(&'a self, asked: &'a [Region]) -> &'a [Region] {
        if self.is_multi_region_trail { asked } else { std::slice::from_ref(&self.home_region) }
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
pub(super) fn day_folder(folder: &str, time: DateTime<Utc>) -> String {
    format!("{folder}{}/", time.format("%Y/%m/%d"))
}

#[cfg(test)]
mod tests {
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
}
