//! Lines for people: on a terminal they are broken at words; elsewhere they stay whole.

/// What comes before a command that the reader may run: its further lines go on as a shell goes on.
pub(super) const AGAIN: &str = "see it again: ";

/// The width of the terminal that results go to; none when they go elsewhere.
pub(super) fn terminal_width() -> Option<usize> {
    width_of(&console::Term::stdout())
}

/// The width of the terminal that notes go to.
pub(super) fn notes_width() -> Option<usize> {
    width_of(&console::Term::stderr())
}

fn width_of(terminal: &console::Term) -> Option<usize> {
    terminal.is_term().then(|| usize::from(terminal.size().1)).filter(|width| *width >= NARROWEST)
}

/// On narrower terminals nothing is broken: they do that themselves.
const NARROWEST: usize = 40;

/// Columns that a text has on a terminal.
pub(super) fn width(text: &str) -> usize {
    console::measure_text_width(text)
}

/// A text in lines of at most `room`, broken at spaces; a word that is longer loses its middle.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    if width(text) <= room {
        return vec![text.to_owned()];
    }
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if line.trim().is_empty() {
            // The indent of the first line.
            line.push_str(if word.is_empty() { " " } else { "" });
        } else if width(&line) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut line));
        } else {
            line.push(' ');
        }
        let free = room.saturating_sub(width(&line)).max(1);
        match width(word) > free {
            true => line.push_str(&shortened(word, free)),
            false => line.push_str(word),
        }
    }
    lines.push(line);
    lines
}

/// Where a word that is too long is broken: after a mark in its second half, if there is one.
fn break_of(word: &str, room: usize) -> usize {
    let (mut end, mut mark, mut wide) = (0, None, 0);
    for (start, character) in word.char_indices() {
        let next = start + character.len_utf8();
        wide += width(&word[start..next]);
        if wide > room && end > 0 {
            break;
        }
        end = next;
        if matches!(character, ':' | '/' | '-' | ',' | '.') && wide * 2 > room {
            mark = Some(next);
        }
    }
    mark.unwrap_or(end)
}

/// A word without its middle.
fn shortened(word: &str, room: usize) -> String {
    let characters: Vec<char> = word.chars().collect();
    let wide = |some: &[char]| width(&some.iter().collect::<String>());
    let keep = room.saturating_sub(1);
    let (mut first, mut last) = (0, 0);
    while first + last < characters.len() {
        let longer = if first <= last { (first + 1, last) } else { (first, last + 1) };
        if wide(&characters[..longer.0]) + wide(&characters[characters.len() - longer.1..]) > keep {
            break;
        }
        (first, last) = longer;
    }
    let head: String = characters[..first].iter().collect();
    let tail: String = characters[characters.len() - last..].iter().collect();
    format!("{head}…{tail}")
}

/// A text whose lines fit the room; further lines of one begin below its words.
pub(super) fn fitted(text: &str, room: Option<usize>) -> String {
    let Some(room) = room else { return text.to_owned() };
    let lines: Vec<String> = text.split('\n').map(|line| folded(line, room)).collect();
    lines.join("\n")
}

fn folded(line: &str, room: usize) -> String {
    // Styles would be counted as words.
    if width(line) <= room || line.contains('\u{1b}') && console::strip_ansi_codes(line).len() <= room {
        return line.to_owned();
    }
    let hang = hang(line, room);
    let command = line.trim_start().starts_with(AGAIN);
    let room = if command { room - 2 } else { room };
    let (mut lines, mut current, mut quoted) = (Vec::new(), String::new(), false);
    for piece in line.split_inclusive(' ') {
        let word = piece.trim_end_matches(' ');
        let full = width(&current) + width(word) > room;
        if full && !quoted && !current.trim().is_empty() {
            lines.push(std::mem::replace(&mut current, " ".repeat(hang)));
        }
        if word.is_empty() && !lines.is_empty() && current.trim().is_empty() {
            continue;
        }
        let mut piece = piece.to_owned();
        while !command && may_break(&piece) && width(&current) + width(piece.trim_end()) > room {
            let rest = piece.split_off(break_of(&piece, room.saturating_sub(width(&current)).max(1)));
            current.push_str(&piece);
            lines.push(std::mem::replace(&mut current, " ".repeat(hang)));
            piece = rest;
        }
        quoted ^= word.matches('\'').count() % 2 == 1 && command;
        current.push_str(&piece);
    }
    lines.push(current);
    let end = if command { " \\\n" } else { "\n" };
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join(end)
}

/// Addresses and JSON are of use only whole, and styles are not text.
fn may_break(word: &str) -> bool {
    !word.contains("://") && !word.starts_with(['{', '[', '"']) && !word.contains('\u{1b}')
}

/// Where further lines begin: below the text that follows a name and two spaces, or a little to the right.
fn hang(line: &str, room: usize) -> usize {
    let plain = console::strip_ansi_codes(line);
    let lead = plain.len() - plain.trim_start_matches(' ').len();
    let text = plain[lead..].find("  ").and_then(|gap| {
        let after = &plain[lead + gap..];
        let spaces = after.len() - after.trim_start_matches(' ').len();
        Some(width(&plain[..lead + gap]) + spaces).filter(|column| column * 3 <= room)
    });
    text.unwrap_or(if lead <= 2 { lead } else { lead + 2 })
}

#[cfg(test)]
mod tests {
    use super::{fitted, shortened, width, wrapped};

    #[test]
    fn words_are_kept_and_long_ones_lose_their_middle() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("  CC6.1 of it", 8), ["  CC6.1", "of it"]);
        assert_eq!(shortened("arn:aws:s3:::bucket", 9), "arn:…cket");
        assert_eq!(width(&shortened("日本語日本語", 7)), 7);
    }

    #[test]
    fn lines_go_on_below_their_words() {
        let text = "why         it is so because of a reason that is long enough";
        insta::assert_snapshot!(fitted(text, Some(40)), @r"
        why         it is so because of a reason
                    that is long enough
        ");
        assert_eq!(fitted(text, None), text);
        let command = "  see it again: aws s3api get-bucket-acl --bucket 'a name' --region us-east-1";
        insta::assert_snapshot!(fitted(command, Some(50)), @r"
        see it again: aws s3api get-bucket-acl \
        --bucket 'a name' --region us-east-1
        ");
        let address = "see https://example.com/a/very/long/address/that/cannot/be/broken";
        assert_eq!(fitted(address, Some(40)).lines().count(), 2);
        let hash = format!("SHA256SUMS {}", "ab".repeat(32));
        assert!(fitted(&hash, Some(40)).lines().all(|line| width(line) <= 40));
    }
}
