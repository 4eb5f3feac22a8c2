//! Our own record of the log files that were fetched, for the files themselves are not kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::fault::LineFault;
use super::object::hash_log;
use crate::model::{LogFiles, Sha256, TrailSettings, with_causes};

/// The operation under which the record of fetched log files is kept.
pub const FETCHED_LOGS: &str = "FetchedLogFiles";

/// What became of a log file that was fetched: a line of JSON.
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

impl FoundLog {
    /// What an object holds.
    pub fn of(body: &[u8]) -> Self {
        match hash_log(body) {
            Ok(inflated) => {
                let (sha256, length) = inflated.content;
                Self::File { size: body.len() as u64, inflated: length, sha256, trailing: inflated.trailing }
            }
            Err(why) => Self::Unreadable(with_causes(&why)),
        }
    }

    /// What is found in an object without a byte.
    pub fn empty() -> Self {
        Self::of(&[])
    }
}

/// A line of the record, with its end.
pub fn line(log: &FetchedLog) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(log)?;
    line.push(b'\n');
    Ok(line)
}

/// The lines of a record; an `Err` is the one that cannot be read.
pub(super) fn lines(record: &[u8]) -> impl Iterator<Item = Result<FetchedLog, LineFault>> {
    let numbered = record.split(|byte| *byte == b'\n').zip(1..).filter(|(line, _)| !line.is_empty());
    numbered.map(|(line, number)| serde_json::from_slice(line).map_err(|source| LineFault { number, source }))
}

/// The parameters of the record: which log files were chosen.
pub fn parameters(logs: LogFiles) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::from([("logs".to_owned(), word(logs).to_owned())]);
    if let LogFiles::Sample(size) = logs {
        parameters.insert("sample".to_owned(), size.to_string());
    }
    parameters
}

/// Which log files were to be fetched, as the record says; without one, none.
pub(super) fn chosen(parameters: Option<&BTreeMap<String, String>>) -> LogFiles {
    let parameter = |name: &str| parameters.and_then(|all| all.get(name)).map(String::as_str);
    match parameter("logs") {
        Some("all") => LogFiles::All,
        Some(_) => {
            let size = parameter("sample").and_then(|size| size.parse().ok());
            LogFiles::Sample(size.unwrap_or(TrailSettings::SAMPLE))
        }
        None => LogFiles::None,
    }
}

/// The setting's word for a choice.
pub(super) fn word(logs: LogFiles) -> &'static str {
    match logs {
        LogFiles::None => "none",
        LogFiles::Sample(_) => "sample",
        LogFiles::All => "all",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_which_log_files_were_chosen() {
        for logs in [LogFiles::All, LogFiles::Sample(7)] {
            assert_eq!(chosen(Some(&parameters(logs))), logs);
        }
        assert_eq!(chosen(None), LogFiles::None);
        let sample = BTreeMap::from([("logs".to_owned(), "sample".to_owned())]);
        assert_eq!(chosen(Some(&sample)), LogFiles::Sample(TrailSettings::SAMPLE));
    }

    #[test]
    fn lines_are_read_as_written_and_a_broken_one_is_named() {
        let time = "2026-10-01T00:00:00Z".parse().unwrap();
        let (bucket, key) = ("b".to_owned(), "k".to_owned());
        let log = FetchedLog { bucket, key, time, request_id: None, etag: None, found: FoundLog::empty() };
        let mut record = line(&log).unwrap();
        record.extend(b"\n{}\n");
        let read: Vec<_> = lines(&record).collect();
        assert_eq!(read[0].as_ref().unwrap(), &log);
        assert!(with_causes(read[1].as_ref().unwrap_err()).starts_with("line 3: "), "{read:?}");
    }
}
