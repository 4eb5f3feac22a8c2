//! Replies to rows: what each kept body says about each resource. Pure; a body that cannot be read becomes a gap,
//! never an empty list. How a source is asked and read says `walk`, which is driven here with what was kept.

mod bodies;
mod examples;
#[cfg(test)]
mod follow_tests;
mod guarded;
mod replay;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, Catalog, Collector, Exchange, Facts, Gap, Region, Row, Sha256, Snapshot, SourceId};
use crate::trail;
use crate::walk::{Event, Tree};
use bodies::replies;
pub use examples::{SourceFault, run_examples};
use guarded::read_guarded;
use replay::Kept;

/// Reads all facts of a snapshot. `body` gives a kept body by its hash; that one is missing is the caller's error.
pub fn read<E>(
    catalog: &Catalog,
    snapshot: &Snapshot,
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
) -> Result<Facts, E> {
    read_seen(catalog, snapshot, body, &mut |_| {})
}

/// The same; `see` sees what the walks say.
pub(crate) fn read_seen<E>(
    catalog: &Catalog,
    snapshot: &Snapshot,
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    see: &mut dyn FnMut(&Event<'_>),
) -> Result<Facts, E> {
    let mut facts = Facts { gaps: snapshot.gaps.clone(), ..Facts::default() };
    let mut exchanges: BTreeMap<&SourceId, Vec<&Exchange>> = BTreeMap::new();
    for exchange in &snapshot.exchanges {
        exchanges.entry(&exchange.source).or_default().push(exchange);
    }
    let mut gaps: BTreeMap<&SourceId, Vec<&Gap>> = BTreeMap::new();
    for gap in &snapshot.gaps {
        gaps.entry(&gap.source).or_default().push(gap);
    }
    let of = |source: &SourceId| exchanges.get(source).map(Vec::as_slice).unwrap_or_default();
    let gaps_of = |source: &SourceId| gaps.get(source).map(Vec::as_slice).unwrap_or_default();
    // A source that joined the mappings since was not asked, which is not a gap of that time.
    let mut set_out: BTreeSet<&SourceId> = snapshot.scope.sources.iter().collect();
    set_out.extend(exchanges.keys().copied());
    for root in catalog.sources.values().filter(|source| source.from.is_none() && !of(&source.id).is_empty()) {
        if root.collector == Collector::Trail {
            read_guarded(&mut facts, &[(&root.id, of(&root.id))], |facts| {
                trail::read(root, snapshot, of(&root.id), gaps_of(&root.id), body, facts)
            })?;
            continue;
        }
        let tree = Tree::new(root, &|id| {
            let follows = |source: &&_| is_of(source, id) && set_out.contains(&source.id);
            catalog.sources.values().filter(follows).collect()
        });
        let together: Vec<_> = tree.sources().map(|source| (&source.id, of(&source.id))).collect();
        read_guarded(&mut facts, &together, |facts| {
            let mut kept = Kept::new(root, tree.sources().flat_map(|source| gaps_of(&source.id)).copied());
            for source in tree.sources() {
                kept.add(source, replies(source, of(&source.id), body)?);
            }
            kept.walk(&tree, root, snapshot, facts, see);
            Ok(())
        })?;
    }
    for rows in facts.rows.values_mut() {
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    facts.gaps.sort();
    facts.gaps.dedup();
    Ok(facts)
}

fn is_of(source: &crate::model::Source, followed: &SourceId) -> bool {
    source.from.as_ref().is_some_and(|from| from.source == *followed)
}

fn order(row: &Row) -> (&AccountId, &Region, &str, &str) {
    (&row.account, &row.region, &row.resource, &row.key)
}
