//! A row's members, small while they wait.

use std::fmt;

use serde_json::Value;

/// AWS's members by AWS's names. A snapshot may have 100,000 rows of which a few are looked at at a time: as JSON text
/// one weighs a tenth of what it does as a tree.
#[derive(Clone, PartialEq)]
pub struct RowData(Packed);

#[derive(Clone, PartialEq)]
enum Packed {
    Text(Box<str>),
    /// Nested deeper than serde_json reads back.
    Tree(Value),
}

/// serde_json reads 128 levels.
const MAX_TEXT_DEPTH: usize = 120;

impl RowData {
    /// Unpacks the members, an object.
    pub fn read(&self) -> Value {
        match &self.0 {
            Packed::Text(text) => serde_json::from_str(text).unwrap_or_default(),
            Packed::Tree(value) => value.clone(),
        }
    }
}

impl From<Value> for RowData {
    fn from(value: Value) -> Self {
        match serde_json::to_string(&value) {
            Ok(text) if !is_deeper(&value, MAX_TEXT_DEPTH) => Self(Packed::Text(text.into())),
            _ => Self(Packed::Tree(value)),
        }
    }
}

impl fmt::Debug for RowData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| is_deeper(item, below)),
        Value::Object(members) => members.values().any(|member| is_deeper(member, below)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Packed, RowData};

    #[test]
    fn what_is_packed_comes_back() {
        let deep = |levels| (0..levels).fold(json!("end"), |value, _| json!([value]));
        let table = [
            (json!({"n": [1, -2, 1.5, u64::MAX, null, true], "t": "ä\"\u{0}", "o": {}}), true),
            (json!({"deep": deep(110)}), true),
            (json!({"deep": deep(200)}), false),
        ];
        for (value, as_text) in table {
            let packed = RowData::from(value.clone());
            assert_eq!(packed.read(), value);
            assert_eq!(matches!(packed.0, Packed::Text(_)), as_text, "{value}");
        }
        assert_eq!(RowData::from(Value::Null).read(), Value::Null);
    }
}
