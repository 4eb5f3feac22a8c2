//! What differs in what AWS answered, source by source.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::EvidenceChange;
use super::Side;
use super::resources::Resources;
use crate::model::{Facts, Row, Sha256, Snapshot, SourceId};

/// The sources whose answers differ.
pub(super) fn evidence(before: Side<'_>, after: Side<'_>, resources: &Resources) -> Vec<EvidenceChange> {
    let sources: BTreeSet<&SourceId> =
        before.snapshot.scope.sources.iter().chain(&after.snapshot.scope.sources).collect();
    let (old, new) = (bodies(before.snapshot), bodies(after.snapshot));
    let nothing = BTreeSet::new();
    let change = |source: &SourceId| {
        let (old, new) = (old.get(source).unwrap_or(&nothing), new.get(source).unwrap_or(&nothing));
        let mut change = rows(source, before.facts, after.facts, resources);
        change.same_replies = new.intersection(old).count();
        change.other_replies = new.len() - change.same_replies;
        let differs = change.other_replies + change.came + change.gone + change.changed > 0;
        (differs || new.len() < old.len()).then_some(change)
    };
    sources.into_iter().filter_map(change).collect()
}

fn bodies(snapshot: &Snapshot) -> BTreeMap<&SourceId, BTreeSet<Sha256>> {
    let mut bodies: BTreeMap<&SourceId, BTreeSet<Sha256>> = BTreeMap::new();
    for exchange in &snapshot.exchanges {
        bodies.entry(&exchange.source).or_default().insert(exchange.body);
    }
    bodies
}

type Name<'a> = (&'a str, &'a str, &'a str, &'a str);

fn rows(source: &SourceId, before: &Facts, after: &Facts, resources: &Resources) -> EvidenceChange {
    let old = before.rows.get(source).map(Vec::as_slice).unwrap_or_default();
    let new = after.rows.get(source).map(Vec::as_slice).unwrap_or_default();
    let mut known: BTreeMap<Name<'_>, Vec<&Row>> = BTreeMap::new();
    for row in old {
        known.entry(name(row, &row.resource)).or_default().push(row);
    }
    let mut change = EvidenceChange {
        source: source.clone(),
        same_replies: 0,
        other_replies: 0,
        came: 0,
        gone: 0,
        changed: 0,
        same: 0,
        members: BTreeMap::new(),
    };
    for row in new {
        let was = resources.name_before(&row.account, &row.resource);
        let same = known.get_mut(&name(row, &row.resource)).and_then(Vec::pop);
        let same = same.or_else(|| renamed(&mut known, row, was?));
        match same {
            None => change.came += 1,
            Some(old) if old.data == row.data && old.unread.keys().eq(row.unread.keys()) => change.same += 1,
            Some(old) => {
                change.changed += 1;
                for member in members(&old.data.read(), &row.data.read()) {
                    *change.members.entry(member).or_default() += 1;
                }
            }
        }
    }
    change.gone = known.values().map(Vec::len).sum();
    change
}

/// Keys of renamed rows are names too; the first row of the old name is it.
fn renamed<'a>(known: &mut BTreeMap<Name<'a>, Vec<&'a Row>>, row: &Row, was: &str) -> Option<&'a Row> {
    let name = known.keys().copied().find(|(account, region, resource, _)| {
        (*account, *region, *resource) == (row.account.as_str(), row.region.as_str(), was)
    })?;
    known.get_mut(&name).and_then(Vec::pop)
}

fn name<'a>(row: &'a Row, resource: &'a str) -> Name<'a> {
    (row.account.as_str(), row.region.as_str(), resource, row.key.as_str())
}

/// The members that differ; a part that could not be read on one side differs too.
fn members(old: &Value, new: &Value) -> BTreeSet<String> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return BTreeSet::new() };
    let names = old.keys().chain(new.keys());
    names.filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}
