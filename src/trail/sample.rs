//! Samples of log files.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::model::Sha256;

/// A sample of log files that anyone can draw again: those whose SHA-256, taken with the seed before their key, is
/// smallest. The seed is the time of the snapshot, which cannot be known by who changes files before it.
#[derive(Debug, Clone)]
pub struct LogSample {
    seed: String,
    size: usize,
    drawn: BTreeSet<(Sha256, String)>,
}

impl LogSample {
    /// An empty sample of at most `size` files.
    pub fn new(seed: DateTime<Utc>, size: u32) -> Self {
        let seed = seed.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        Self { seed, size: size as usize, drawn: BTreeSet::new() }
    }

    /// Offers a file.
    pub fn offer(&mut self, key: &str) {
        let rank = Sha256::of(format!("{}\n{key}", self.seed).as_bytes());
        if self.drawn.len() < self.size || self.drawn.last().is_some_and(|(last, _)| rank < *last) {
            self.drawn.insert((rank, key.to_owned()));
            if self.drawn.len() > self.size {
                self.drawn.pop_last();
            }
        }
    }

    /// The keys of the sample, in the order of their names.
    pub fn keys(self) -> BTreeSet<String> {
        self.drawn.into_iter().map(|(_, key)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_does_not_depend_on_the_order_and_changes_with_the_snapshot() {
        let draw = |seed: &str, names: &mut dyn Iterator<Item = u32>| {
            let mut sample = LogSample::new(seed.parse().unwrap(), 3);
            names.for_each(|name| sample.offer(&name.to_string()));
            sample.keys()
        };
        let one = draw("2026-10-01T00:00:00Z", &mut (0..100));
        assert_eq!(one.len(), 3);
        assert_eq!(one, draw("2026-10-01T00:00:00Z", &mut (0..100).rev()));
        assert_ne!(one, draw("2026-10-01T00:00:01Z", &mut (0..100)));
        assert_eq!(draw("2026-10-01T00:00:00Z", &mut (0..2)).len(), 2);
    }
}
