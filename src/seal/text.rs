//! Text that comes from certificates is hostile: it must not move a terminal's cursor.

/// The text with control characters and marks that reorder it replaced, at most 300 characters of it.
pub(super) fn printable(text: &str) -> String {
    let unsafe_mark =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().take(300).map(|c| if c.is_control() || unsafe_mark(c) { '\u{fffd}' } else { c }).collect()
}
