//! What made a finding or a resource come, go or stay, and how well its beginning is known.

use serde::{Deserialize, Serialize};

/// How well the beginning of a finding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// The snapshot before did not have it.
    Seen,
    /// It may be older: there is no earlier snapshot, or it could not be seen there.
    AtLeast,
}

impl Age {
    /// "12", or "12+" where the beginning was not seen.
    pub fn of_days(self, days: i64) -> String {
        match self {
            Self::Seen => days.to_string(),
            Self::AtLeast => format!("{days}+"),
        }
    }
}

/// What made a finding come, go or stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The resource's state changed.
    Changed,
    /// An event: it happened since.
    Happened,
    /// The resource is new.
    ResourceCame,
    /// The resource is gone, and the list that would show it was read.
    ResourceGone,
    /// The resource was deleted, and another one of its name was made.
    Recreated,
    /// The resource is there, and the check does not judge it any more.
    NoLongerJudged,
    /// The account was not asked before.
    AccountJoined,
    /// The region was not asked before.
    RegionJoined,
    /// The account is asked no more.
    AccountLeft,
    /// The region is asked no more.
    RegionLeft,
    /// It could not be seen before.
    SightGained,
    /// It cannot be seen any more.
    SightLost,
    /// Nothing changed.
    Unchanged,
    /// The resource has another name.
    Renamed,
}

impl Cause {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Changed => "the resource changed",
            Self::Happened => "it happened since",
            Self::ResourceCame => "new resource",
            Self::ResourceGone => "the resource is gone",
            Self::Recreated => "deleted and recreated under the same name",
            Self::NoLongerJudged => "the check does not apply to it any more",
            Self::AccountJoined => "the account joined the scope",
            Self::RegionJoined => "the region joined the scope",
            Self::AccountLeft => "the account left the scope",
            Self::RegionLeft => "the region left the scope",
            Self::SightGained => "could not be read before",
            Self::SightLost => "cannot be read any more",
            Self::Unchanged => "unchanged",
            Self::Renamed => "renamed",
        }
    }
}
