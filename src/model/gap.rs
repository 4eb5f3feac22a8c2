//! What AWS did not answer, and what would close that.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AccountId, Item, Region, Remedy, Sha256, SourceId};

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
    /// What closes it, as text: the IAM actions with commas between them, or the words of another remedy.
    #[serde(rename = "action")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub remedy: Remedy,
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

impl Gap {
    /// A gap without a reply: whose account, about which call, why, and what closes it.
    pub fn new(about: Unanswered, reason: GapReason, remedy: Remedy, message: impl Into<String>) -> Self {
        let Unanswered { source, account, region, operation, item, time } = about;
        let operation = operation.filter(|operation| !operation.is_empty());
        let (message, code, request_id, body) = (message.into(), None, None, None);
        Self { source, account, region, operation, item, reason, remedy, message, code, request_id, body, time }
    }
}

/// The call that a gap is about.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// The kind of evidence.
    pub source: SourceId,
    /// The account that was to be asked.
    pub account: AccountId,
    /// The region that was to be asked.
    pub region: Region,
    /// The operation; none where nothing was asked at all.
    pub operation: Option<String>,
    /// The item, where the call was for one.
    pub item: Option<Item>,
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
    /// An answer came that is larger than any that is taken.
    TooLarge,
    /// The service keeps no data for a part of the period: `LookupEvents` before 90 days.
    OutOfRange,
    /// The terms of a document were not accepted in the settings.
    TermsNotAccepted,
    /// The run was ended before the call, or the call cannot be made.
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
            Self::TooLarge => "reply too large",
            Self::OutOfRange => "outside what AWS keeps",
            Self::TermsNotAccepted => "terms not accepted",
            Self::NotAttempted => "not attempted",
        }
    }
}
