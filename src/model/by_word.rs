//! Maps that name every word of an enum.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An enum whose words are all known.
pub trait Words: Copy + Ord + 'static {
    /// Every one, in the order in which lists have them.
    const ALL: &'static [Self];
}

/// Something for each word of an enum, those that never occur too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<K, V>", bound(deserialize = "K: Words + Deserialize<'de>, V: Default + Deserialize<'de>"))]
pub struct ByWord<K: Ord, V = usize>(BTreeMap<K, V>);

impl<K: Words, V: Default> Default for ByWord<K, V> {
    fn default() -> Self {
        Self::with(|_| V::default())
    }
}

/// What an older build did not name stands at its default.
impl<K: Words, V: Default> From<BTreeMap<K, V>> for ByWord<K, V> {
    fn from(mut named: BTreeMap<K, V>) -> Self {
        Self::with(|key| named.remove(&key).unwrap_or_default())
    }
}

impl<K: Words, V> ByWord<K, V> {
    /// Makes one for each word.
    pub fn with(mut of: impl FnMut(K) -> V) -> Self {
        Self(K::ALL.iter().map(|key| (*key, of(*key))).collect())
    }

    /// The one of a word.
    pub fn of(&self, key: K) -> V
    where
        V: Clone + Default,
    {
        self.0.get(&key).cloned().unwrap_or_default()
    }

    /// The words and theirs.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }
}

impl<K: Words> ByWord<K> {
    /// Counts words.
    pub fn count(found: impl IntoIterator<Item = K>) -> Self {
        let mut counts = Self::default();
        found.into_iter().for_each(|key| counts.add(key));
        counts
    }

    /// Counts one more.
    pub fn add(&mut self, key: K) {
        *self.0.entry(key).or_default() += 1;
    }

    /// All of them together.
    pub fn sum(&self) -> usize {
        self.0.values().sum()
    }
}

impl<K: Words, N: Words> ByWord<K, ByWord<N>> {
    /// Counts one more of two words.
    pub fn add_both(&mut self, key: K, inner: N) {
        self.0.entry(key).or_default().add(inner);
    }
}

/// Its schema, which names every word too.
#[cfg(test)]
mod schema {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde::Serialize;
    use serde_json::{Value, json};

    use super::{ByWord, Words};

    impl<K: Words + Serialize + JsonSchema, V: JsonSchema> JsonSchema for ByWord<K, V> {
        fn schema_name() -> Cow<'static, str> {
            format!("{}By{}", V::schema_name(), K::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let words = words(&K::json_schema(generator));
            assert_eq!(json!(words), json!(K::ALL), "`Words::ALL` has every word of {}", K::schema_name());
            let value = generator.subschema_for::<V>();
            let properties: BTreeMap<&str, &Schema> = words.iter().map(|word| (word.as_str(), &value)).collect();
            json_schema!({ "type": "object", "properties": properties, "required": words })
        }
    }

    /// The words of an enum's schema: together, or one by one with what they mean.
    fn words(schema: &Schema) -> Vec<String> {
        let list = |member: &str| schema.get(member).and_then(Value::as_array).into_iter().flatten();
        let words = list("oneOf").filter_map(|one| one.get("const")).chain(list("enum"));
        words.filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ByWord;
    use crate::model::Verdict;

    #[test]
    fn every_word_is_named_and_no_other_is_read() {
        let counts = ByWord::count([Verdict::Fail, Verdict::Fail]);
        assert_eq!(json!(counts), json!({ "pass": 0, "fail": 2, "not-applicable": 0, "undetermined": 0 }));
        let older: ByWord<Verdict> = serde_json::from_value(json!({ "fail": 2 })).unwrap();
        assert_eq!(older, counts);
        for wrong in [json!({ "failed": 2 }), json!({ "fail": -1 }), json!({ "fail": "2" }), json!([])] {
            assert!(serde_json::from_value::<ByWord<Verdict>>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
