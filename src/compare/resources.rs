//! What exists on each side, and how AWS distinguishes one resource from another of its name.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::scope::{Places, Standing};
use super::{Resource, ResourceChange};
use crate::model::{AccountId, Catalog, Cause, Facts, Gap, Identity, Inventory, Row, Source, SourceId, SourceScope};

/// A resource's place and name. An ARN says its region itself; two sources may name different ones (a bucket's own and
/// the one in which buckets are listed).
pub(super) type Key = (AccountId, String);

/// Both sides' resources.
pub(super) struct Resources {
    before: BTreeMap<Key, Resource>,
    after: BTreeMap<Key, Resource>,
    /// By the name before: the name after.
    renamed: BTreeMap<Key, String>,
    /// By the name after: the name before.
    renamed_from: BTreeMap<Key, String>,
    recreated: BTreeSet<Key>,
    pub(super) changes: Vec<ResourceChange>,
}

impl Resources {
    pub(super) fn new(catalog: &Catalog, before: Side<'_>, after: Side<'_>) -> Self {
        let mut resources = Self {
            before: inventory(catalog, before.facts),
            after: inventory(catalog, after.facts),
            renamed: BTreeMap::new(),
            renamed_from: BTreeMap::new(),
            recreated: BTreeSet::new(),
            changes: Vec::new(),
        };
        resources.find_renamed();
        resources.find_recreated();
        resources.find_moved(catalog, before, after);
        resources.changes.sort();
        resources
    }

    /// The name that a resource of the earlier side has now, if it was renamed.
    pub(super) fn name_now(&self, account: &AccountId, name: &str) -> Option<&str> {
        self.renamed.get(&(account.clone(), name.to_owned())).map(String::as_str)
    }

    /// The name that a resource of the later side had before, if it was renamed.
    pub(super) fn name_before(&self, account: &AccountId, name: &str) -> Option<&str> {
        self.renamed_from.get(&(account.clone(), name.to_owned())).map(String::as_str)
    }

    /// Whether another resource has the name now.
    pub(super) fn was_recreated(&self, account: &AccountId, name: &str) -> bool {
        self.recreated.contains(&(account.clone(), name.to_owned()))
    }

    /// Whether the later side shows it.
    pub(super) fn is_there(&self, account: &AccountId, name: &str) -> bool {
        self.after.contains_key(&(account.clone(), name.to_owned()))
    }

    /// Whether the earlier side showed it.
    pub(super) fn was_there(&self, account: &AccountId, name: &str) -> bool {
        self.before.contains_key(&(account.clone(), name.to_owned()))
    }

    fn find_renamed(&mut self) {
        let unique = |resources: &BTreeMap<Key, Resource>, other: &BTreeMap<Key, Resource>| {
            let mut named: BTreeMap<(AccountId, String), Vec<String>> = BTreeMap::new();
            for (key, resource) in resources.iter().filter(|(key, _)| !other.contains_key(*key)) {
                if let Some(id) = &resource.identity.unique {
                    named.entry((key.0.clone(), id.clone())).or_default().push(key.1.clone());
                }
            }
            named
        };
        let (gone, come) = (unique(&self.before, &self.after), unique(&self.after, &self.before));
        for (id, old) in gone {
            if let ([old], Some([new])) = (old.as_slice(), come.get(&id).map(Vec::as_slice)) {
                let (account, unique) = id;
                self.renamed.insert((account.clone(), old.clone()), new.clone());
                self.renamed_from.insert((account.clone(), new.clone()), old.clone());
                let note = format!("AWS's own id stayed: {unique}");
                self.change(Cause::Renamed, &(account, new.clone()), Some(old.clone()), note);
            }
        }
    }

    fn find_recreated(&mut self) {
        let mut found = Vec::new();
        for (key, new) in &self.after {
            let Some(old) = self.before.get(key) else { continue };
            if old.identity.contradicts(&new.identity) {
                found.push((Cause::Recreated, key.clone(), told_apart(&old.identity, &new.identity)));
            } else if old.identity.is_doubtful_beside(&new.identity) {
                let note = format!("{}; {}", told_apart(&old.identity, &new.identity), new.identity.caveat);
                found.push((Cause::Changed, key.clone(), note));
            }
        }
        for (cause, key, note) in found {
            self.change(cause, &key, None, note);
            if cause == Cause::Recreated {
                self.recreated.insert(key);
            }
        }
    }

    /// What is on one side only, and is not there under another name.
    fn find_moved(&mut self, catalog: &Catalog, before: Side<'_>, after: Side<'_>) {
        let (old, new) = (Looked::new(catalog, before), Looked::new(catalog, after));
        let only = |here: &BTreeMap<Key, Resource>, there: &BTreeMap<Key, Resource>, names: &BTreeMap<Key, String>| {
            let missing = here.iter().filter(|(key, _)| !there.contains_key(*key) && !names.contains_key(*key));
            missing.map(|(key, resource)| (key.clone(), resource.clone())).collect::<Vec<_>>()
        };
        for (key, resource) in only(&self.before, &self.after, &self.renamed) {
            let (cause, note) = match new.sees(&resource, &old.places) {
                Seen::Elsewhere(Standing::AccountMissing) => (Cause::AccountLeft, String::new()),
                Seen::Elsewhere(_) => (Cause::RegionLeft, String::new()),
                Seen::Refused(why) => (Cause::SightLost, why),
                Seen::Whole => (Cause::ResourceGone, String::new()),
            };
            self.change(cause, &key, None, note);
        }
        for (key, resource) in only(&self.after, &self.before, &self.renamed_from) {
            let (cause, note) = match old.sees(&resource, &new.places) {
                Seen::Elsewhere(Standing::AccountMissing) => (Cause::AccountJoined, String::new()),
                Seen::Elsewhere(_) => (Cause::RegionJoined, String::new()),
                Seen::Refused(why) => (Cause::SightGained, why),
                Seen::Whole => (Cause::ResourceCame, String::new()),
            };
            self.change(cause, &key, None, note);
        }
    }

    fn change(&mut self, cause: Cause, key: &Key, was: Option<String>, note: String) {
        let Some(resource) = self.after.get(key).or_else(|| self.before.get(key)) else { return };
        self.changes.push(ResourceChange {
            cause,
            account: resource.account.clone(),
            region: resource.region.clone(),
            resource: resource.name.clone(),
            was,
            sources: resource.sources.clone(),
            note,
        });
    }
}

fn told_apart(old: &Identity, new: &Identity) -> String {
    match (&old.unique, &new.unique) {
        (Some(old), Some(new)) => format!("AWS's own id was {old}, is {new}"),
        _ => {
            let said = |identity: &Identity| identity.created.clone().unwrap_or_default();
            format!("AWS says that it was made {}, before: {}", said(new), said(old))
        }
    }
}

/// The resources that a side's rows show, by account and name.
fn inventory(catalog: &Catalog, facts: &Facts) -> BTreeMap<Key, Resource> {
    let mut found: BTreeMap<Key, Resource> = BTreeMap::new();
    for (id, rows) in &facts.rows {
        let Some(source) = catalog.sources.get(id).filter(|source| source.inventory == Inventory::Resources) else {
            continue;
        };
        for row in rows {
            let resource = found.entry((row.account.clone(), row.resource.clone())).or_insert_with(|| Resource {
                account: row.account.clone(),
                region: row.region.clone(),
                name: row.resource.clone(),
                identity: Identity::default(),
                sources: Vec::new(),
            });
            if resource.sources.last() != Some(id) {
                resource.sources.push(id.clone());
            }
            if resource.identity.unique.is_none() {
                let identity = identity(source, row);
                if !identity.is_unknown() {
                    resource.identity = identity;
                }
            }
        }
    }
    found
}

/// How AWS distinguishes a row's resource from others of its name.
pub(super) fn identity(source: &Source, row: &Row) -> Identity {
    if source.unique_id.is_empty() && source.created.is_none() {
        return Identity::default();
    }
    let data = row.data.read();
    Identity {
        unique: source.unique_id_of(&data),
        created: source.created_of(&data),
        caveat: source.created.as_ref().map(|created| created.caveat.clone()).unwrap_or_default(),
    }
}

/// What a side could see.
struct Looked<'a> {
    places: Places<'a>,
    sources: BTreeSet<&'a SourceId>,
    gaps: BTreeMap<&'a SourceId, Vec<&'a Gap>>,
    regional: BTreeSet<&'a SourceId>,
}

enum Seen {
    /// Every list that would show it was read.
    Whole,
    /// A list that would show it was not.
    Refused(String),
    /// The side did not ask there.
    Elsewhere(Standing),
}

impl<'a> Looked<'a> {
    fn new(catalog: &'a Catalog, side: Side<'a>) -> Self {
        let mut gaps: BTreeMap<&SourceId, Vec<&Gap>> = BTreeMap::new();
        for gap in side.facts.gaps.iter().filter(|gap| gap.item.is_none()) {
            gaps.entry(&gap.source).or_default().push(gap);
        }
        let regional = catalog.sources.values().filter(|source| source.scope == SourceScope::Region);
        Self {
            places: Places::of(side.snapshot),
            sources: side.snapshot.scope.sources.iter().collect(),
            gaps,
            regional: regional.map(|source| &source.id).collect(),
        }
    }

    /// Whether this side would show a resource that the other side, which asked `other`, shows.
    fn sees(&self, resource: &Resource, other: &Places<'_>) -> Seen {
        let (account, region) = (&resource.account, &resource.region);
        match self.places.beside(other, account, region) {
            Standing::Asked => {}
            standing => return Seen::Elsewhere(standing),
        }
        for source in &resource.sources {
            if !self.sources.contains(source) {
                return Seen::Refused(format!("`{source}` was not collected"));
            }
            let here =
                |gap: &&&Gap| gap.account == *account && (!self.regional.contains(source) || gap.region == *region);
            if let Some(gap) = self.gaps.get(source).into_iter().flatten().find(here) {
                return Seen::Refused(format!("{source}: {} ({})", gap.reason.words(), gap.remedy));
            }
        }
        Seen::Whole
    }
}

/// Identities by account and name, for findings of whatever source.
pub(super) fn identities(catalog: &Catalog, facts: &Facts) -> BTreeMap<(AccountId, String), Identity> {
    let known = inventory(catalog, facts).into_iter().filter(|(_, resource)| !resource.identity.is_unknown());
    known.map(|(key, resource)| (key, resource.identity)).collect()
}
