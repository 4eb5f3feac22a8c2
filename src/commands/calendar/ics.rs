//! The calendar as a file for calendar programs: [RFC 5545](https://www.rfc-editor.org/rfc/rfc5545).

use chrono::{DateTime, Utc};

use crate::commands::table::visible;
use crate::compare::{Calendar, Due, DueState};
use crate::model::Sha256;

/// Lines are folded to at most so many octets, without their ends (RFC 5545, 3.1).
const FOLD: usize = 75;

/// A day-long event for each due, with a reminder a week before. Ids stay the same from file to file, so that a program
/// moves what it knows already.
pub(super) fn ics(calendar: &Calendar, now: DateTime<Utc>) -> String {
    let mut text = String::new();
    let mut line = |content: &str| text.push_str(&folded(content));
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//auditpack//calendar//EN");
    line("CALSCALE:GREGORIAN");
    line(&format!("X-WR-CALNAME:{}", escaped(&format!("Audit dates of {}", calendar.organization))));
    for due in &calendar.dues {
        event(due, &calendar.organization, now, &mut line);
    }
    line("END:VCALENDAR");
    text
}

fn event(due: &Due, organization: &str, now: DateTime<Utc>, line: &mut impl FnMut(&str)) {
    // One program may hold the calendars of several organizations, and each has a next snapshot.
    let uid = Sha256::of(format!("{organization}\n{}\n{}", due.kind.words(), due.id).as_bytes());
    let end = due.date.succ_opt().unwrap_or(due.date);
    let overdue = if due.state == DueState::Overdue { "Overdue: " } else { "" };
    let owner = if due.owner.is_empty() { String::new() } else { format!("\\nOwner: {}", escaped(&due.owner)) };
    line("BEGIN:VEVENT");
    line(&format!("UID:{uid}@auditpack"));
    line(&format!("DTSTAMP:{}", now.format("%Y%m%dT%H%M%SZ")));
    line(&format!("DTSTART;VALUE=DATE:{}", due.date.format("%Y%m%d")));
    line(&format!("DTEND;VALUE=DATE:{}", end.format("%Y%m%d")));
    line(&format!("SUMMARY:{}", escaped(&format!("{overdue}{}", due.title))));
    line(&format!("DESCRIPTION:{}{owner}", escaped(&due.remedy)));
    line(&format!("CATEGORIES:{}", escaped(due.kind.words())));
    line("TRANSP:TRANSPARENT");
    line("BEGIN:VALARM");
    line("ACTION:DISPLAY");
    line(&format!("DESCRIPTION:{}", escaped(&due.title)));
    line("TRIGGER:-P7D");
    line("END:VALARM");
    line("END:VEVENT");
}

/// Text as a value (RFC 5545, 3.3.11); what no eye would see is written out, so that no name begins a line of its own.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        if matches!(character, '\\' | ';' | ',') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A line with its end, folded between characters; what goes on begins with a space.
fn folded(content: &str) -> String {
    let mut text = String::with_capacity(content.len() + 2);
    let mut octets = 0;
    for character in content.chars() {
        if octets + character.len_utf8() > FOLD {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(character);
        octets += character.len_utf8();
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{escaped, folded};

    #[test]
    fn lines_fold_at_75_octets_and_between_characters() {
        let text = folded(&"ü".repeat(100));
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text:?}");
        assert_eq!(text.replace("\r\n ", "").trim_end(), "ü".repeat(100));
    }

    #[test]
    fn no_name_begins_a_property_of_its_own() {
        assert_eq!(escaped("a;b,c\\d\r"), "a\\;b\\,c\\\\d\\\\u{d}");
        assert_eq!(escaped("one\ntwo"), "one\\\\u{a}two");
    }
}
