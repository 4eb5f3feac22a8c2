//! A source and those that are asked for each of its rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::model::{Each, FROM, Path, Source, SourceId, Template, When};

/// A source, and below it those that follow it.
#[derive(Debug)]
pub struct Tree<'a> {
    /// Parents first.
    pub(super) branches: Vec<Branch<'a>>,
}

/// One source of a tree.
#[derive(Debug)]
pub(super) struct Branch<'a> {
    pub(super) source: &'a Source,
    pub(super) parent: Option<usize>,
    pub(super) followers: Vec<usize>,
    /// The calls for an item, by how many others they wait for.
    pub(super) waves: Vec<Vec<usize>>,
    /// The members of the row followed that its call reads.
    reads: Vec<Path>,
}

impl<'a> Tree<'a> {
    /// The tree below a source. `followers` names those that are asked for each row of one.
    pub fn new(root: &'a Source, followers: &dyn Fn(&SourceId) -> Vec<&'a Source>) -> Self {
        let mut branches = vec![Branch::new(root, None)];
        let mut at = 0;
        while let Some(source) = branches.get(at).map(|branch: &Branch<'a>| branch.source) {
            for follower in followers(&source.id) {
                let index = branches.len();
                branches.push(Branch::new(follower, Some(at)));
                branches[at].followers.push(index);
            }
            at += 1;
        }
        Self { branches }
    }

    /// Its sources, parents first.
    pub fn sources(&self) -> impl Iterator<Item = &'a Source> {
        self.branches.iter().map(|branch| branch.source)
    }
}

impl<'a> Branch<'a> {
    fn new(source: &'a Source, parent: Option<usize>) -> Self {
        let names = source.call.names();
        let reads = names.into_iter().filter_map(|name| name.member()?.after(FROM)).collect();
        Self { source, parent, followers: Vec::new(), waves: waves(&source.each), reads }
    }

    /// The part of a row, if it is one of these, that the call needs.
    pub(super) fn needs_one_of<'p>(&self, mut parts: impl Iterator<Item = &'p String>) -> Option<&'p String> {
        parts.find(|part| self.reads.iter().any(|path| path.first() == part.as_str()))
    }

    /// Whether the list is asked for a row of the source followed: what AWS leaves out of a row it does not have.
    pub(super) fn follows(&self, row: &Map<String, Value>) -> bool {
        let when = self.source.from.as_ref().and_then(|from| from.when.as_ref());
        when.is_none_or(|when| holds(when, row)) && self.reads.iter().all(|path| path.text_in(row).is_some())
    }
}

/// Whether a row is of the kind that a condition names.
pub(super) fn holds(when: &When, row: &Map<String, Value>) -> bool {
    when.member.text_in(row).is_some_and(|text| when.is.contains(&text))
}

/// Groups the calls by how many others they wait for.
fn waves(each: &[Each]) -> Vec<Vec<usize>> {
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (index, one) in each.iter().enumerate() {
        let needed = needs(one);
        let after = levels.iter().filter(|(part, _)| needed.contains(**part)).map(|(_, level)| level + 1);
        let level = after.max().unwrap_or(0);
        levels.insert(&one.part, level);
        waves.resize_with(waves.len().max(level + 1), Vec::new);
        waves[level].push(index);
    }
    waves
}

/// The first names of all members that a call's templates and its condition read.
pub(super) fn needs(each: &Each) -> BTreeSet<&str> {
    let names = each.call.names().into_iter().chain(each.region.iter().flat_map(Template::names));
    let conditions = each.when.iter().map(|when| &when.member);
    names.filter_map(|name| name.member()).chain(conditions).map(Path::first).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{each, path, template};
    use super::*;

    #[test]
    fn only_what_needs_another_part_waits_for_it() {
        let asked = |part: &str, path: &str| {
            let mut each = each(part, "Get");
            each.call.path = template(path);
            each
        };
        let mut policy = asked("policy", "/{Name}?policy");
        policy.region = Some(template("{location}"));
        let mut rotation = asked("rotation", "/");
        rotation.when = Some(When { member: path("policy.State"), is: BTreeSet::new() });
        let all = [asked("location", "/{Name}?location"), policy, rotation, asked("tags", "/{Name}?tagging")];
        assert_eq!(waves(&all), [vec![0, 3], vec![1], vec![2]]);
    }
}
