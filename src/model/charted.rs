//! A history as pictures and sentences, which the dashboard and the pack have in common.

use std::collections::BTreeSet;

use super::{
    Chart, FrameworkId, Judged, PeriodCoverage, Point, Series, Severity, Shaped, Status, Steadiness, Trend, Words as _,
};

/// Weeks without a snapshot that are named of a period.
const WEEKS: usize = 6;
/// Dates of changed definitions that are named.
const DATES: usize = 6;

/// Statuses from the ground up, and the class that colors them.
pub const CHARTED_STATUSES: [(Status, &str); 5] = [
    (Status::Satisfied, "pass"),
    (Status::AwaitingEvidence, "awaiting"),
    (Status::Undetermined, "undetermined"),
    (Status::Gap, "fail"),
    (Status::NotApplicable, "na"),
];

impl Point {
    /// The day of the snapshot.
    pub fn date(&self) -> String {
        self.time.format("%Y-%m-%d").to_string()
    }
}

impl Trend {
    /// The frameworks that any point has: those of the settings in their order, then what only older points have.
    pub fn frameworks<'a>(&'a self, order: &'a [FrameworkId]) -> Vec<&'a FrameworkId> {
        let known: BTreeSet<&FrameworkId> = self.points.iter().flat_map(|point| point.frameworks.keys()).collect();
        let first = order.iter().filter(|id| known.contains(id));
        first.chain(known.iter().copied().filter(|id| !order.contains(id))).collect()
    }

    /// The chart of a framework's requirements.
    pub fn statuses(&self, id: &FrameworkId, title: &str) -> Chart {
        let of = |point: &Point, status: Status| point.frameworks.get(id).map_or(0, |totals| totals.status.of(status));
        let series = |(status, class): &(Status, &'static str)| Series {
            name: status.words().to_owned(),
            class,
            values: self.points.iter().map(|point| of(point, *status)).collect(),
        };
        let last = self.points.last();
        let satisfied = |point: Option<&Point>| point.map_or(0, |point| of(point, Status::Satisfied));
        let all = last.and_then(|point| point.frameworks.get(id)).map_or(0, |totals| totals.requirements);
        Chart {
            title: format!("{title}: requirements by status"),
            description: format!(
                "A column a snapshot. Satisfied: {} in the first, {} of {all} in the last.",
                satisfied(self.points.first()),
                satisfied(last)
            ),
            shape: Shaped::Stack,
            points: self.points.iter().map(Point::date).collect(),
            series: CHARTED_STATUSES.iter().map(series).collect(),
        }
    }

    /// The chart of failing findings.
    pub fn severities(&self) -> Chart {
        let series = |severity: &Severity| Series {
            name: severity.words().to_owned(),
            class: severity.words(),
            values: self.points.iter().map(|point| point.failing.of(*severity)).collect(),
        };
        let sum = |point: Option<&Point>| point.map_or(0, |point| point.failing.sum());
        Chart {
            title: "Failing findings by severity".to_owned(),
            description: format!(
                "A line a severity. Failing findings: {} in the first snapshot, {} in the last.",
                sum(self.points.first()),
                sum(self.points.last())
            ),
            shape: Shaped::Lines,
            points: self.points.iter().map(Point::date).collect(),
            series: Severity::ALL.iter().map(series).collect(),
        }
    }

    /// Which points were not judged as the others are, if any.
    pub fn judged_otherwise(&self) -> Option<String> {
        let then = self.points.iter().filter(|point| point.judged == Judged::Then).count();
        (then > 0).then(|| {
            format!(
                "{then} of {} snapshots are shown as they were judged before their evidence was pruned, by the mappings \
                 and settings of that time: steps beside them may come from these.",
                self.points.len()
            )
        })
    }

    /// Where what was collected by changed: the steps there may come from it.
    pub fn steps(&self) -> Option<String> {
        let changed = |point: &&Point| point.definitions == Steadiness::Changed;
        let dates: Vec<String> = self.points.iter().filter(changed).map(Point::date).collect();
        (!dates.is_empty()).then(|| {
            format!(
                "Mappings or settings changed before {}: what was asked there may differ (`auditpack diff` tells these \
                 changes from the estate's).",
                named(&dates, DATES)
            )
        })
    }
}

impl PeriodCoverage {
    /// The weeks that have no snapshot, if any.
    pub fn weeks_without(&self) -> Option<String> {
        let weeks: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
        (!weeks.is_empty()).then(|| format!("no snapshot in the weeks that begin {}", named(&weeks, WEEKS)))
    }
}

/// The first few words of a list, and how many more there are.
fn named(words: &[String], most: usize) -> String {
    let (shown, more) = words.split_at(words.len().min(most));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", shown.join(", "))
}
