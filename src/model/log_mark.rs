//! How far a log of attestations went.

use serde::{Deserialize, Serialize};

use super::Sha256;

/// Where a log of attestations stood: how many lines it had, and the SHA-256 of the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogMark {
    /// How many lines it had.
    pub lines: u64,
    /// The SHA-256 of the last one without its line end; none of an empty log.
    pub head: Option<Sha256>,
}
