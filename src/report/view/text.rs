//! Text fit to be read: names come from AWS and are hostile, so what no eye would see is written out.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::model::{Period, RequirementResult, is_hidden};

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

    pub(crate) fn as_str(&self) -> &str {
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

/// The anchor of a requirement.
pub(super) fn requirement_anchor(requirement: &RequirementResult) -> String {
    anchor("req", &format!("{}/{}", requirement.framework, requirement.id))
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
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// `2026-10-01 08:15:00 UTC`.
pub(crate) fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2026-07-01 to 2026-09-30`.
pub(crate) fn period(period: &Period) -> String {
    format!("{} to {}", period.start, period.end)
}

/// The days of a period of which either may be unknown.
pub(crate) fn days(start: Option<NaiveDate>, end: Option<NaiveDate>) -> String {
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
}
