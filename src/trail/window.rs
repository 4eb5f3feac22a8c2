//! What of a period can be proved at a time.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::Period;

/// What of a period can be proved at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailWindow {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it: the period's end, or now.
    pub until: DateTime<Utc>,
    /// Digests that cover the time until here must be there: the last hours' are still to come.
    pub due: DateTime<Utc>,
    /// Digests until here may name log files of the window: an hour's file may come with the next hour's digest.
    pub digests_until: DateTime<Utc>,
}

impl TrailWindow {
    /// `None` for a period that has not begun.
    pub fn of(period: Period, now: DateTime<Utc>) -> Option<Self> {
        let (from, until) = (period.start_time(), period.end_time().min(now));
        // A digest is delivered up to an hour after the hour that it covers.
        let due = until.min(earlier(now, TimeDelta::hours(2)));
        (from < until).then_some(Self { from, until, due, digests_until: later(until, TimeDelta::hours(2)) })
    }

    /// Whether a digest that ends then belongs to the window.
    pub fn has_digest(&self, end: DateTime<Utc>) -> bool {
        self.from < end && end <= self.digests_until
    }

    /// The time of the public keys that signed the window's digests.
    pub fn keys(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.from, self.digests_until)
    }

    /// The time of the public keys that signed a digest which CloudTrail generated later.
    pub fn keys_of_backfill(generated: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        (earlier(generated, TimeDelta::hours(1)), later(generated, TimeDelta::hours(1)))
    }
}

/// A time later by so much. The times come from files of others: at the end of the calendar there is none later.
pub(super) fn later(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The same, earlier.
pub(super) fn earlier(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_ends_today_owes_no_digests_of_the_last_hours() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let period = |start: &str, end: &str| Period { start: start.parse().unwrap(), end: end.parse().unwrap() };
        let now = at("2026-10-10T12:00:00Z");
        let window = TrailWindow::of(period("2026-10-01", "2026-12-31"), now).unwrap();
        assert_eq!((window.until, window.due), (now, at("2026-10-10T10:00:00Z")));
        let past = TrailWindow::of(period("2026-09-01", "2026-09-30"), now).unwrap();
        assert_eq!((past.until, past.due), (at("2026-10-01T00:00:00Z"), at("2026-10-01T00:00:00Z")));
        assert!(past.has_digest(at("2026-10-01T00:59:00Z")) && !past.has_digest(past.from));
        assert_eq!(TrailWindow::of(period("2026-11-01", "2026-12-31"), now), None);
    }

    #[test]
    fn times_at_the_ends_of_the_calendar_are_times() {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let period = Period { start: first.date_naive(), end: last.date_naive() };
        assert_eq!(TrailWindow::of(period, first), None);
        assert_eq!(TrailWindow::of(period, last).unwrap().from, first);
        assert_eq!(TrailWindow::keys_of_backfill(last).1, last);
        assert_eq!(TrailWindow::keys_of_backfill(first).0, first);
    }
}
