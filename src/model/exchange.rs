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

/// The service of an exchange that is not a reply of AWS's but our own record.
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
