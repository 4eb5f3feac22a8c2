//! Text that comes from certificates is hostile: it must not move a terminal's cursor.

use crate::model::is_hidden;

/// The text with control characters and marks that reorder it replaced, at most 300 characters of it.
pub(super) fn printable(text: &str) -> String {
    text.chars().take(300).map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}
