//! How much of what is long is listed.

/// How many failing or undetermined findings of one check are listed; the others are counted aloud.
pub(crate) const FINDINGS_LISTED: usize = 200;
/// How many gaps are listed; the others are counted aloud.
pub(crate) const GAPS_LISTED: usize = 1_000;
/// How many evidence files are listed, besides those that a listed finding cites.
pub(crate) const EVIDENCE_LISTED: usize = 5_000;
/// How many of a check's findings the PDF prints: it is for reading, the others are in the pack's files.
pub(crate) const FINDINGS_PRINTED: usize = 10;
/// How many gaps the PDF prints.
pub(crate) const GAPS_PRINTED: usize = 40;
