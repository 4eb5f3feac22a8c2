//! What became of each finding that fails on one of the sides.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Side;
use super::lives::Ages;
use super::resources::Resources;
use super::scope::{Places, Standing};
use super::{FindingChange, FindingChanges};
use crate::model::{AccountId, Age, Catalog, Cause, CheckId, CheckResult, Finding, Lasting, Region, Verdict};

/// Sorts the failing findings of both sides by what became of them.
pub(super) fn findings(
    catalog: &Catalog,
    before: Side<'_>,
    after: Side<'_>,
    resources: &Resources,
    ages: &Ages,
) -> FindingChanges {
    if before.name.snapshot == after.name.snapshot {
        // Nothing comes of a snapshot beside itself; that its findings are open, it says alone.
        return FindingChanges::default();
    }
    let world = Sides {
        old_places: Places::of(before.snapshot),
        new_places: Places::of(after.snapshot),
        before,
        after,
        resources,
        ages,
    };
    let old: BTreeMap<&CheckId, &CheckResult> = before.assessment.checks.iter().map(|one| (&one.id, one)).collect();
    let mut changes = FindingChanges::default();
    for check in &after.assessment.checks {
        if let Some(old) = old.get(&check.id) {
            match Lasting::of(catalog, &check.id) {
                Lasting::State => world.check(old, check, &mut changes),
                Lasting::Event => world.events(old, check, &mut changes),
            }
        }
    }
    let order = |change: &FindingChange| {
        (change.severity, change.since, change.check.clone(), change.account.clone(), change.resource.clone())
    };
    for group in [&mut changes.new, &mut changes.fixed, &mut changes.open, &mut changes.unseen, &mut changes.left] {
        group.sort_by_key(order);
    }
    changes
}

struct Sides<'a> {
    before: Side<'a>,
    after: Side<'a>,
    old_places: Places<'a>,
    new_places: Places<'a>,
    resources: &'a Resources,
    ages: &'a Ages,
}

/// A check's findings by place and name.
struct CheckFindings<'a> {
    check: &'a CheckResult,
    by_name: BTreeMap<(&'a AccountId, &'a Region, &'a str), &'a Finding>,
}

impl<'a> CheckFindings<'a> {
    fn new(check: &'a CheckResult) -> Self {
        let key = |finding: &'a Finding| (&finding.account, &finding.region, finding.resource.as_str());
        Self { check, by_name: check.findings.iter().map(|finding| (key(finding), finding)).collect() }
    }

    fn of(&self, account: &AccountId, region: &Region, resource: &str) -> Option<&'a Finding> {
        self.by_name.get(&(account, region, resource)).copied()
    }

    /// Why nothing can be said of a place: its list was refused, or the check was not judged at all.
    fn blind(&self, account: &AccountId, region: &Region) -> Option<String> {
        let place = self.of(account, region, region.as_str());
        let whole = self.check.findings.iter().find(|one| one.account == *account && one.resource == account.as_str());
        let unknown = |finding: &&Finding| finding.verdict == Verdict::Undetermined;
        let refused = place.filter(unknown).or(whole.filter(unknown)).map(|finding| finding.reason.clone());
        let silent = self.check.findings.is_empty() && self.check.verdict == Verdict::Undetermined;
        refused.or_else(|| silent.then(|| self.check.reason.clone().unwrap_or_default()))
    }

    fn failing(&self) -> impl Iterator<Item = &'a Finding> + '_ {
        self.check.findings.iter().filter(|finding| finding.verdict == Verdict::Fail)
    }
}

/// What became of a finding: where it belongs, why, and the reason in words.
struct Fate {
    group: Group,
    cause: Cause,
    reason: String,
    resource: String,
}

enum Group {
    New,
    Fixed,
    Open,
    Unseen,
    Left,
}

impl<'a> Sides<'a> {
    fn check(&self, old: &'a CheckResult, new: &'a CheckResult, changes: &mut FindingChanges) {
        let (old, new) = (CheckFindings::new(old), CheckFindings::new(new));
        let failed = old.failing().map(|finding| (finding, self.fate(finding, &new)));
        let fails = new.failing().filter_map(|finding| Some((finding, self.origin(finding, &old)?)));
        for (finding, fate) in failed.chain(fails) {
            let change = self.change(new.check, finding, &fate, &new);
            match fate.group {
                Group::New => changes.new.push(change),
                Group::Fixed => changes.fixed.push(change),
                Group::Open => changes.open.push(change),
                Group::Unseen => changes.unseen.push(change),
                Group::Left => changes.left.push(change),
            }
        }
    }

    /// Events that the earlier side does not have are new. Those that only it has happened in its period: they are
    /// neither open nor fixed.
    fn events(&self, old: &'a CheckResult, new: &'a CheckResult, changes: &mut FindingChanges) {
        let (old, new) = (CheckFindings::new(old), CheckFindings::new(new));
        for finding in new.failing() {
            let known = old.of(&finding.account, &finding.region, &finding.resource);
            let known = known.is_some_and(|known| known.verdict == Verdict::Fail);
            let (group, cause) = if known { (Group::Open, Cause::Unchanged) } else { (Group::New, Cause::Happened) };
            let fate = Fate { group, cause, reason: finding.reason.clone(), resource: finding.resource.clone() };
            let change = self.change(new.check, finding, &fate, &new);
            if known { changes.open.push(change) } else { changes.new.push(change) }
        }
        // Of the same period an event cannot be over: one that cannot be read any more is lost from sight.
        let same_period = self.before.name.period == self.after.name.period;
        let gone = old.failing().filter(|one| new.of(&one.account, &one.region, &one.resource).is_none());
        for finding in gone.filter(|_| same_period) {
            if let Some(reason) = new.blind(&finding.account, &finding.region) {
                let (group, cause) = (Group::Unseen, Cause::SightLost);
                let fate = Fate { group, cause, reason, resource: finding.resource.clone() };
                changes.unseen.push(self.change(new.check, finding, &fate, &new));
            }
        }
    }

    /// What became of a finding that failed.
    fn fate(&self, finding: &Finding, new: &CheckFindings<'_>) -> Fate {
        let Finding { account, region, resource, .. } = finding;
        let renamed = self.resources.name_now(account, resource);
        let name = renamed.unwrap_or(resource);
        let fate = |group, cause, reason: String| Fate { group, cause, reason, resource: name.to_owned() };
        if self.resources.was_recreated(account, resource) {
            let reason = "it was deleted; another one of its name was made since".to_owned();
            return fate(Group::Fixed, Cause::Recreated, reason);
        }
        match new.of(account, region, name) {
            Some(now) => match now.verdict {
                Verdict::Fail => {
                    let cause = if renamed.is_some() { Cause::Renamed } else { Cause::Unchanged };
                    let reason = match renamed {
                        Some(_) => format!("renamed from {resource}; {}", now.reason),
                        None => now.reason.clone(),
                    };
                    fate(Group::Open, cause, reason)
                }
                Verdict::Undetermined => fate(Group::Unseen, Cause::SightLost, now.reason.clone()),
                Verdict::Pass | Verdict::NotApplicable => fate(Group::Fixed, Cause::Changed, fixed(now)),
            },
            None => self.vanished(finding, new, &fate),
        }
    }

    /// A finding that failed and of which the later side says nothing.
    fn vanished(
        &self,
        finding: &Finding,
        new: &CheckFindings<'_>,
        fate: &dyn Fn(Group, Cause, String) -> Fate,
    ) -> Fate {
        let Finding { account, region, resource, .. } = finding;
        match self.new_places.beside(&self.old_places, account, region) {
            Standing::AccountMissing => {
                return fate(Group::Left, Cause::AccountLeft, format!("account {account} is asked no more"));
            }
            Standing::RegionMissing => {
                return fate(Group::Left, Cause::RegionLeft, format!("{region} of {account} is asked no more"));
            }
            Standing::Asked => {}
        }
        if let Some(reason) = new.blind(account, region) {
            return fate(Group::Unseen, Cause::SightLost, reason);
        }
        match self.resources.is_there(account, resource) {
            true => fate(Group::Fixed, Cause::NoLongerJudged, "the check does not apply to it any more".to_owned()),
            false => fate(Group::Fixed, Cause::ResourceGone, "it is not there any more".to_owned()),
        }
    }

    /// Where a finding that fails comes from; none when it failed before.
    fn origin(&self, finding: &Finding, old: &CheckFindings<'_>) -> Option<Fate> {
        let Finding { account, region, resource, .. } = finding;
        let name = self.resources.name_before(account, resource).unwrap_or(resource);
        let cause = match old.of(account, region, name) {
            _ if self.resources.was_recreated(account, resource) => Cause::Recreated,
            Some(before) => match before.verdict {
                Verdict::Fail => return None,
                Verdict::Undetermined => Cause::SightGained,
                Verdict::Pass | Verdict::NotApplicable => Cause::Changed,
            },
            None => match self.old_places.beside(&self.new_places, account, region) {
                Standing::AccountMissing => Cause::AccountJoined,
                Standing::RegionMissing => Cause::RegionJoined,
                Standing::Asked if old.blind(account, region).is_some() => Cause::SightGained,
                Standing::Asked if self.resources.was_there(account, name) => Cause::Changed,
                Standing::Asked if self.resources.is_there(account, resource) => Cause::ResourceCame,
                Standing::Asked => Cause::Changed,
            },
        };
        Some(Fate { group: Group::New, cause, reason: finding.reason.clone(), resource: resource.clone() })
    }

    fn change(&self, check: &CheckResult, finding: &Finding, fate: &Fate, new: &CheckFindings<'_>) -> FindingChange {
        let until = self.after.name.time;
        let (since, age) = self.since(check, finding, fate);
        FindingChange {
            check: check.id.clone(),
            severity: check.severity,
            resource: fate.resource.clone(),
            account: finding.account.clone(),
            region: finding.region.clone(),
            cause: fate.cause,
            reason: fate.reason.clone(),
            since,
            age,
            days: (until - since).num_days().max(0),
            exception: self.exception(finding, fate, new),
        }
    }

    fn since(&self, check: &CheckResult, finding: &Finding, fate: &Fate) -> (DateTime<Utc>, Age) {
        let is_new = matches!(fate.group, Group::New);
        let side = if is_new { self.after.name } else { self.before.name };
        let known = self.ages.get(side.snapshot, &check.id, &finding.account, &finding.region, &finding.resource);
        known.unwrap_or(match (is_new, fate.cause) {
            (true, Cause::SightGained | Cause::AccountJoined | Cause::RegionJoined) => (side.time, Age::AtLeast),
            (true, _) => (side.time, Age::Seen),
            (false, _) => (side.time, Age::AtLeast),
        })
    }

    /// The exception that covers it: of the later side, or of the earlier one if it does not fail any more.
    fn exception(&self, finding: &Finding, fate: &Fate, new: &CheckFindings<'_>) -> Option<String> {
        let now = new.of(&finding.account, &finding.region, &fate.resource);
        let of = |side: Side<'_>, finding: &Finding| {
            let exception = side.assessment.exceptions.get(finding.exception?)?;
            Some(format!("until {}, {}: {}", exception.until, exception.approver, exception.reason))
        };
        match fate.group {
            Group::New | Group::Open => now.and_then(|now| of(self.after, now)),
            _ => of(self.before, finding),
        }
    }
}

fn fixed(now: &Finding) -> String {
    match (now.verdict, now.reason.is_empty()) {
        (Verdict::Pass, true) => "it passes".to_owned(),
        (verdict, true) => verdict.words().to_owned(),
        (_, false) => now.reason.clone(),
    }
}
