//! Where each side looked, and what it could read there.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::{CoverageChange, Coverages, Membership, ScopeChange, ScopeKind};
use crate::model::{AccountId, Assessment, Gap, GapReason, Region, Remedy, Snapshot, SourceId};

type Asked<'a> = (&'a SourceId, &'a AccountId, &'a Region);

/// What can be read on one side only, and what joined or left the scope.
pub(super) fn coverage(before: Side<'_>, after: Side<'_>) -> Coverages {
    let (old, new) = (gaps(before.assessment), gaps(after.assessment));
    Coverages {
        lost: only(&new, &old, after.snapshot, before.snapshot),
        gained: only(&old, &new, before.snapshot, after.snapshot),
        scope: scope(before.snapshot, after.snapshot),
    }
}

fn gaps(assessment: &Assessment) -> BTreeMap<Asked<'_>, Vec<&Gap>> {
    let mut places: BTreeMap<Asked<'_>, Vec<&Gap>> = BTreeMap::new();
    for gap in &assessment.gaps {
        places.entry((&gap.source, &gap.account, &gap.region)).or_default().push(gap);
    }
    places
}

/// Places with gaps here, and none on the other side, which asked there too.
fn only(
    here: &BTreeMap<Asked<'_>, Vec<&Gap>>,
    there: &BTreeMap<Asked<'_>, Vec<&Gap>>,
    own: &Snapshot,
    other: &Snapshot,
) -> Vec<CoverageChange> {
    let (own, places) = (Places::of(own), Places::of(other));
    let asked = |(source, account, region): &Asked<'_>| {
        other.scope.sources.contains(source) && places.beside(&own, account, region) == Standing::Asked
    };
    let mut changes = Vec::new();
    for (place, gaps) in here.iter().filter(|(place, _)| !there.contains_key(*place) && asked(place)) {
        let mut kinds: BTreeMap<(GapReason, &Remedy), usize> = BTreeMap::new();
        for gap in gaps {
            *kinds.entry((gap.reason, &gap.remedy)).or_default() += 1;
        }
        let (source, account, region) = *place;
        changes.extend(kinds.into_iter().map(|((reason, action), calls)| CoverageChange {
            source: source.clone(),
            account: account.clone(),
            region: region.clone(),
            reason,
            action: action.to_string(),
            calls,
        }));
    }
    changes
}

fn scope(before: &Snapshot, after: &Snapshot) -> Vec<ScopeChange> {
    let names = |snapshot: &Snapshot| {
        let mut names = BTreeSet::new();
        for account in &snapshot.scope.accounts {
            names.insert((ScopeKind::Account, account.id.to_string()));
            names.extend(account.regions.iter().map(|region| (ScopeKind::Region, format!("{} {region}", account.id))));
        }
        names.extend(snapshot.scope.sources.iter().map(|source| (ScopeKind::Source, source.to_string())));
        names
    };
    let (old, new) = (names(before), names(after));
    let change = |change, (kind, name): &(ScopeKind, String)| ScopeChange { change, kind: *kind, name: name.clone() };
    // Of an account that is new on a side as a whole, its regions say nothing more.
    let whole = |names: &BTreeSet<(ScopeKind, String)>, (kind, name): &(ScopeKind, String)| {
        let account = name.split(' ').next().unwrap_or_default();
        *kind != ScopeKind::Region || names.contains(&(ScopeKind::Account, account.to_owned()))
    };
    let joined = new.difference(&old).filter(|name| whole(&old, name)).map(|name| change(Membership::Joined, name));
    let left = old.difference(&new).filter(|name| whole(&new, name)).map(|name| change(Membership::Left, name));
    joined.chain(left).collect()
}

/// The accounts that a side asked, and their regions.
pub(super) struct Places<'a>(BTreeMap<&'a AccountId, BTreeSet<&'a Region>>);

/// Whether a side asked somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It did, or the place is not a region of the account (`global`).
    Asked,
    /// Not the account.
    AccountMissing,
    /// The account, not the region.
    RegionMissing,
}

impl<'a> Places<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let accounts = snapshot.scope.accounts.iter();
        Self(accounts.map(|account| (&account.id, account.regions.iter().collect())).collect())
    }

    fn standing(&self, account: &AccountId, region: &Region) -> Standing {
        match self.0.get(account) {
            None => Standing::AccountMissing,
            // Global answers come from a region that need not be one of the scope.
            Some(regions) if regions.contains(region) => Standing::Asked,
            Some(_) => Standing::RegionMissing,
        }
    }

    /// Whether a place is asked here, given that the other side asked it.
    pub(super) fn beside(&self, other: &Self, account: &AccountId, region: &Region) -> Standing {
        match self.standing(account, region) {
            Standing::RegionMissing if other.standing(account, region) != Standing::Asked => Standing::Asked,
            standing => standing,
        }
    }
}
