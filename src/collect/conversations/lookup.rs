//! What LookupEvents can be asked for, and how fast.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tokio::time::Instant;

use crate::collect::AccountContext;
use crate::model::{Period, Remedy};

/// LookupEvents keeps the events of this many days.
const KEPT: TimeDelta = TimeDelta::days(90);

/// LookupEvents answers two calls a second for an account and region, to all callers together.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>
const INTERVAL: Duration = Duration::from_millis(500);

/// A period, clamped to what CloudTrail can still tell at some time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// From the first moment to the last second, both asked for; `None` when nothing of the period is kept.
    pub(super) asked: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What is left of the period.
    pub(super) uncovered: Vec<Uncovered>,
}

/// A part of the period without events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uncovered {
    /// From the first time until the second: older than what CloudTrail keeps.
    Forgotten(DateTime<Utc>, DateTime<Utc>),
    /// From the first time until the second: not yet over when the snapshot was made.
    Future(DateTime<Utc>, DateTime<Utc>),
}

impl Window {
    /// Clamps a period to the 90 days before `now`, which is the snapshot's time.
    pub(super) fn of(period: Period, now: DateTime<Utc>) -> Self {
        let (start, end) = (period.start_time(), period.end_time());
        let kept = now - KEPT;
        let (from, until) = (start.max(kept), end.min(now));
        let mut uncovered = Vec::new();
        if start < kept {
            uncovered.push(Uncovered::Forgotten(start, kept.min(end)));
        }
        if now < end {
            uncovered.push(Uncovered::Future(now.max(start), end));
        }
        // LookupEvents counts in whole seconds and includes both ends.
        let asked = (from < until).then(|| (from, until - TimeDelta::seconds(1))).filter(|(from, last)| from <= last);
        Self { asked, uncovered }
    }
}

impl Uncovered {
    /// What closes it.
    pub(super) fn remedy(self) -> Remedy {
        match self {
            Self::Forgotten(..) => Remedy::LogFiles,
            Self::Future(_, end) => Remedy::CollectAgain { after: Some(minute(end)) },
        }
    }

    /// One sentence for people.
    pub(super) fn message(self) -> String {
        match self {
            Self::Forgotten(from, until) => format!(
                "LookupEvents keeps 90 days: {} to {} can only be read from the trail's log files",
                minute(from),
                minute(until)
            ),
            Self::Future(from, until) => {
                format!("the period was not over: {} to {} had not happened yet", minute(from), minute(until))
            }
        }
    }
}

fn minute(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A lane on which one call starts every half second, whoever waits.
#[derive(Debug, Default)]
pub(super) struct Lane {
    last: Mutex<Option<Instant>>,
}

impl Lane {
    /// Waits until the next call may start; recordings need no waiting.
    pub(super) async fn turn(&self, account: &AccountContext) {
        let wait = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = turn(*last, now, INTERVAL);
            *last = Some(turn);
            turn - now
        };
        account.pause(wait).await;
    }
}

/// When the next call may start.
fn turn(last: Option<Instant>, now: Instant, interval: Duration) -> Instant {
    last.map_or(now, |last| now.max(last + interval))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn period(start: &str, end: &str) -> Period {
        Period { start: start.parse::<NaiveDate>().unwrap(), end: end.parse::<NaiveDate>().unwrap() }
    }

    #[test]
    fn a_recent_period_that_is_over_is_covered_to_its_last_second() {
        let window = Window::of(period("2026-09-01", "2026-09-30"), time("2026-10-10T12:00:00Z"));
        assert_eq!(window.asked, Some((time("2026-09-01T00:00:00Z"), time("2026-09-30T23:59:59Z"))));
        assert_eq!(window.uncovered, []);
    }

    #[test]
    fn a_year_is_clamped_to_ninety_days_before_the_snapshot() {
        let window = Window::of(period("2026-01-01", "2026-12-31"), time("2026-10-10T12:00:00Z"));
        assert_eq!(window.asked, Some((time("2026-07-12T12:00:00Z"), time("2026-10-10T11:59:59Z"))));
        let forgotten = Uncovered::Forgotten(time("2026-01-01T00:00:00Z"), time("2026-07-12T12:00:00Z"));
        let future = Uncovered::Future(time("2026-10-10T12:00:00Z"), time("2027-01-01T00:00:00Z"));
        assert_eq!(window.uncovered, [forgotten, future]);
        assert!(forgotten.message().contains("2026-01-01T00:00:00Z to 2026-07-12T12:00:00Z"));
        assert_eq!(forgotten.remedy(), Remedy::LogFiles);
        assert_eq!(future.remedy().to_string(), "collect again after 2027-01-01T00:00:00Z");
    }

    #[test]
    fn a_period_long_past_or_not_begun_is_not_asked_at_all() {
        let past = Window::of(period("2025-01-01", "2025-03-31"), time("2026-10-10T12:00:00Z"));
        assert_eq!(past.asked, None);
        let forgotten = Uncovered::Forgotten(time("2025-01-01T00:00:00Z"), time("2025-04-01T00:00:00Z"));
        assert_eq!(past.uncovered, [forgotten]);
        let coming = Window::of(period("2027-01-01", "2027-03-31"), time("2026-10-10T12:00:00Z"));
        assert_eq!(coming.asked, None);
        let future = Uncovered::Future(time("2027-01-01T00:00:00Z"), time("2027-04-01T00:00:00Z"));
        assert_eq!(coming.uncovered, [future]);
    }

    #[test]
    fn calls_start_half_a_second_apart_and_a_late_one_at_once() {
        let now = Instant::now();
        assert_eq!(turn(None, now, INTERVAL), now);
        let first = turn(None, now, INTERVAL);
        let second = turn(Some(first), now, INTERVAL);
        let third = turn(Some(second), now, INTERVAL);
        assert_eq!([second - now, third - now], [INTERVAL, 2 * INTERVAL]);
        let late = now + Duration::from_secs(5);
        assert_eq!(turn(Some(third), late, INTERVAL), late);
    }
}
