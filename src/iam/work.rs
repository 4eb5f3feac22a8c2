//! What it costs to ask patterns, so that whoever has a budget can take it from there first.

/// Takes steps, each about a tenth of a microsecond; an error where none are left.
pub(crate) type Pay<'p> = &'p dyn Fn(u64) -> Result<(), String>;

/// Patterns that are held against a text in one step.
const PATTERNS: u64 = 4;

/// Pairs of bytes of a text and of a pattern that are held against each other in one step.
const BYTE_PAIRS: u64 = 128;

/// What it costs to hold a text against all of some patterns.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Work {
    patterns: u64,
    /// The bytes of those that have to be looked for within the text: with two stars or more.
    floating: u64,
}

impl Work {
    pub(super) fn of<'a>(patterns: impl Iterator<Item = &'a str>) -> Self {
        patterns.fold(Self::default(), |work, pattern| {
            let stars = pattern.bytes().filter(|byte| *byte == b'*').count();
            let floating = if stars > 1 { pattern.len() as u64 } else { 0 };
            Self { patterns: work.patterns + 1, floating: work.floating.saturating_add(floating) }
        })
    }

    /// The steps for a text of this length.
    pub(super) fn steps(self, length: usize) -> u64 {
        1 + self.patterns / PATTERNS + self.floating.saturating_mul(length as u64) / BYTE_PAIRS
    }
}

impl std::iter::Sum for Work {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            patterns: a.patterns + b.patterns,
            floating: a.floating.saturating_add(b.floating),
        })
    }
}
