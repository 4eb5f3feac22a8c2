//! What snapshots are judged by, apart from what they show: mappings and settings that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use super::checks;
use super::{DefinitionChange, DefinitionChanges, DefinitionKind, Known};
use crate::model::{Assessment, Catalog, Check, Control, Framework, Param, Requirement, Settings, Source};

/// Mappings and settings.
#[derive(Debug, Clone, Copy)]
pub struct Definitions<'a> {
    /// The mappings.
    pub catalog: &'a Catalog,
    /// The settings.
    pub settings: &'a Settings,
}

/// Nothing differs.
pub(super) fn none() -> DefinitionChanges {
    DefinitionChanges { known: Known::Same, changes: Vec::new(), checks: Vec::new(), requirements: Vec::new() }
}

/// What differs between two sets of definitions, and what it alone changes in the verdicts of the first side. `own` is
/// the first side as its own definitions judge it, `again` as the second side's do.
pub fn definition_changes(
    before: Definitions<'_>,
    after: Definitions<'_>,
    own: &Assessment,
    again: &Assessment,
) -> DefinitionChanges {
    let mut changes = Vec::new();
    let (old, new) = (before.catalog, after.catalog);
    differ(DefinitionKind::Check, &old.checks, &new.checks, check_words, &mut changes);
    differ(DefinitionKind::Control, &old.controls, &new.controls, control_words, &mut changes);
    differ(DefinitionKind::Source, &old.sources, &new.sources, source_words, &mut changes);
    differ(DefinitionKind::Parameter, &old.params, &new.params, param_words, &mut changes);
    differ(DefinitionKind::Framework, &old.frameworks, &new.frameworks, framework_words, &mut changes);
    differ(
        DefinitionKind::Service,
        &old.services,
        &new.services,
        |_, _| vec!["who owns its layers".to_owned()],
        &mut changes,
    );
    differ(DefinitionKind::Report, &old.reports, &new.reports, |_, _| vec!["how it is found".to_owned()], &mut changes);
    changes.extend(settings(before.settings, after.settings));
    changes.sort();
    DefinitionChanges {
        known: if changes.is_empty() { Known::Same } else { Known::Different },
        changes,
        checks: checks::checks(own, again),
        requirements: checks::requirements(own, again),
    }
}

fn change(kind: DefinitionKind, id: impl ToString, words: String) -> DefinitionChange {
    DefinitionChange { kind, id: id.to_string(), change: words }
}

/// The items that only one side has, and those that are not the same.
fn differ<K: Ord + ToString, V: PartialEq>(
    kind: DefinitionKind,
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
    words: impl Fn(&V, &V) -> Vec<String>,
    changes: &mut Vec<DefinitionChange>,
) {
    for (id, new) in new {
        match old.get(id) {
            None => changes.push(change(kind, id.to_string(), "added".to_owned())),
            Some(old) if old != new => {
                let words = words(old, new);
                let words = if words.is_empty() { "wording or examples".to_owned() } else { words.join(", ") };
                changes.push(change(kind, id.to_string(), format!("changed: {words}")));
            }
            Some(_) => {}
        }
    }
    let gone = old.keys().filter(|id| !new.contains_key(*id));
    changes.extend(gone.map(|id| change(kind, id.to_string(), "removed".to_owned())));
}

/// The named members that differ.
fn differing(members: &[(&str, bool)]) -> Vec<String> {
    members.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}

fn check_words(old: &Check, new: &Check) -> Vec<String> {
    let mut words = differing(&[
        ("what it reads", (&old.source, &old.reads) != (&new.source, &new.reads)),
        ("what is good", (&old.pass, &old.none, &old.per) != (&new.pass, &new.none, &new.per)),
        ("what it judges", old.when != new.when),
        ("its reason", old.detail != new.detail),
    ]);
    if old.severity != new.severity {
        words.push(format!("severity {} to {}", old.severity.words(), new.severity.words()));
    }
    words
}

fn control_words(old: &Control, new: &Control) -> Vec<String> {
    moved("check", old.checks.iter(), new.checks.iter())
}

/// What joined and left a list.
fn moved<'a, T: Ord + ToString + 'a>(
    kind: &str,
    old: impl Iterator<Item = &'a T>,
    new: impl Iterator<Item = &'a T>,
) -> Vec<String> {
    let (old, new): (BTreeSet<&T>, BTreeSet<&T>) = (old.collect(), new.collect());
    let joined = new.difference(&old).map(|one| format!("{kind} {} joined", one.to_string()));
    let left = old.difference(&new).map(|one| format!("{kind} {} left", one.to_string()));
    joined.chain(left).collect()
}

fn source_words(old: &Source, new: &Source) -> Vec<String> {
    differing(&[
        ("the calls", (&old.call, &old.each, &old.from) != (&new.call, &new.each, &new.from)),
        ("how rows are read", (&old.items, &old.key, &old.only) != (&new.items, &new.key, &new.only)),
        ("how rows are named", old.resource != new.resource),
    ])
}

fn param_words(old: &Param, new: &Param) -> Vec<String> {
    match old.default == new.default {
        true => Vec::new(),
        false => vec![format!("default {} to {}", old.default, new.default)],
    }
}

fn framework_words(old: &Framework, new: &Framework) -> Vec<String> {
    let mut words =
        moved("requirement", old.requirements.iter().map(|one| &one.id), new.requirements.iter().map(|one| &one.id));
    for new in &new.requirements {
        if let Some(old) = old.requirements.iter().find(|old| old.id == new.id && *old != new) {
            let told = requirement_words(old, new);
            let told = if told.is_empty() { "wording".to_owned() } else { told.join(", ") };
            words.push(format!("{} ({told})", new.id));
        }
    }
    words
}

fn requirement_words(old: &Requirement, new: &Requirement) -> Vec<String> {
    let mut words = moved("control", old.controls.iter(), new.controls.iter());
    words.extend(differing(&[
        ("its owner", (old.responsibility, &old.layers) != (new.responsibility, &new.layers)),
        ("AWS's reports", old.reports != new.reports),
        ("documents asked for", old.manual != new.manual),
    ]));
    words
}

/// Settings that decide verdicts. Exceptions stand beside verdicts and are compared by themselves.
fn settings(old: &Settings, new: &Settings) -> Vec<DefinitionChange> {
    let mut changes = Vec::new();
    let mut differ = |id: &str, old: &dyn Debug, new: &dyn Debug| {
        let (old, new) = (format!("{old:?}"), format!("{new:?}"));
        if old != new {
            changes.push(change(DefinitionKind::Settings, id, format!("was {old}, is {new}")));
        }
    };
    let names =
        |frameworks: &[crate::model::FrameworkId]| frameworks.iter().map(ToString::to_string).collect::<Vec<_>>();
    differ("frameworks", &names(&old.frameworks), &names(&new.frameworks));
    let regions = |settings: &Settings| settings.scope.regions.iter().map(ToString::to_string).collect::<Vec<_>>();
    differ("scope.regions", &regions(old), &regions(new));
    for name in old.params.keys().chain(new.params.keys()).collect::<BTreeSet<_>>() {
        let said = |settings: &Settings| {
            settings.params.get(name).map_or_else(|| "the default".to_owned(), ToString::to_string)
        };
        if said(old) != said(new) {
            changes.push(change(
                DefinitionKind::Settings,
                format!("params.{name}"),
                format!("was {}, is {}", said(old), said(new)),
            ));
        }
    }
    let split = |settings: &Settings| {
        let splits = settings.splits.iter();
        splits
            .map(|one| (format!("{}/{}", one.framework, one.requirement), one.responsibility))
            .collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (split(old), split(new));
    for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let said = |splits: &BTreeMap<String, crate::model::Responsibility>| {
            splits.get(name).map_or("not set", |owner| owner.words())
        };
        if said(&old) != said(&new) {
            changes.push(change(
                DefinitionKind::Settings,
                format!("split {name}"),
                format!("was {}, is {}", said(&old), said(&new)),
            ));
        }
    }
    changes
}
