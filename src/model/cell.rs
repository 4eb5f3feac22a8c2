//! Text from outside, fit to be shown: names come from AWS and from packs, and are hostile.

/// Characters that show nothing, move the cursor, turn the direction of their neighbours, or may not stand in XML.
///
/// Of the selectors of a character's form, the two that choose between text and emoji stay.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0D}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// The text with everything hidden in it written out.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match is_hidden(character) {
            true => shown.extend(character.escape_unicode()),
            false => shown.push(character),
        }
    }
    shown
}

/// A spreadsheet's cell: hidden characters are written out, line breaks within it stay, and what the spreadsheet would take
/// for a formula gets an apostrophe in front. That may stand after a semicolon or a line break too: where people separate
/// cells with semicolons, both begin a cell, quotes or not.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 1);
    if text.starts_with(['\t', '\r', '\n']) {
        shown.push('\'');
    }
    for piece in text.split_inclusive([';', '\n']) {
        let seen = piece.trim_start_matches(|character: char| character.is_whitespace() || is_hidden(character));
        let formula = seen.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}']);
        if formula && shown != "'" {
            shown.push('\'');
        }
        shown.push_str(&piece.split('\n').map(visible).collect::<Vec<_>>().join("\n"));
    }
    shown
}

/// JSON in which nothing hidden stands as it is: `\u202e` is the same text to every parser, and harmless on a terminal.
pub fn visible_json(value: &impl serde::Serialize) -> serde_json::Result<Vec<u8>> {
    let text = serde_json::to_string_pretty(value)?;
    let mut shown = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        match character != '\n' && is_hidden(character) {
            true => {
                character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}")));
            }
            false => shown.push(character),
        }
    }
    shown.push('\n');
    Ok(shown.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_eye_sees_is_written_out() {
        for (kind, hidden) in [
            ("controls", &['\0', '\u{7}', '\t', '\n', '\r', '\u{1B}', '\u{7F}', '\u{80}', '\u{9B}', '\u{9F}'][..]),
            (
                "directions",
                &['\u{61C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}'],
            ),
            ("isolates", &['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{206A}', '\u{206F}']),
            ("lines and paragraphs", &['\u{85}', '\u{2028}', '\u{2029}']),
            (
                "no width",
                &['\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{2064}', '\u{FEFF}', '\u{180E}', '\u{34F}'],
            ),
            ("soft hyphen", &['\u{AD}']),
            ("fillers", &['\u{115F}', '\u{1160}', '\u{3164}', '\u{FFA0}', '\u{17B4}']),
            ("annotations and beams", &['\u{FFF9}', '\u{FFFB}', '\u{1D173}', '\u{1D17A}']),
            ("tags", &['\u{E0001}', '\u{E0041}', '\u{E007F}']),
            ("selectors", &['\u{FE00}', '\u{FE0D}', '\u{E0100}', '\u{E01EF}', '\u{180B}']),
            ("no characters", &['\u{FFFE}', '\u{FFFF}', '\u{1FFFE}', '\u{10FFFF}']),
        ] {
            for character in hidden {
                let shown = visible(&format!("a{character}b"));
                assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(*character)), "{kind}");
            }
        }
        for plain in
            ["Ab 1", "Müller & Söhne", "名前", "नाम", "👍\u{FE0F}", "a\u{301}", "\u{A0}", "\u{FFFD}", "\\u{202e}"]
        {
            assert_eq!(visible(plain), plain);
        }
    }

    #[test]
    fn json_says_the_same_and_shows_what_is_hidden() {
        let hostile = "a\u{202E}b\u{200B}c\u{7F}\u{E0041}\n\"\\ 名前";
        let value = serde_json::json!({ hostile: [hostile] });
        let bytes = visible_json(&value).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&bytes).unwrap(), value);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("a\\u202eb\\u200bc\\u007f\\udb40\\udc41\\n") && text.contains("名前"), "{text}");
        assert!(!text.chars().any(|character| character != '\n' && is_hidden(character)), "{text}");
    }

    #[test]
    fn cells_hide_nothing() {
        assert_eq!(harmless("a\u{202E}b\nc\td"), "a\\u{202e}b\nc\\u{9}d");
        assert_eq!(harmless("\u{200B}=1"), "'\\u{200b}=1");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\nx", "\u{FF1D}1", "\u{200B}=1", "\u{FEFF} @x"] {
            assert!(harmless(evil).starts_with('\''), "{evil}");
        }
        for plain in ["", "a=b", "arn:aws:s3:::x", "1-2", "one; two", "a;b=c"] {
            assert_eq!(harmless(plain), plain);
        }
    }

    #[test]
    fn no_piece_of_a_cell_is_a_formula_where_semicolons_separate() {
        assert_eq!(harmless("a;=1+1"), "a;'=1+1");
        assert_eq!(harmless("a; \u{200B}@x;b"), "a;' \\u{200b}@x;b");
        assert_eq!(harmless("x\n=1+1\ny"), "x\n'=1+1\ny");
        assert_eq!(harmless("=1;=2"), "'=1;'=2");
        assert_eq!(harmless("\n=1"), "'\n'=1");
    }
}
