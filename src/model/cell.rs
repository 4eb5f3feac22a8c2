//! Text in a spreadsheet's cell.

/// Text that a spreadsheet would take for a formula gets an apostrophe in front.
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}
