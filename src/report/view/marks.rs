//! What stands in the view again and again: badges, counted bars, links, facts.

use serde::Serialize;

use super::text::{Text, anchor};
use crate::model::{ReportCoverage, Sha256, Status, Verdict};

/// A status, verdict or state: its word, and the class that colors it.
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq)]
pub(crate) struct Badge {
    pub(crate) word: &'static str,
    pub(crate) class: &'static str,
}

/// A counted thing and its share of a bar, in thousandths of the whole.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Count {
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) count: usize,
    /// Where its segment of the bar begins, 0 to 1000.
    pub(super) start: usize,
    /// How wide its segment is, 0 to 1000.
    pub(super) width: usize,
}

/// A place elsewhere in the report or the pack.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Link {
    pub(super) label: Text,
    pub(super) href: String,
}

/// A line of a key-value table.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: Text,
    /// `text`, or `code` for ids and hashes.
    pub(super) class: &'static str,
}

impl Fact {
    pub(super) fn text(label: &'static str, value: &str) -> Self {
        Self { label, value: Text::name(value), class: "text" }
    }

    pub(super) fn code(label: &'static str, value: &str) -> Self {
        Self { label, value: Text::name(value), class: "code" }
    }

    pub(super) fn hash(label: &'static str, value: &Sha256) -> Self {
        Self::code(label, &value.to_string())
    }
}

impl Link {
    pub(super) fn new(label: &str, href: String) -> Self {
        Self { label: Text::name(label), href }
    }

    /// To a check's own place in the report.
    pub(super) fn to_check(id: &str) -> Self {
        Self::new(id, format!("#{}", anchor("check", id)))
    }
}

impl Badge {
    pub(crate) fn new(word: &'static str, class: &'static str) -> Self {
        Self { word, class }
    }
}

impl From<Verdict> for Badge {
    fn from(verdict: Verdict) -> Self {
        let class = match verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotApplicable => "na",
            Verdict::Undetermined => "undetermined",
        };
        Self::new(verdict.words(), class)
    }
}

impl From<Status> for Badge {
    fn from(status: Status) -> Self {
        let class = match status {
            Status::Satisfied => "pass",
            Status::Gap => "fail",
            Status::AwaitingEvidence => "awaiting",
            Status::Undetermined => "undetermined",
            Status::NotApplicable => "na",
        };
        Self::new(status.words(), class)
    }
}

impl From<ReportCoverage> for Badge {
    fn from(coverage: ReportCoverage) -> Self {
        match coverage {
            ReportCoverage::Covers => Self::new("covers the period", "pass"),
            ReportCoverage::Bridged => Self::new("bridged", "pass"),
            ReportCoverage::Partial => Self::new("covers a part", "undetermined"),
            ReportCoverage::Outside => Self::new("outside the period", "undetermined"),
            ReportCoverage::Missing => Self::new("not found", "undetermined"),
            ReportCoverage::Unknown => Self::new("could not be read", "undetermined"),
            ReportCoverage::ToAttach => Self::new("to be attached", "awaiting"),
        }
    }
}

/// Counts as segments of one bar that together fill it exactly.
pub(super) fn bar(counts: impl IntoIterator<Item = (Badge, usize)>) -> Vec<Count> {
    let counts: Vec<(Badge, usize)> = counts.into_iter().collect();
    let total = counts.iter().map(|(_, count)| count).sum::<usize>().max(1);
    let mut sum = 0;
    let mut segments = Vec::with_capacity(counts.len());
    for (Badge { word, class }, count) in counts {
        let start = sum * 1_000 / total;
        sum += count;
        segments.push(Count { word, class, count, start, width: sum * 1_000 / total - start });
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segments_of_a_bar_fill_it() {
        for counts in [[1, 1, 1], [0, 7, 0], [5, 0, 994], [0, 0, 0]] {
            let bar = bar(counts.map(|count| (Badge::from(Verdict::Pass), count)));
            let end = bar.iter().fold(0, |end, segment| {
                assert_eq!(segment.start, end);
                end + segment.width
            });
            assert_eq!(end, if counts == [0, 0, 0] { 0 } else { 1_000 });
        }
    }
}
