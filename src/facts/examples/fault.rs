//! What is wrong with an example of a source, in words.

use std::fmt;

use serde_json::Value;

use crate::model::{SourceId, visible};

/// An example that does not give what it states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFault {
    /// The file and the line.
    pub at: String,
    /// The source.
    pub source: SourceId,
    /// The example's name; none: what no example of the source shows.
    pub example: Option<String>,
    /// What it states.
    pub expected: String,
    /// What came instead.
    pub found: String,
}

impl fmt::Display for SourceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, source, example, expected, found } = self;
        let example = example.as_ref().map_or_else(String::new, |name| format!(", example `{name}`"));
        let line = format!("{at}: {source}{example}: expected {expected}; found {found}");
        f.write_str(&visible(&line))
    }
}

/// A value in one line, its end cut.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 160;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// `a, b and c`.
pub(super) fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}
