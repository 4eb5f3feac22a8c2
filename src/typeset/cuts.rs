//! Where text may be cut: between words, at the joints of names, where its direction turns.

use unicode_bidi::{BidiInfo, Level};
use unicode_linebreak::BreakOpportunity;

use super::block::Run;

/// Words longer than this are names, paths and hashes: they may break at their delimiters.
const LONG_WORD: usize = 20;

/// What a line may end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    Never,
    Allowed,
    Forced,
}

/// The text's direction at each byte; `None` when all of it runs to the right.
pub(super) fn levels(text: &str) -> Option<Vec<Level>> {
    let may_turn = |character: char| matches!(character as u32, 0x590..=0x8FF | 0xFB1D..=0xFEFC | 0x10800..=0x1EFFF);
    text.chars().any(may_turn).then(|| BidiInfo::new(text, Some(Level::ltr())).levels)
}

/// Where text is cut: `(start, end, run, break after)`.
pub(super) fn cuts(
    text: &str,
    runs: &[Run],
    ends: &[usize],
    levels: Option<&[Level]>,
    whole_words: bool,
) -> Vec<(usize, usize, usize, Break)> {
    let mut cuts = Vec::new();
    let (mut start, mut run) = (0, 0);
    let mut segment = 0;
    for (position, opportunity) in unicode_linebreak::linebreaks(text) {
        if whole_words && position < text.len() && !text[..position].ends_with([' ', '\n']) {
            continue;
        }
        let mut points = if whole_words { Vec::new() } else { extra(&text[segment..position], segment) };
        points.push(position);
        segment = position;
        for point in points {
            let last = point == position;
            while start < point {
                while ends.get(run).is_some_and(|end| *end <= start) {
                    run += 1;
                }
                let in_run = ends.get(run).copied().unwrap_or(text.len());
                let mut end = point.min(in_run);
                if let Some(levels) = levels {
                    let level = levels[start];
                    end = (start + 1..end).find(|at| levels[*at] != level).unwrap_or(end);
                }
                let in_badge = runs.get(run).is_some_and(|run| run.badge.is_some()) && end < in_run;
                let after = match opportunity {
                    _ if end < point || in_badge => Break::Never,
                    BreakOpportunity::Mandatory if last && end < text.len() => Break::Forced,
                    _ => Break::Allowed,
                };
                cuts.push((start, end, run, after));
                start = end;
            }
        }
    }
    // A badge is one token, however its word was cut.
    cuts.dedup_by(|next, before| {
        let joined =
            next.2 == before.2 && before.3 == Break::Never && runs.get(next.2).is_some_and(|r| r.badge.is_some());
        if joined {
            (before.1, before.3) = (next.1, next.3);
        }
        joined
    });
    cuts
}

/// Further places where a long word may break: after its delimiters, and every 16 digits of a hash.
fn extra(word: &str, offset: usize) -> Vec<usize> {
    if word.len() < LONG_WORD {
        return Vec::new();
    }
    let mut points = Vec::new();
    let (mut digits, mut since) = (0, 0);
    for (at, character) in word.char_indices() {
        let end = at + character.len_utf8();
        digits = if character.is_ascii_hexdigit() { digits + 1 } else { 0 };
        since += 1;
        let delimiter =
            matches!(character, '/' | ':' | '-' | '_' | '.' | ',' | '=' | '&' | '@' | '?' | '|' | ';' | '+' | ']');
        // A break right after the last one would strand a letter or two.
        if (delimiter && since >= 3) || digits == 16 {
            points.push(offset + end);
            (digits, since) = (0, 0);
        }
    }
    points.retain(|point| *point < offset + word.len());
    points
}
