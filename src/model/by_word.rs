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
