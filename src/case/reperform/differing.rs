//! What two sides say otherwise of the same.

use std::collections::BTreeMap;
use std::fmt::Display;

/// What two sides say otherwise of the same, in the order of the first.
pub(super) fn differing<A: Ord + Display, S: PartialEq + Display>(
    claimed: &BTreeMap<A, S>,
    again: &BTreeMap<A, S>,
) -> Vec<String> {
    let abouts = claimed.keys().chain(again.keys().filter(|about| !claimed.contains_key(*about)));
    let words = |side: Option<&S>| side.map_or_else(|| "nothing".to_owned(), S::to_string);
    abouts
        .map(|about| (about, claimed.get(about), again.get(about)))
        .filter(|(_, claimed, again)| claimed != again)
        .map(|(about, claimed, again)| {
            format!("{about}: the pack says {}, its evidence shows {}", words(claimed), words(again))
        })
        .collect()
}
