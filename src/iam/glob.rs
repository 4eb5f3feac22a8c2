//! Patterns: `*` stands for any run of characters, and where IAM reads the pattern `?` for any one.

/// Whether `?` is a wildcard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Our own patterns, in settings and parameters: only `*`.
    Plain,
    /// IAM's: `*` and `?`.
    Iam,
    /// IAM's on a text that is a pattern itself: `?` stands for any one character, not for a run of them.
    Inclusion,
}

/// Whether all that one of IAM's patterns stands for is in what another stands for.
pub(super) fn includes(outer: &str, inner: &str) -> bool {
    matches(Dialect::Inclusion, outer, inner)
}

/// Work that no real pair of patterns needs; beyond it they are taken to overlap.
const MAX_WORK: usize = 1 << 20;

/// Whether some text fits both of two patterns of IAM's.
pub(super) fn overlaps(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().saturating_mul(other.len()) > MAX_WORK {
        return true;
    }
    // `fits[j]`: the rest of `one` from here and the rest of `other` from `j` have a text in common.
    let only_stars = |rest: &[u8]| rest.iter().all(|byte| *byte == b'*');
    let mut fits: Vec<bool> = (0..=other.len()).map(|j| only_stars(&other[j..])).collect();
    for i in (0..one.len()).rev() {
        let mut next = vec![false; other.len() + 1];
        next[other.len()] = only_stars(&one[i..]);
        for j in (0..other.len()).rev() {
            next[j] = match (one[i], other[j]) {
                // A star ends, or takes what the other side has here.
                (b'*', _) | (_, b'*') => fits[j] || next[j + 1],
                (a, b) => (a == b || a == b'?' || b == b'?') && fits[j + 1],
            };
        }
        fits = next;
    }
    fits[0]
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
    let wild = |have: u8| match dialect {
        Dialect::Plain => false,
        Dialect::Iam => true,
        Dialect::Inclusion => have != b'*',
    };
    let same = |(have, want): (&u8, &u8)| have == want || (*want == b'?' && wild(*have));
    text.len() >= part.len() && text.iter().zip(part).all(same)
}

/// The end of the first place where the part is found.
fn find(dialect: Dialect, text: &[u8], part: &[u8]) -> Option<usize> {
    // Without a wild byte the search takes time in proportion to the text, whatever repeats itself in it.
    if dialect == Dialect::Plain || !part.contains(&b'?') {
        return memchr::memmem::find(text, part).map(|start| start + part.len());
    }
    let last = text.len().checked_sub(part.len())?;
    (0..=last).find(|start| starts_with(dialect, &text[*start..], part)).map(|start| start + part.len())
}

#[cfg(test)]
mod tests {
    use super::{Dialect, includes, matches, overlaps};

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
    fn patterns_include_and_overlap_patterns() {
        let table = [
            ("*", "s3:*", true, true),
            ("s3:*", "s3:Get*", true, true),
            ("s3:Get*", "s3:*", false, true),
            ("s3:?", "s3:*", false, true),
            ("s3:G?t*", "s3:Get*", true, true),
            ("s3:Get*", "s3:*Object", false, true),
            ("s3:Get*", "s3:Put*", false, false),
            ("*Object", "s3:Get*", false, true),
            ("a*b", "b*a", false, false),
            ("a?c", "ab?", false, true),
            ("", "*", false, true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/public/*", true, true),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/*", false, false),
        ];
        for (outer, inner, included, overlapping) in table {
            assert_eq!(includes(outer, inner), included, "{outer} includes {inner}");
            assert_eq!(overlaps(outer, inner), overlapping, "{outer} overlaps {inner}");
            assert_eq!(overlaps(inner, outer), overlapping, "{inner} overlaps {outer}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        let pattern = "a*".repeat(2000) + "b";
        assert!(!matches(Dialect::Plain, &pattern, &"a".repeat(20_000)));
        assert!(overlaps(&pattern, &pattern), "too much work is not done");
    }
}
