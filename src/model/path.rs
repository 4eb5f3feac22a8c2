//! Where something stands in a reply or a row.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// Names of members with dots between them, `Reservations.Instances`; lists on the way are opened. Empty: the value itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Box<str>>);

/// A text that does not lead anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path")]
pub struct PathError(String);

impl PathError {
    /// A path where one must be, and nothing is.
    pub(crate) fn empty() -> Self {
        Self(String::new())
    }
}

impl Path {
    /// Reads a path; an empty text is the value itself.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-@:".contains(c);
        let names: Vec<Box<str>> = text.split('.').map(Box::from).collect();
        match names.iter().all(|name| !name.is_empty() && name.chars().all(plain)) {
            true => Ok(Self(names)),
            false => Err(PathError(text.to_owned())),
        }
    }

    /// Whether it is the value itself.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The first name: in a row the part, or the member of the item.
    pub fn first(&self) -> &str {
        self.0.first().map(AsRef::as_ref).unwrap_or_default()
    }

    /// What follows the first name, if that is `first` and something follows.
    pub fn after(&self, first: &str) -> Option<Self> {
        let (name, rest) = self.0.split_first()?;
        (**name == *first && !rest.is_empty()).then(|| Self(rest.to_vec()))
    }

    /// What it leads to; a list at its end is opened.
    pub fn select<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        follow(vec![value], self.names())
    }

    /// The first text that it leads to.
    pub fn text(&self, value: &Value) -> Option<String> {
        self.select(value).into_iter().find_map(text_of)
    }

    /// The same in the members of a row; the empty path leads nowhere there.
    pub fn text_in(&self, row: &Map<String, Value>) -> Option<String> {
        let mut names = self.names();
        let first = row.get(names.next()?)?;
        follow(vec![first], names).into_iter().find_map(text_of)
    }

    /// Whether its member is there at all; its list may be empty.
    pub fn is_in(&self, value: &Value) -> bool {
        has(value, &self.0)
    }

    /// The member as it stands there, a list included.
    pub fn member<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.names().try_fold(value, |value, name| value.get(name))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Follows a dotted path that is not known before it is used.
pub fn select<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    follow(vec![value], path.split('.').filter(|name| !name.is_empty()))
}

fn follow<'v, 'n>(mut found: Vec<&'v Value>, names: impl Iterator<Item = &'n str>) -> Vec<&'v Value> {
    for name in names {
        found = found.into_iter().flat_map(open).filter_map(|value| value.get(name)).collect();
    }
    found.into_iter().flat_map(open).collect()
}

fn has(value: &Value, names: &[Box<str>]) -> bool {
    let Some((name, rest)) = names.split_first() else { return true };
    match value.get(&**name) {
        Some(Value::Array(items)) if !rest.is_empty() => items.iter().all(|item| has(item, rest)),
        Some(value) => has(value, rest),
        None => false,
    }
}

fn open(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        other => std::slice::from_ref(other),
    }
}

/// A member's text: strings as they are, numbers and booleans printed; `None` for the rest.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_open_the_lists_on_their_way() {
        let value = json!({ "A": [{ "B": ["x", "y"] }, { "B": ["z"] }, {}], "N": 7 });
        let path = |text: &str| Path::parse(text).unwrap();
        assert_eq!(path("A.B").select(&value), [&json!("x"), &json!("y"), &json!("z")]);
        assert_eq!(select(&value, "A.B"), path("A.B").select(&value));
        assert_eq!(path("A.B").text(&value).as_deref(), Some("x"));
        assert_eq!(path("A").member(&value), value.get("A"), "a list stays a list");
        assert_eq!(path("").member(&value), Some(&value));
        assert!(!path("A.B").is_in(&value) && path("A").is_in(&value) && path("").is_in(&value));
        let row = value.as_object().unwrap();
        assert_eq!((path("N").text_in(row).as_deref(), path("").text_in(row)), (Some("7"), None));
    }

    #[test]
    fn a_path_is_names_with_dots_between_them() {
        for wrong in [".", "A.", ".A", "A..B", "A[0]", "{A}", "A b"] {
            assert_eq!(Path::parse(wrong), Err(PathError(wrong.to_owned())));
        }
        for right in ["", "A", "A.B-c", "aws:x.y@z"] {
            assert_eq!(Path::parse(right).map(|path| path.to_string()).as_deref(), Ok(right));
        }
    }
}
