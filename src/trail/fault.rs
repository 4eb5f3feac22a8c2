//! Why a file of the bucket, or what was kept of it, cannot be read.

use std::io;

/// Why an object is neither a digest nor a log file.
#[derive(Debug, thiserror::Error)]
pub enum ObjectFault {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Not packed as CloudTrail packs.
    #[error("not a gzip file")]
    Gzip(#[source] io::Error),
    /// A bomb.
    #[error("it inflates to more than {0} bytes")]
    TooLarge(u64),
    /// Not what a digest says.
    #[error("not a digest")]
    Digest(#[source] serde_json::Error),
}

/// Why CloudTrail's public keys cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysFault {
    /// Not a page of keys.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Not a key in base64.
    #[error(transparent)]
    Base64(#[from] base64::DecodeError),
}

/// A line of the record that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {number}")]
pub(super) struct LineFault {
    /// The line, from 1.
    pub(super) number: usize,
    /// Why.
    pub(super) source: serde_json::Error,
}
