//! Readiness over all snapshots.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::lives::{Ended, Life, lives};
use crate::model::{
    Age, ByWord, FixTimes, Freshness, Judged, Judgement, Keeping, OpenFinding, Period, PeriodCoverage, Point, Severity,
    Sha256, Sight, SourceId, StaleSource, Steadiness, Trend,
};

const FORMAT: u32 = 1;
const SECONDS_A_DAY: f64 = 86_400.0;

/// A judged snapshot of the history.
pub type Entry<'a> = (&'a Judgement, Keeping);

/// The history of a vault, oldest snapshot first; none of no snapshots. `current` is the audit period of today.
pub fn trend(
    organization: &str,
    entries: &[Entry<'_>],
    yardstick: Sha256,
    current: Period,
    now: DateTime<Utc>,
) -> Option<Trend> {
    let newest = entries.last()?.0;
    let judgements: Vec<&Judgement> = entries.iter().map(|(judgement, _)| *judgement).collect();
    let lives = lives(&judgements);
    Some(Trend {
        format: FORMAT,
        organization: organization.to_owned(),
        now,
        yardstick,
        points: points(entries, yardstick, &lives),
        open: open(&lives, now),
        fixes: fixes(&lives, now),
        freshness: freshness(&judgements, newest, now),
        periods: periods(&judgements, current, now),
    })
}

fn points(entries: &[Entry<'_>], yardstick: Sha256, lives: &[Life]) -> Vec<Point> {
    let mut before: Option<&Judgement> = None;
    let mut points = Vec::new();
    for (judgement, keeping) in entries {
        let totals = &judgement.totals;
        let born = |life: &&Life| life.since == judgement.time && before.is_some();
        let ended = |life: &&Life| life.end.is_some_and(|end| end.time == judgement.time && end.how == Ended::Fixed);
        points.push(Point {
            snapshot: judgement.snapshot,
            time: judgement.time,
            period: judgement.period,
            judged: if judgement.yardstick == yardstick { Judged::Today } else { Judged::Then },
            evidence: *keeping,
            definitions: steadiness(before, judgement),
            frameworks: totals.frameworks.clone(),
            checks: totals.checks.clone(),
            failing: totals.failing.clone(),
            new: lives.iter().filter(born).count(),
            fixed: lives.iter().filter(ended).count(),
            gaps: totals.gaps.values().sum(),
        });
        before = Some(judgement);
    }
    points
}

fn steadiness(before: Option<&Judgement>, now: &Judgement) -> Steadiness {
    match before.map(|before| (before.collected_by, now.collected_by)) {
        None => Steadiness::Same,
        Some((Some(old), Some(new))) if old == new => Steadiness::Same,
        Some((Some(_), Some(_))) => Steadiness::Changed,
        Some(_) => Steadiness::Unknown,
    }
}

fn open(lives: &[Life], now: DateTime<Utc>) -> Vec<OpenFinding> {
    let finding = |life: &Life| OpenFinding {
        check: life.check.clone(),
        severity: life.severity,
        resource: life.resource.clone(),
        account: life.account.clone(),
        region: life.region.clone(),
        since: life.since,
        age: life.age,
        days: days(life.since, now),
        seen: life.seen,
    };
    let mut open: Vec<OpenFinding> = lives.iter().filter(|life| life.end.is_none()).map(finding).collect();
    open.sort_by(|a, b| {
        (a.since, a.severity, &a.check, &a.account, &a.resource).cmp(&(
            b.since,
            b.severity,
            &b.check,
            &b.account,
            &b.resource,
        ))
    });
    open
}

fn days(since: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (now - since).num_days().max(0)
}

fn fixes(lives: &[Life], now: DateTime<Utc>) -> ByWord<Severity, FixTimes> {
    let of = |severity: Severity| {
        let own = || lives.iter().filter(move |life| life.severity == severity);
        let fixed = || own().filter_map(|life| Some((life, life.end.filter(|end| end.how == Ended::Fixed)?)));
        // How long it took is not known of what was there already in the first snapshot.
        let measured: Vec<Duration> =
            fixed().filter(|(life, _)| life.age == Age::Seen).map(|(life, end)| end.time - life.since).collect();
        let open: Vec<&Life> = own().filter(|life| life.end.is_none()).collect();
        let sum: f64 = measured.iter().map(|time| time.num_seconds() as f64 / SECONDS_A_DAY).sum();
        FixTimes {
            fixed: fixed().count(),
            mean_days: (!measured.is_empty()).then(|| tenths(sum / measured.len() as f64)),
            measured: measured.len(),
            open: open.len(),
            oldest_days: open.iter().map(|life| days(life.since, now)).max(),
        }
    };
    ByWord::with(of)
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn freshness(judgements: &[&Judgement], newest: &Judgement, now: DateTime<Utc>) -> Freshness {
    let whole = |source: &SourceId| {
        let whole = |judgement: &&&Judgement| judgement.sources.get(source) == Some(&Sight::Whole);
        judgements.iter().rev().find(whole).map(|judgement| judgement.time)
    };
    let stale = newest.sources.iter().filter(|(_, sight)| **sight != Sight::Whole);
    Freshness {
        newest: newest.time,
        days: days(newest.time, now),
        stale: stale
            .map(|(source, sight)| StaleSource { source: source.clone(), sight: *sight, whole: whole(source) })
            .collect(),
        sources: newest.sources.len(),
    }
}

/// Each period that a snapshot was collected for, and today's.
fn periods(judgements: &[&Judgement], current: Period, now: DateTime<Utc>) -> Vec<PeriodCoverage> {
    let mut periods: Vec<Period> = judgements.iter().map(|judgement| judgement.period).collect();
    if current.start <= now.date_naive() {
        periods.push(current);
    }
    periods.sort_by_key(|period| (period.start, period.end));
    periods.dedup();
    let taken: Vec<NaiveDate> = judgements.iter().map(|judgement| judgement.time.date_naive()).collect();
    periods.into_iter().map(|period| coverage(period, &taken, now.date_naive())).collect()
}

fn coverage(period: Period, taken: &[NaiveDate], today: NaiveDate) -> PeriodCoverage {
    let length = (period.end - period.start).num_days() + 1;
    // A quarter of 90 days has thirteen weeks, the last one a day short; one of 92 has a longer last week.
    let weeks = usize::try_from((length + 3) / 7).unwrap_or_default().max(1);
    let (mut begun, mut covered, mut missing) = (0, 0, Vec::new());
    for week in 0..weeks {
        let Some(first) = period.start.checked_add_days(Days::new(7 * week as u64)) else { continue };
        let last = match week + 1 == weeks {
            true => period.end,
            false => first.checked_add_days(Days::new(6)).unwrap_or(period.end),
        };
        if first > today {
            continue;
        }
        begun += 1;
        match taken.iter().any(|day| (first..=last).contains(day)) {
            true => covered += 1,
            false => missing.push(first),
        }
    }
    PeriodCoverage { period, weeks, begun, covered, missing }
}
