//! What a PDF says about itself.

use chrono::{DateTime, Utc};

/// What a PDF says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentInfo {
    /// The title, shown in the window's frame.
    pub(crate) title: String,
    /// Who is responsible for it.
    pub(crate) author: String,
    /// The snapshot's time: the file's dates, so that the same report is the same file.
    pub(crate) date: DateTime<Utc>,
    /// The language, as in `en-US`.
    pub(crate) language: String,
}
