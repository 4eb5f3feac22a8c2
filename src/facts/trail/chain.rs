//! Digests in a row: does each name the one before it, and do they cover the time?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Deserialize;

use super::digest::{Judged, Previous, path};
use super::{Kind, Problem};
use crate::model::{Sha256, TrailFolders, TrailWindow};

/// Times of neighbours that differ by less are the same.
const SLACK: TimeDelta = TimeDelta::minutes(1);
/// A chain that begins so near to the beginning of logging begins with it.
const NEAR: TimeDelta = TimeDelta::hours(2);

/// Since when a trail records, as GetTrailStatus says.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Status {
    #[serde(default)]
    is_logging: Option<bool>,
    #[serde(default)]
    start_logging_time: Option<f64>,
    #[serde(default)]
    stop_logging_time: Option<f64>,
}

impl Status {
    fn started(self) -> Option<DateTime<Utc>> {
        moment(self.start_logging_time)
    }

    fn stopped(self) -> Option<DateTime<Utc>> {
        if self.is_logging == Some(false) { moment(self.stop_logging_time) } else { None }
    }
}

fn moment(seconds: Option<f64>) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "a time out of range gives none")]
    seconds.and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0))
}

/// The digests that S3 lists, in order: their keys and the ends of their hours.
pub(super) type Listed = BTreeSet<(DateTime<Utc>, String)>;

/// Checks that each digest names the one before it, and that this is the one that is there.
pub(super) fn links(
    (bucket, folders): (&str, &TrailFolders),
    window: &TrailWindow,
    listed: &Listed,
    judged: &[Judged],
) -> Vec<Problem> {
    let keys: BTreeSet<&str> = listed.iter().map(|(_, key)| key.as_str()).collect();
    let read: BTreeMap<&str, &Judged> = judged.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut problems = Vec::new();
    let mut named = BTreeSet::new();
    for one in judged.iter().filter(|one| one.valid) {
        let Some(previous) = &one.previous else { continue };
        named.insert(previous.key.as_str());
        let ours = previous.bucket == bucket;
        let end = folders.digest_time(&previous.key).filter(|end| ours && window.has_digest(*end));
        match (read.get(previous.key.as_str()).filter(|_| ours), end) {
            (Some(before), _) if before.valid => problems.extend(broken(bucket, one, previous, before)),
            // What is wrong with that one is said of it.
            (Some(_), _) | (None, None) => {}
            (None, Some(_)) if keys.contains(previous.key.as_str()) => {}
            (None, Some(end)) if !one.is_backfill() => problems.push(Problem {
                kind: Kind::DigestMissing,
                path: path(bucket, &previous.key),
                message: format!("the digest of {} names it, and it is not there", at(one.end)),
                time: Some(end),
            }),
            (None, Some(_)) => {}
        }
    }
    let standard = judged.iter().filter(|one| one.valid && !one.is_backfill());
    let nameless = standard.clone().zip(standard.skip(1)).filter(|(one, _)| !named.contains(one.key.as_str()));
    // Where the digest that it names is missing or wrong, that is said already.
    let names_another = |next: &Judged| {
        let previous = next.previous.as_ref().and_then(|previous| read.get(previous.key.as_str()));
        previous.is_some_and(|previous| previous.valid)
    };
    problems.extend(nameless.filter(|(_, next)| names_another(next)).map(|(one, next)| Problem {
        kind: Kind::DigestLinkBroken,
        path: path(bucket, &next.key),
        message: format!("it does not name the digest before it, {}", path(bucket, &one.key)),
        time: Some(next.end),
    }));
    problems
}

/// What a digest says of the one before it, against that one. Its signature stands for its content; the hash beside it
/// is compared when it is one: a published sample of AWS's has 63 digits.
fn broken(bucket: &str, one: &Judged, previous: &Previous, before: &Judged) -> Option<Problem> {
    let other_signature =
        !previous.signature.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(&before.signature));
    let other_hash = previous.hash.as_deref().and_then(Sha256::parse).is_some_and(|hash| hash != before.sha256);
    let what = match (other_signature, other_hash) {
        (true, _) => "signature",
        (false, true) => "hash",
        (false, false) => return None,
    };
    Some(Problem {
        kind: Kind::DigestLinkBroken,
        path: path(bucket, &one.key),
        message: format!("it names another {what} than the digest before it has, {}", path(bucket, &before.key)),
        time: Some(one.end),
    })
}

/// How much of the window valid digests cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cover {
    /// Hours with a valid digest.
    pub(super) covered: i64,
    /// Hours, begun ones too, that ought to have one and have none.
    pub(super) missing: i64,
    /// The last hours, whose digests are still to come.
    pub(super) pending: i64,
    /// Hours in which the trail did not record, as AWS says.
    pub(super) not_logging: i64,
    /// Where the first valid digest begins.
    pub(super) begins: Option<DateTime<Utc>>,
    /// Where the last valid one ends.
    pub(super) ends: Option<DateTime<Utc>>,
    /// Why the first hours of the window are not known.
    pub(super) untold: Option<String>,
    /// Times that nothing else explains.
    pub(super) problems: Vec<Problem>,
}

/// Lays the valid digests over the window. `known`: the problems found so far, whose times need no second one.
pub(super) fn cover(
    (bucket, folders): (&str, &TrailFolders),
    window: &TrailWindow,
    judged: &[Judged],
    status: Option<Status>,
    known: &[Problem],
) -> Cover {
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        judged.iter().filter(|one| one.valid).map(|one| (one.start, one.end)).collect();
    spans.sort();
    let first = judged.iter().filter(|one| !one.is_backfill()).min_by_key(|one| one.end);
    let (begins, ends) = (spans.first().map(|span| span.0), spans.iter().map(|span| span.1).max());
    let (mut from, mut due) = (window.from, window.due);
    let mut untold = None;
    match first {
        Some(first) if first.start > from + SLACK => match (&first.previous, status.and_then(Status::started)) {
            (None, Some(started)) if (first.start - started).abs() <= NEAR => from = first.start.min(due),
            (None, _) => untold = Some(format!("the chain of digests begins at {}", at(first.start))),
            (Some(previous), _) if previous.bucket != bucket || folders.digest_time(&previous.key).is_none() => {
                let there = path(&previous.bucket, &previous.key);
                untold = Some(format!("the chain of digests goes on at {there}, where the trail does not deliver now"));
            }
            (Some(_), _) => {}
        },
        Some(_) => {}
        None => match status {
            Some(status) if status.started().is_some_and(|started| started + NEAR >= due) => {
                untold = Some(
                    "there is no digest yet: the trail began to record when the window was nearly over".to_owned(),
                );
            }
            Some(status) if status.stopped().is_some_and(|stopped| stopped <= from) => {
                untold = Some("there is no digest: the trail did not record".to_owned());
            }
            Some(_) => {}
            None => untold = Some("there is no digest, and since when the trail records could not be read".to_owned()),
        },
    }
    if let Some(stopped) = status.and_then(Status::stopped)
        && let Some(ends) = ends
        && stopped <= ends + NEAR
    {
        due = due.min(ends);
    }
    let holes = holes(&spans, from, due.max(from));
    let missing: TimeDelta = holes.iter().map(|(from, until)| *until - *from).sum();
    let explained = |(from, until): &(DateTime<Utc>, DateTime<Utc>)| {
        known
            .iter()
            .filter_map(|problem| problem.time)
            .any(|time| *from - SLACK <= time && time <= *until + TimeDelta::hours(1))
    };
    let problems = if untold.is_some() && first.is_none() { Vec::new() } else { holes.clone() };
    let told = |hole: &(DateTime<Utc>, DateTime<Utc>)| untold.is_some() && hole.0 == from;
    let problems = problems.into_iter().filter(|hole| !explained(hole) && !told(hole)).map(|(from, until)| Problem {
        kind: Kind::DigestMissing,
        path: path(bucket, &folders.digests),
        message: format!("no valid digest covers {} to {}", at(from), at(until)),
        time: Some(until),
    });
    let told: TimeDelta = holes.iter().filter(|hole| told(hole)).map(|(from, until)| *until - *from).sum();
    let covered = (due - from).max(TimeDelta::zero()) - missing;
    Cover {
        covered: covered.num_hours(),
        missing: begun(missing - told),
        pending: begun(window.until - window.due),
        not_logging: ((from - window.from) + (window.due - due)).num_hours(),
        begins,
        ends,
        problems: problems.collect(),
        untold,
    }
}

/// What spans leave open between two times.
fn holes(
    spans: &[(DateTime<Utc>, DateTime<Utc>)],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let (mut holes, mut reached) = (Vec::new(), from);
    for (start, end) in spans.iter().copied().chain([(until, until)]) {
        let start = start.min(until);
        if start > reached + SLACK {
            holes.push((reached, start));
        }
        reached = reached.max(end);
    }
    holes
}

fn begun(time: TimeDelta) -> i64 {
    (time.num_seconds() + 3599) / 3600
}

/// A time as reports write it.
pub(super) fn at(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
