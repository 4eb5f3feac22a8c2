//! The end of a pack's history, held against the evidence. What is earlier rests on snapshots that are not in the pack.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use super::differing::differing;
use crate::bundle::{self, PackReadError};
use crate::case::{Case, CaseError, Holdings as _, Packed};
use crate::model::{
    AccountId, Assessment, ByWord, CheckId, Finding, FrameworkId, FrameworkTotals, OpenFinding, Period, Region,
    Responsibility, Severity, Snapshot, SnapshotId, Status, Totals, Trend, Verdict, Words,
};
use chrono::{DateTime, Utc};

/// What the last point and the open findings say otherwise than the evidence; nothing of a pack without a history.
pub(super) fn differences(again: &Case<Packed>) -> Result<Vec<String>, CaseError> {
    let Case { holdings, assessment, .. } = again;
    let bytes = match holdings.pack.read(bundle::HISTORY) {
        Ok(bytes) => bytes,
        Err(PackReadError::Missing(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    Ok(match serde_json::from_slice::<Trend>(&bytes) {
        Ok(trend) => differing(&claimed(&trend), &shown(holdings.snapshot(), assessment)),
        Err(error) => vec![format!("{} is not a history: {error}", bundle::HISTORY)],
    })
}

/// What a history's end says something about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum About<'a> {
    Organization,
    Now,
    Newest,
    Snapshot,
    Time,
    Period,
    Requirements(&'a FrameworkId),
    Excluded(&'a FrameworkId),
    Status(&'a FrameworkId, Status),
    Part(&'a FrameworkId, Responsibility, Status),
    Checks(Verdict),
    Failing(Severity),
    Gaps,
    Open { check: &'a CheckId, resource: &'a str, account: &'a AccountId, region: &'a Region },
}

impl Display for About<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("history's last point, ")?;
        match self {
            Self::Organization => f.write_str("organization"),
            Self::Now => f.write_str("now"),
            Self::Newest => f.write_str("newest"),
            Self::Snapshot => f.write_str("snapshot"),
            Self::Time => f.write_str("time"),
            Self::Period => f.write_str("period"),
            Self::Requirements(id) => write!(f, "{id} requirements"),
            Self::Excluded(id) => write!(f, "{id} requirements that do not apply"),
            Self::Status(id, status) => write!(f, "{id} {}", status.words()),
            Self::Part(id, owner, status) => write!(f, "{id} {} {}", owner.words(), status.words()),
            Self::Checks(verdict) => write!(f, "checks {}", verdict.words()),
            Self::Failing(severity) => write!(f, "failing {}", severity.words()),
            Self::Gaps => f.write_str("gaps"),
            Self::Open { check, resource, account, region } => {
                write!(f, "open {check} of {resource} in {account} {region}")
            }
        }
    }
}

/// What it says.
#[derive(PartialEq, Eq)]
enum Value<'a> {
    Text(&'a str),
    Time(DateTime<Utc>),
    Period(Period),
    Snapshot(SnapshotId),
    Count(usize),
    Severity(Severity),
}

impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Time(time) => time.fmt(f),
            Self::Period(period) => write!(f, "{} to {}", period.start, period.end),
            Self::Snapshot(id) => id.fmt(f),
            Self::Count(count) => count.fmt(f),
            Self::Severity(severity) => f.write_str(severity.words()),
        }
    }
}

/// A history's end.
struct End<'a>(BTreeMap<About<'a>, Value<'a>>);

impl<'a> End<'a> {
    fn counts<K: Words>(&mut self, about: impl Fn(K) -> About<'a>, counts: &ByWord<K>) {
        self.0.extend(counts.iter().map(|(word, count)| (about(word), Value::Count(*count))));
    }

    fn totals(
        &mut self,
        frameworks: &'a BTreeMap<FrameworkId, FrameworkTotals>,
        checks: &ByWord<Verdict>,
        failing: &ByWord<Severity>,
        gaps: usize,
    ) {
        for (id, FrameworkTotals { requirements, excluded, status, responsibility }) in frameworks {
            self.0.insert(About::Requirements(id), Value::Count(*requirements));
            self.0.insert(About::Excluded(id), Value::Count(*excluded));
            self.counts(|status| About::Status(id, status), status);
            responsibility
                .iter()
                .for_each(|(owner, counts)| self.counts(|status| About::Part(id, owner, status), counts));
        }
        self.counts(About::Checks, checks);
        self.counts(About::Failing, failing);
        self.0.insert(About::Gaps, Value::Count(gaps));
    }
}

fn claimed(trend: &Trend) -> BTreeMap<About<'_>, Value<'_>> {
    let mut end = End(BTreeMap::from([
        (About::Organization, Value::Text(&trend.organization)),
        (About::Now, Value::Time(trend.now)),
        (About::Newest, Value::Time(trend.freshness.newest)),
    ]));
    let Some(last) = trend.points.last() else { return end.0 };
    end.0.extend([
        (About::Snapshot, Value::Snapshot(last.snapshot)),
        (About::Time, Value::Time(last.time)),
        (About::Period, Value::Period(last.period)),
    ]);
    end.totals(&last.frameworks, &last.checks, &last.failing, last.gaps);
    // What is no longer visible is open by what an earlier snapshot shows.
    for one in trend.open.iter().filter(|one| one.seen >= last.time) {
        let OpenFinding { check, resource, account, region, severity, .. } = one;
        end.0.insert(About::Open { check, resource, account, region }, Value::Severity(*severity));
    }
    end.0
}

fn shown<'a>(snapshot: &'a Snapshot, again: &'a Assessment) -> BTreeMap<About<'a>, Value<'a>> {
    let mut end = End(BTreeMap::from([
        (About::Organization, Value::Text(&snapshot.organization)),
        (About::Now, Value::Time(snapshot.time)),
        (About::Newest, Value::Time(snapshot.time)),
        (About::Snapshot, Value::Snapshot(again.snapshot)),
        (About::Time, Value::Time(snapshot.time)),
        (About::Period, Value::Period(snapshot.period)),
    ]));
    let Totals { checks, failing, frameworks, gaps, .. } = &again.totals;
    end.totals(frameworks, checks, failing, gaps.values().sum());
    for check in &again.checks {
        for one in check.findings.iter().filter(|finding| finding.verdict == Verdict::Fail) {
            let Finding { resource, account, region, .. } = one;
            end.0.insert(About::Open { check: &check.id, resource, account, region }, Value::Severity(check.severity));
        }
    }
    end.0
}
