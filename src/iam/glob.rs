//! Patterns: `*` stands for any run of characters, and where IAM reads the pattern `?` for any one.

/// Whether `?` is a wildcard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Our own patterns, in settings and parameters: only `*`.
    Plain,
    /// IAM's: `*` and `?`.
    Iam,
}

/// Whether the whole text matches. The parts between the stars are looked for from left to right and never again, so
/// no pattern takes longer than its length times the text's.
pub(crate) fn matches(dialect: Dialect, pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let mut parts = pattern.split(|byte| *byte == b'*');
    let first = parts.next().unwrap_or_default();
    let Some(rest) = text.get(first.len()..).filter(|_| starts_with(dialect, text, first)) else {
        return false;
    };
    let mut middle: Vec<&[u8]> = parts.collect();
    let Some(last) = middle.pop() else {
        return rest.is_empty(); // no star at all
    };
    let mut rest = rest;
    for part in middle {
        match find(dialect, rest, part) {
            Some(end) => rest = &rest[end..],
            None => return false,
        }
    }
    rest.len() >= last.len() && starts_with(dialect, &rest[rest.len() - last.len()..], last)
}

fn starts_with(dialect: Dialect, text: &[u8], part: &[u8]) -> bool {
    let same = |(have, want): (&u8, &u8)| have == want || (dialect == Dialect::Iam && *want == b'?');
    text.len() >= part.len() && text.iter().zip(part).all(same)
}

/// The end of the first place where the part is found.
fn find(dialect: Dialect, text: &[u8], part: &[u8]) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    (0..=last).find(|start| starts_with(dialect, &text[*start..], part)).map(|start| start + part.len())
}

#[cfg(test)]
mod tests {
    use super::{Dialect, matches};

    #[test]
    fn stars_match_any_run() {
        let table = [
            ("*", "", true),
            ("*", "abc", true),
            ("", "", true),
            ("", "a", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "a", false),
            ("a*a", "a", false),
            ("a*bc*d", "a-bc-bc-d", true),
            ("*-prod-*", "eu-prod-1", true),
            ("**", "x", true),
            ("?", "x", false),
            ("a?", "a?", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(matches(Dialect::Plain, pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn iam_knows_the_question_mark() {
        assert!(matches(Dialect::Iam, "s3:Get?bject", "s3:GetObject"));
        assert!(matches(Dialect::Iam, "*:?*", "s3:x"));
        assert!(!matches(Dialect::Iam, "s3:Get?", "s3:Get"));
    }

    #[test]
    fn hostile_patterns_end() {
        let pattern = "a*".repeat(2000) + "b";
        assert!(!matches(Dialect::Plain, &pattern, &"a".repeat(20_000)));
    }
}
