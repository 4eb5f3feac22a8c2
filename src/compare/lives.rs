//! The lives of failing findings over all snapshots: since when each fails, and when it was seen not to any more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::{
    AccountId, Age, CheckId, CheckRecord, FindingRecord, Identity, Judgement, Lasting, Region, Severity, SnapshotId,
    Verdict,
};

/// A finding from the first snapshot in which it fails to the one in which it is seen not to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The check.
    pub check: CheckId,
    /// Its severity.
    pub severity: Severity,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The resource, as it was called last.
    pub resource: String,
    /// How AWS distinguishes it from others of its name.
    pub identity: Identity,
    /// The time of the first snapshot in which it fails.
    pub since: DateTime<Utc>,
    /// Whether it may be older.
    pub age: Age,
    /// The time of the last snapshot in which it was seen to fail.
    pub seen: DateTime<Utc>,
    /// How it ended, if it did.
    pub end: Option<End>,
}

/// The end of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The time of the snapshot that shows it.
    pub time: DateTime<Utc>,
    /// What it shows.
    pub how: Ended,
}

/// What ended a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It does not fail any more, or its resource is gone, and what would show it was read.
    Fixed,
    /// Its account or region is no longer asked: it does not count as fixed.
    Left,
    /// It was an event, which the next snapshot's period does not ask for.
    Past,
}

/// Follows the findings through judgements, oldest first.
pub fn lives(judgements: &[&Judgement]) -> Vec<Life> {
    let mut lives = Vec::new();
    let mut open: Vec<Life> = Vec::new();
    let mut before: Option<&Judgement> = None;
    for judgement in judgements {
        let (still, ended) = step(open, before, judgement);
        open = still;
        lives.extend(ended);
        before = Some(judgement);
    }
    lives.extend(open);
    lives
}

/// One snapshot further: the findings that fail or may fail, and those that ended.
fn step(open: Vec<Life>, before: Option<&Judgement>, now: &Judgement) -> (Vec<Life>, Vec<Life>) {
    let mut by_check: BTreeMap<CheckId, Vec<Life>> = BTreeMap::new();
    for life in open {
        by_check.entry(life.check.clone()).or_default().push(life);
    }
    let (mut still, mut ended) = (Vec::new(), Vec::new());
    for (id, record) in &now.checks {
        let lives = by_check.remove(id).unwrap_or_default();
        let mut failing = Failing::new(record, &lives);
        for life in lives {
            match go_on(&life, &mut failing, record, before, now) {
                Next::Fails(finding) => still.push(Life {
                    resource: finding.resource.clone(),
                    identity: finding.identity.clone(),
                    seen: now.time,
                    ..life
                }),
                Next::Unknown => still.push(life),
                Next::Ended(how) => ended.push(Life { end: Some(End { time: now.time, how }), ..life }),
            }
        }
        let old = before.and_then(|before| before.checks.get(id));
        still.extend(failing.rest().map(|finding| born(id, record, finding, old, before, now)));
    }
    // A check that this judgement does not know says nothing of its findings.
    still.extend(by_check.into_values().flatten());
    (still, ended)
}

/// A resource's place and name.
type Name<'a> = (&'a AccountId, &'a Region, &'a str);

/// The findings of a check that fail now, each taken by the life that it continues.
struct Failing<'a> {
    by_name: BTreeMap<Name<'a>, &'a FindingRecord>,
    /// By AWS's own id, those whose name no finding had before: only these can be renamed ones.
    by_id: BTreeMap<Name<'a>, &'a FindingRecord>,
}

fn name(finding: &FindingRecord) -> Name<'_> {
    (&finding.account, &finding.region, finding.resource.as_str())
}

impl<'a> Failing<'a> {
    fn new(record: &'a CheckRecord, lives: &[Life]) -> Self {
        let taken: BTreeSet<Name<'_>> =
            lives.iter().map(|life| (&life.account, &life.region, life.resource.as_str())).collect();
        let mut failing = Self { by_name: BTreeMap::new(), by_id: BTreeMap::new() };
        for finding in record.open.iter().filter(|finding| finding.verdict == Verdict::Fail) {
            failing.by_name.insert(name(finding), finding);
            if let (Some(id), false) = (&finding.identity.unique, taken.contains(&name(finding))) {
                failing.by_id.insert((&finding.account, &finding.region, id), finding);
            }
        }
        failing
    }

    /// Takes the finding that continues a life: of the same name and not another thing, or the same thing by another name.
    fn take(&mut self, life: &Life) -> Option<&'a FindingRecord> {
        let found = self.same(life).or_else(|| self.renamed(life))?;
        self.by_name.remove(&name(found))
    }

    fn same(&self, life: &Life) -> Option<&'a FindingRecord> {
        let found = self.by_name.get(&(&life.account, &life.region, life.resource.as_str())).copied();
        found.filter(|finding| !life.identity.contradicts(&finding.identity))
    }

    fn renamed(&self, life: &Life) -> Option<&'a FindingRecord> {
        let id = life.identity.unique.as_deref()?;
        let found = self.by_id.get(&(&life.account, &life.region, id)).copied()?;
        self.by_name.contains_key(&name(found)).then_some(found)
    }

    /// Those that continue no life.
    fn rest(self) -> impl Iterator<Item = &'a FindingRecord> {
        self.by_name.into_values()
    }
}

enum Next<'a> {
    Fails(&'a FindingRecord),
    Unknown,
    Ended(Ended),
}

/// What becomes of a finding in the next snapshot.
fn go_on<'a>(
    life: &Life,
    failing: &mut Failing<'a>,
    record: &CheckRecord,
    before: Option<&Judgement>,
    now: &Judgement,
) -> Next<'a> {
    if let Some(finding) = failing.take(life) {
        return Next::Fails(finding);
    }
    let same_period = before.is_some_and(|before| before.period == now.period);
    let unread = same_period && blind(record, &life.account, &life.region, &life.resource);
    if record.lasting == Lasting::Event && !unread {
        return Next::Ended(Ended::Past);
    }
    if left(life, before, now) {
        return Next::Ended(Ended::Left);
    }
    match blind(record, &life.account, &life.region, &life.resource) {
        true => Next::Unknown,
        false => Next::Ended(Ended::Fixed),
    }
}

/// Whether a check's record cannot say whether a resource fails.
fn blind(record: &CheckRecord, account: &AccountId, region: &Region, resource: &str) -> bool {
    let silent = record.verdict == Verdict::Undetermined && record.open.is_empty();
    let covers = |finding: &FindingRecord| {
        let whole_region = finding.region == *region && finding.resource == region.as_str();
        let itself = finding.region == *region && finding.resource == resource;
        finding.verdict == Verdict::Undetermined
            && finding.account == *account
            && (finding.resource == account.as_str() || whole_region || itself)
    };
    silent || record.open.iter().any(covers)
}

/// Whether the account is asked no more, or the region that was.
fn left(life: &Life, before: Option<&Judgement>, now: &Judgement) -> bool {
    let Some(regions) = now.places.get(&life.account) else { return true };
    let was = before.and_then(|before| before.places.get(&life.account));
    was.is_some_and(|was| was.contains(&life.region)) && !regions.contains(&life.region)
}

fn born(
    id: &CheckId,
    record: &CheckRecord,
    finding: &FindingRecord,
    old: Option<&CheckRecord>,
    before: Option<&Judgement>,
    now: &Judgement,
) -> Life {
    let FindingRecord { account, region, resource, identity, .. } = finding;
    let asked = before.and_then(|before| before.places.get(account)).is_some_and(|regions| {
        // Global answers come from a region that need not be one of the scope.
        let known_here = now.places.get(account).is_some_and(|regions| regions.contains(region));
        regions.contains(region) || !known_here
    });
    let seen = asked && old.is_some_and(|old| !blind(old, account, region, resource));
    let seen = seen || record.lasting == Lasting::Event;
    Life {
        check: id.clone(),
        severity: record.severity,
        account: account.clone(),
        region: region.clone(),
        resource: resource.clone(),
        identity: identity.clone(),
        since: now.time,
        age: if seen { Age::Seen } else { Age::AtLeast },
        seen: now.time,
        end: None,
    }
}

/// Since when findings fail, as snapshots of interest name them.
#[derive(Debug, Clone, Default)]
pub struct Ages(BTreeMap<Named, (DateTime<Utc>, Age)>);

type Named = (SnapshotId, CheckId, AccountId, Region, String);

impl Ages {
    /// What the history up to each of the wanted snapshots says; judgements are given oldest first.
    pub fn new(judgements: &[&Judgement], wanted: &[SnapshotId]) -> Self {
        let mut ages = BTreeMap::new();
        for (index, judgement) in judgements.iter().enumerate().filter(|(_, one)| wanted.contains(&one.snapshot)) {
            let history = judgements.get(..=index).unwrap_or_default();
            for life in lives(history).into_iter().filter(|life| life.end.is_none()) {
                let key = (judgement.snapshot, life.check, life.account, life.region, life.resource);
                ages.insert(key, (life.since, life.age));
            }
        }
        Self(ages)
    }

    /// Since when a finding fails that a snapshot has.
    pub fn get(
        &self,
        snapshot: SnapshotId,
        check: &CheckId,
        account: &AccountId,
        region: &Region,
        resource: &str,
    ) -> Option<(DateTime<Utc>, Age)> {
        let key = (snapshot, check.clone(), account.clone(), region.clone(), resource.to_owned());
        self.0.get(&key).copied()
    }
}
