//! How much of what is long is listed.

/// How many failing or undetermined findings of one check are listed; the others are counted aloud.
pub(crate) const FINDINGS_LISTED: usize = 200;
/// How many gaps are listed; the others are counted aloud.
pub(crate) const GAPS_LISTED: usize = 1_000;
/// How many evidence files are listed, besides those that a listed finding cites.
pub(crate) const EVIDENCE_LISTED: usize = 5_000;
