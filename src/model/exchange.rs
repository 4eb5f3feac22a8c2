//! What AWS answered, and what it did not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountId, Region, Sha256, SourceId};

/// One AWS reply (or, where the service is [`OWN_RECORD`], what we wrote down ourselves). The body itself lies in the vault under `body`; AWS's request id lets the auditor find the same
/// call in the customer's own CloudTrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The kind of evidence that this reply belongs to.
    pub source: SourceId,
    /// The service as the SDK or the source names it, `kms`.
    pub service: String,
    /// The API operation, `ListKeys`.
    pub operation: String,
    /// What was asked, flat, without secrets: `{"MaxResults": "100"}`.
    pub parameters: BTreeMap<String, String>,
    /// The account that was asked.
    pub account: AccountId,
    /// The region that was asked (of a global service: its signing region).
    pub region: Region,
    /// Set when the call was made for one item of the source's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// Set when a list was asked for an item of another source: the item's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The page of a list, from 0.
    pub page: u32,
    /// What kind of answer it is.
    pub answer: Answer,
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-requestid` or `x-amz-request-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The reply's content type, needed to answer the same again in a replay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The few other headers of the reply that say something about the body: the signature of a CloudTrail digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// When the reply came.
    pub time: DateTime<Utc>,
    /// The body's hash; its bytes are in the vault.
    pub body: Sha256,
    /// The body's length in bytes.
    pub size: u64,
    /// Identifies the request in a replay: see `collect::replay`.
    pub request: Sha256,
    /// Where in the body values stood that may be secrets: there the body says what was found in them, everywhere else it
    /// is byte for byte what AWS answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
}

/// The service of an exchange that is no reply of AWS's but our own record.
pub const OWN_RECORD: &str = "auditpack";

/// The item of a list that a further call was made for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Item {
    /// The name under which the answer joins the item's row: `rotation`.
    pub part: String,
    /// The item's key, as the source's `key` finds it: a key id, a bucket's name.
    pub key: String,
    /// The region in which the list call found the item: a multi-region key has one id in several regions.
    pub region: Region,
}

/// Whether AWS gave the thing, or said that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The thing asked for.
    Content,
    /// AWS said that there is none, which is a fact: `NoSuchBucketPolicy`.
    Absent {
        /// AWS's error code.
        code: String,
    },
    /// A step on the way whose content no fact is read from: a report that is still being made.
    Step,
}

/// A reply that we did not get, or could not read. Never an empty list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gap {
    /// The kind of evidence that is missing.
    pub source: SourceId,
    /// The account that was asked.
    pub account: AccountId,
    /// The region that was asked.
    pub region: Region,
    /// The operation that failed; `None` when nothing was asked at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Set when only a call for one item failed: the item's other parts stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// Why.
    pub reason: GapReason,
    /// The IAM action or the setting that closes it: `kms:ListKeys`.
    pub action: String,
    /// One sentence for people, without secrets.
    pub message: String,
    /// AWS's error code, if AWS answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// AWS's request id, if AWS answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The refusal, byte for byte, if AWS answered: it is evidence too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Sha256>,
    /// When it was noticed.
    pub time: DateTime<Utc>,
}

/// Why a reply is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// The caller may not: `action` names the IAM action.
    AccessDenied,
    /// The region is not enabled for the account, or a policy denies it.
    RegionDisabled,
    /// The service wants a subscription or a support plan that the account does not have.
    NotSubscribed,
    /// AWS kept saying "slow down" until the attempts were used up.
    Throttled,
    /// No answer in time.
    TimedOut,
    /// AWS failed on its side (5xx), or the connection broke.
    Failed,
    /// An answer came that cannot be read.
    Unreadable,
    /// The service keeps no data for a part of the period: `LookupEvents` before 90 days.
    OutOfRange,
    /// The terms of a document were not accepted in the settings.
    TermsNotAccepted,
    /// The run was ended before the call.
    NotAttempted,
}

impl GapReason {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::AccessDenied => "access denied",
            Self::RegionDisabled => "region disabled",
            Self::NotSubscribed => "service not subscribed",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed out",
            Self::Failed => "service failed",
            Self::Unreadable => "unreadable answer",
            Self::OutOfRange => "outside what AWS keeps",
            Self::TermsNotAccepted => "terms not accepted",
            Self::NotAttempted => "not attempted",
        }
    }
}
