//! What tells a resource that lives on from another that took its name, as AWS itself says it.

use serde_json::Value;

use super::{Source, select, text_of};

/// Where a row says when AWS made the thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The member's path: `CreateDate`, `table.CreationDateTime`.
    pub member: String,
    /// One sentence about other reasons for which AWS moves that date; empty: none are known.
    pub caveat: String,
}

/// What the rows of a source are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inventory {
    /// Each row is a thing that comes and goes: a bucket, a user, an instance.
    Resources,
    /// Settings of an account, events, findings, evaluations, reports, and second looks at things that another source
    /// lists: whether a row is there says nothing about whether a thing is.
    Records,
}

impl Source {
    /// AWS's own id of the row's thing, which survives a new name and never returns; `None`: the row has none.
    pub fn unique_id_of(&self, row: &Value) -> Option<String> {
        self.unique_id.iter().find_map(|path| text_at(row, path))
    }

    /// When AWS says that the row's thing was made, as AWS writes it: RFC 3339, or seconds or milliseconds since 1970.
    pub fn created_of(&self, row: &Value) -> Option<String> {
        text_at(row, &self.created.as_ref()?.member)
    }
}

/// The one text at a path; of several none is the thing's own.
fn text_at(row: &Value, path: &str) -> Option<String> {
    match select(row, path).as_slice() {
        [one] => text_of(one).filter(|text| !text.is_empty()),
        _ => None,
    }
}
