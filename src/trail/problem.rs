//! What can be wrong with digests and log files.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// What can be wrong, by the names that `auditpack trail` uses too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    LogModified,
    LogMissing,
    LogUnreadable,
    LogUndigested,
    DigestMissing,
    DigestSignatureInvalid,
    DigestLinkBroken,
    DigestUnreadable,
    PublicKeyUnknown,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::LogModified => "log-modified",
            Self::LogMissing => "log-missing",
            Self::LogUnreadable => "log-unreadable",
            Self::LogUndigested => "log-undigested",
            Self::DigestMissing => "digest-missing",
            Self::DigestSignatureInvalid => "digest-signature-invalid",
            Self::DigestLinkBroken => "digest-link-broken",
            Self::DigestUnreadable => "digest-unreadable",
            Self::PublicKeyUnknown => "public-key-unknown",
        }
    }
}

/// Something that is not as CloudTrail left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) time: Option<DateTime<Utc>>,
}

/// A row names so many problems of each half; the rest is counted.
const NAMED: usize = 100;

/// Problems as a row has them, with the count of those that it does not name.
pub(super) fn as_row(mut problems: Vec<Problem>) -> (Value, usize) {
    problems.sort_by(|a, b| (a.time, &a.path, a.kind).cmp(&(b.time, &b.path, b.kind)));
    let more = problems.len().saturating_sub(NAMED);
    let one =
        |problem: &Problem| json!({ "kind": problem.kind.word(), "path": problem.path, "message": problem.message });
    (problems.iter().take(NAMED).map(one).collect(), more)
}

/// The address of an object.
pub(super) fn path(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}

/// The beginning of a text that a file may have made up.
pub(super) fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// A time as reports write it.
pub(super) fn at(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
