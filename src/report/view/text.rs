//! Text fit to be read: names come from AWS and are hostile, so what no eye would see is written out.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{Badge, Count, Fact, Link};
use crate::model::{Period, ReportCoverage, Sha256, Status, Verdict, is_hidden};

/// No AWS name is longer; a hostile one may be.
const LONGEST: usize = 2_048;

/// Text of the view. Controls, direction overrides and invisible characters are written as `⟨U+202E⟩`; escaping for
/// HTML or XML is the template engine's.
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub(crate) struct Text(String);

impl Text {
    /// A name or a message from outside: every character is shown, line breaks too.
    pub(super) fn name(text: &str) -> Self {
        let mut shown = String::with_capacity(text.len());
        for character in text.chars().take(LONGEST) {
            if is_hidden(character) {
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(character));
            } else {
                shown.push(character);
            }
        }
        let length = text.chars().count();
        if length > LONGEST {
            let _ = write!(shown, "… (cut; {} characters in all)", number(length));
        }
        Self(shown)
    }

    /// Prose of the mappings or the settings, which may be broken into lines.
    pub(super) fn prose(text: &str) -> Self {
        Self::name(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// An anchor of the report; different ids give different anchors.
pub(super) fn anchor(prefix: &str, id: &str) -> String {
    let mut anchor = format!("{prefix}-");
    for character in id.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '/') {
            anchor.push(character);
        } else {
            let _ = write!(anchor, "_{:x}_", u32::from(character));
        }
    }
    anchor
}

/// `12,345`.
pub(super) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 gap`, `12 gaps`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// `2026-10-01 08:15:00 UTC`.
pub(super) fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2026-07-01 to 2026-09-30`.
pub(super) fn period(period: &Period) -> String {
    format!("{} to {}", period.start, period.end)
}

/// The days of a period of which either may be unknown.
pub(super) fn days(start: Option<NaiveDate>, end: Option<NaiveDate>) -> String {
    match (start, end) {
        (Some(start), Some(end)) => format!("{start} to {end}"),
        (Some(start), None) => format!("from {start}"),
        (None, Some(end)) => format!("until {end}"),
        (None, None) => "not stated".to_owned(),
    }
}

/// `512 B`, `1.4 kB`, `2.0 MB`.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
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
    pub(super) fn new(word: &'static str, class: &'static str) -> Self {
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
    fn invisible_characters_are_written_out() {
        let shown = |text: &str| Text::name(text).as_str().to_owned();
        assert_eq!(shown("invoice\u{202E}fdp.exe"), "invoice⟨U+202E⟩fdp.exe");
        assert_eq!(shown("a\u{200B}b\nc\u{0}\u{FFFF}"), "a⟨U+200B⟩b⟨U+000A⟩c⟨U+0000⟩⟨U+FFFF⟩");
        assert_eq!(shown("Grüße, 東京, سجل"), "Grüße, 東京, سجل");
        assert_eq!(Text::prose(" two\n  lines ").as_str(), "two lines");
    }

    #[test]
    fn a_name_without_end_is_cut_and_says_so() {
        let text = Text::name(&"x".repeat(5_000));
        assert!(text.as_str().ends_with("x… (cut; 5,000 characters in all)"));
        assert!(text.as_str().len() < LONGEST + 50);
    }

    #[test]
    fn different_ids_have_different_anchors() {
        let ids = ["a.b", "a-b", "a_b", "a b", "a_20_b", "Art.5(1)(a)", "Art.5(1)(b)"];
        let anchors: std::collections::BTreeSet<String> = ids.iter().map(|id| anchor("r", id)).collect();
        assert_eq!(anchors.len(), ids.len());
        assert!(anchors.iter().all(|anchor| anchor.is_ascii() && !anchor.contains([' ', '"', '<', '#', '%'])));
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1_400, 2_000_000].map(size), ["0 B", "999 B", "1.4 kB", "2.0 MB"]);
        assert_eq!(counted(1, "gap", "gaps"), "1 gap");
    }

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
