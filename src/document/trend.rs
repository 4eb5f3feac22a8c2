//! A history as charts and sentences, which the dashboard and the pack have in common.

use super::{Chart, Counted, Series, Shaped};
use crate::model::{FrameworkId, Judged, PeriodCoverage, Point, Severity, Status, Steadiness, Trend, Words as _};

/// Weeks without a snapshot that are named of a period.
const WEEKS: usize = 6;
/// Dates of changed definitions that are named.
const DATES: usize = 6;

/// Statuses in the order of a column, from the ground up.
pub const STACKED_STATUSES: [Status; 5] =
    [Status::Satisfied, Status::AwaitingEvidence, Status::Undetermined, Status::Gap, Status::NotApplicable];

/// The chart of a framework's requirements.
pub fn status_chart(trend: &Trend, id: &FrameworkId, title: &str) -> Chart {
    let of = |point: &Point, status: Status| point.frameworks.get(id).map_or(0, |totals| totals.status.of(status));
    let series = |status: &Status| Series {
        counts: Counted::Requirements(*status),
        values: trend.points.iter().map(|point| of(point, *status)).collect(),
    };
    let last = trend.points.last();
    let satisfied = |point: Option<&Point>| point.map_or(0, |point| of(point, Status::Satisfied));
    let all = last.and_then(|point| point.frameworks.get(id)).map_or(0, |totals| totals.requirements);
    Chart {
        title: format!("{title}: requirements by status"),
        description: format!(
            "A column a snapshot. Satisfied: {} in the first, {} of {all} in the last.",
            satisfied(trend.points.first()),
            satisfied(last)
        ),
        shape: Shaped::Stack,
        points: trend.points.iter().map(Point::date).collect(),
        series: STACKED_STATUSES.iter().map(series).collect(),
    }
}

/// The chart of failing findings.
pub fn severity_chart(trend: &Trend) -> Chart {
    let series = |severity: &Severity| Series {
        counts: Counted::Findings(*severity),
        values: trend.points.iter().map(|point| point.failing.of(*severity)).collect(),
    };
    let sum = |point: Option<&Point>| point.map_or(0, |point| point.failing.sum());
    Chart {
        title: "Failing findings by severity".to_owned(),
        description: format!(
            "A line a severity. Failing findings: {} in the first snapshot, {} in the last.",
            sum(trend.points.first()),
            sum(trend.points.last())
        ),
        shape: Shaped::Lines,
        points: trend.points.iter().map(Point::date).collect(),
        series: Severity::ALL.iter().map(series).collect(),
    }
}

/// Which points were not judged as the others are, if any.
pub fn judged_otherwise(trend: &Trend) -> Option<String> {
    let then = trend.points.iter().filter(|point| point.judged == Judged::Then).count();
    (then > 0).then(|| {
        format!(
            "{then} of {} snapshots are shown as they were judged before their evidence was pruned, by the mappings \
             and settings of that time: steps beside them may come from these.",
            trend.points.len()
        )
    })
}

/// Where what was collected by changed: the steps there may come from it.
pub fn steps(trend: &Trend) -> Option<String> {
    let changed = |point: &&Point| point.definitions == Steadiness::Changed;
    let dates: Vec<String> = trend.points.iter().filter(changed).map(Point::date).collect();
    (!dates.is_empty()).then(|| {
        format!(
            "Mappings or settings changed before {}: what was asked there may differ (`auditpack diff` tells these \
             changes from the estate's).",
            named(&dates, DATES)
        )
    })
}
/// The weeks that have no snapshot, if any.
pub fn weeks_without(coverage: &PeriodCoverage) -> Option<String> {
    let weeks: Vec<String> = coverage.missing.iter().map(ToString::to_string).collect();
    (!weeks.is_empty()).then(|| format!("no snapshot in the weeks that begin {}", named(&weeks, WEEKS)))
}

/// The first few words of a list, and how many more there are.
fn named(words: &[String], most: usize) -> String {
    let (shown, more) = words.split_at(words.len().min(most));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", shown.join(", "))
}
