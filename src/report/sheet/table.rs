//! A sheet as plain data: columns, and rows that are made while they are written.

use chrono::{DateTime, NaiveDate, Utc};

use crate::model::visible;
use crate::report::view::Badge;

/// The characters that Excel takes in a cell, in units of UTF-16.
const LONGEST: usize = 32_767;
/// Where the whole of a text is that is too long for a cell.
const CUT: &str = "\u{2026} (see assessment.json)";

/// A sheet.
pub(super) struct Table<'a> {
    /// Its name: at most 28 characters, so that a number may follow.
    pub(super) name: &'static str,
    /// What it holds, in a sentence.
    pub(super) about: &'static str,
    pub(super) columns: &'static [Column],
    /// How many of the first columns stay in sight.
    pub(super) frozen: u16,
    /// What stands there instead of rows where there are none.
    pub(super) empty: &'static str,
    pub(super) rows: Box<dyn Iterator<Item = Vec<Cell>> + 'a>,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) head: &'static str,
    /// In characters.
    pub(super) width: u16,
    /// Whether its reader fills it in.
    pub(super) by_hand: bool,
}

impl Column {
    pub(super) const fn new(head: &'static str, width: u16) -> Self {
        Self { head, width, by_hand: false }
    }

    pub(super) const fn by_hand(head: &'static str, width: u16) -> Self {
        Self { head, width, by_hand: true }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(Shown),
    /// A text that leads its row.
    Strong(Shown),
    Badge(Badge),
    Count(u64),
    Day(NaiveDate),
    Moment(DateTime<Utc>),
    Link(Shown, Goal),
}

/// Where a link leads; never to an address, which is its writer's choice.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Goal {
    /// To a file of the pack, by its path.
    File(String),
    /// To a row of another sheet, from 1 below its head.
    Row(&'static str, usize),
    /// To a sheet's head.
    Sheet(&'static str),
}

/// Text fit for a cell: nothing hidden in it, and no longer than Excel takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shown(String);

impl Shown {
    /// A name or a message from outside; its line breaks are written out.
    pub(super) fn of(text: &str) -> Self {
        Self(fit(visible(text)))
    }

    /// Prose, whose line breaks mean nothing.
    pub(super) fn prose(text: &str) -> Self {
        Self::of(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Several texts, a line each.
    pub(super) fn lines(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let lines: Vec<String> = texts.into_iter().map(|text| visible(text.as_ref())).collect();
        Self(fit(lines.join("\n")))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cuts what Excel does not take, and says where it stands whole.
fn fit(text: String) -> String {
    // No character has more units than bytes.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let room = LONGEST - CUT.encode_utf16().count();
    let mut units = 0;
    let kept = text.chars().take_while(|character| {
        units += character.len_utf16();
        units <= room
    });
    kept.chain(CUT.chars()).collect()
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::of(Shown::of(text))
    }

    pub(super) fn prose(text: &str) -> Self {
        Self::of(Shown::prose(text))
    }

    pub(super) fn lines(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::of(Shown::lines(texts))
    }

    pub(super) fn strong(text: &str) -> Self {
        Self::Strong(Shown::of(text))
    }

    pub(super) fn count(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// A text that may be missing.
    pub(super) fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    pub(super) fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }

    /// A link to a file of the pack, shown as its path.
    pub(super) fn file(path: &str) -> Self {
        Self::Link(Shown::of(path), Goal::File(path.to_owned()))
    }

    fn of(shown: Shown) -> Self {
        if shown.0.is_empty() { Self::Empty } else { Self::Text(shown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_excel_does_not_take_is_cut_and_says_so() {
        for text in ["x".repeat(40_000), "\u{1F44D}".repeat(20_000)] {
            let shown = Shown::of(&text);
            assert!(shown.as_str().ends_with(CUT));
            assert!((LONGEST - 1..=LONGEST).contains(&shown.as_str().encode_utf16().count()));
        }
        assert_eq!(Shown::of(&"x".repeat(LONGEST)).as_str().len(), LONGEST);
    }

    #[test]
    fn nothing_is_hidden_and_only_our_own_lines_break() {
        assert_eq!(Shown::of("a\u{202E}b\nc").as_str(), "a\\u{202e}b\\u{a}c");
        assert_eq!(Shown::lines(["a\nb", "c"]).as_str(), "a\\u{a}b\nc");
        assert_eq!(Shown::prose(" a\n  b ").as_str(), "a b");
        assert_eq!(Cell::text(""), Cell::Empty);
    }
}
