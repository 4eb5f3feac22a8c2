//! How much of the window valid digests cover.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::chain::Chain;
use super::digest::ReadDigest;
use super::problem::{Kind, Problem, at, path};
use super::window::{earlier, later};

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
pub(super) fn cover(chain: &Chain<'_>, digests: &[ReadDigest], status: Option<Status>, known: &[Problem]) -> Cover {
    let (bucket, folders, window) = (chain.bucket(), chain.folders(), &chain.window);
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        digests.iter().filter(|one| one.valid).map(|one| (one.start, one.end)).collect();
    spans.sort();
    let first = digests.iter().filter(|one| !one.is_backfill()).min_by_key(|one| one.end);
    let (begins, ends) = (spans.first().map(|span| span.0), spans.iter().map(|span| span.1).max());
    let (mut from, mut due) = (window.from, window.due);
    let mut untold = None;
    match first {
        Some(first) if first.start > later(from, SLACK) => match (&first.previous, status.and_then(Status::started)) {
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
            Some(status) if status.started().is_some_and(|started| later(started, NEAR) >= due) => {
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
        && stopped <= later(ends, NEAR)
    {
        due = due.min(ends);
    }
    let holes = holes(&spans, from, due.max(from));
    let missing: TimeDelta = holes.iter().map(|(from, until)| *until - *from).sum();
    let explained = |(from, until): &(DateTime<Utc>, DateTime<Utc>)| {
        known
            .iter()
            .filter_map(|problem| problem.time)
            .any(|time| earlier(*from, SLACK) <= time && time <= later(*until, TimeDelta::hours(1)))
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
        if start > later(reached, SLACK) {
            holes.push((reached, start));
        }
        reached = reached.max(end);
    }
    holes
}

fn begun(time: TimeDelta) -> i64 {
    (time.num_seconds() + 3599) / 3600
}
