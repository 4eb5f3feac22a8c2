//! When the sample account was asked, as the recording names it.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};
use miette::IntoDiagnostic as _;

/// The days, oldest first: the last ones of two quarters, then each Monday of the present one, and its last day.
const DAYS: [&str; 16] = [
    "2026-03-31",
    "2026-06-30",
    "2026-07-06",
    "2026-07-13",
    "2026-07-20",
    "2026-07-27",
    "2026-08-03",
    "2026-08-10",
    "2026-08-17",
    "2026-08-24",
    "2026-08-31",
    "2026-09-07",
    "2026-09-14",
    "2026-09-21",
    "2026-09-28",
    "2026-09-30",
];
/// Six in the evening.
const HOUR: TimeDelta = TimeDelta::hours(18);

/// A moment at which the sample account was asked.
pub(super) struct Moment {
    /// What the recording calls it.
    pub(super) name: &'static str,
    /// When it is.
    pub(super) time: DateTime<Utc>,
    /// The quarter that the company then collected for: `2026-Q3`.
    pub(super) quarter: String,
}

/// All of them, oldest first.
pub(super) fn moments() -> miette::Result<Vec<Moment>> {
    let moment = |name: &'static str| {
        let day: NaiveDate = name.parse().into_diagnostic()?;
        let quarter = format!("{}-Q{}", day.year(), day.month0() / 3 + 1);
        Ok(Moment { name, time: (day.and_time(NaiveTime::MIN) + HOUR).and_utc(), quarter })
    };
    DAYS.into_iter().map(moment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_week_of_the_present_quarter_is_there() {
        let moments = moments().unwrap();
        assert!(moments.is_sorted_by_key(|one| one.time));
        let quarters: Vec<&str> = moments.iter().map(|one| one.quarter.as_str()).collect();
        assert_eq!((quarters[0], quarters[1], &quarters[2..]), ("2026-Q1", "2026-Q2", &["2026-Q3"; 14][..]));
        for pair in moments[2..].windows(2) {
            assert!(pair[1].time - pair[0].time <= TimeDelta::weeks(1), "{} to {}", pair[0].name, pair[1].name);
        }
    }
}
