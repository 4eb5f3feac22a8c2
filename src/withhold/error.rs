//! Why a body may not be kept.

use std::str::Utf8Error;

/// No AWS reply nests deeper.
pub(super) const MAX_DEPTH: usize = 64;

/// Why the values of a body cannot be found for sure. Without a word of what stands in them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsearchable {
    /// Not text.
    #[error(transparent)]
    Utf8(#[from] Utf8Error),
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] quick_xml::Error),
    /// Beyond what can be addressed.
    #[error(transparent)]
    TooLong(#[from] std::num::TryFromIntError),
    /// JSON that nests deeper than any reply.
    #[error("the reply nests deeper than {MAX_DEPTH} levels")]
    TooDeepLevels,
    /// XML that nests deeper than any reply.
    #[error("the reply nests deeper than {MAX_DEPTH} elements")]
    TooDeep,
    /// A character that JSON has at this place is not there.
    #[error("no `{wanted}` at byte {at}")]
    Expected {
        /// The character.
        wanted: char,
        /// The place, from 0.
        at: usize,
    },
    /// A list or an object that neither goes on nor ends.
    #[error("neither `,` nor an end at byte {0}")]
    NeitherNor(usize),
    /// What is not a value.
    #[error("no value at byte {0}")]
    NoValue(usize),
    /// How else the body is not what it should be.
    #[error("{0}")]
    Form(&'static str),
}
