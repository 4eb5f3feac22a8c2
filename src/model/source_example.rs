//! The examples of a source: recorded replies, and the rows that are to be read of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Replies to the calls of a source, and what is to become of them.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceExample {
    /// The file and the line, as messages show them: `own/sources/workspaces.toml:18`.
    pub at: String,
    /// What it shows, for people.
    pub name: String,
    /// The row that the list is asked for, of a source that follows another one.
    pub from: Option<Map<String, Value>>,
    /// The replies, in the order in which calls that ask the same get them.
    pub calls: Vec<RecordedCall>,
    /// Members of each row; a row may have further ones.
    pub rows: Vec<Map<String, Value>>,
    /// The calls whose gaps are expected, `GetThing`, or of an item, `GetThing of KEY`.
    pub gaps: BTreeSet<String>,
}

/// A call and its reply.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall {
    /// The operation.
    pub operation: String,
    /// Parameters that the request must have, flat, as the vault keeps them: `Filters.1.Name`, `path`.
    pub asks: BTreeMap<String, String>,
    /// What AWS answers.
    pub answer: RecordedAnswer,
}

/// What AWS answers.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordedAnswer {
    /// The reply's body.
    Body(Vec<u8>),
    /// An error.
    Error {
        /// Its code.
        code: String,
        /// Its message.
        message: String,
    },
}
