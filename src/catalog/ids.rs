//! The forms of ids: they become file names and anchors, so no slash and no surprise gets in.

use super::ledger::{Kind, Ledger, Word};

/// `s3.bucket-encrypted`; defines it.
pub(super) fn dotted(ledger: &Ledger, kind: Kind, word: &Word) -> bool {
    let good = word.text.split_once('.').is_some_and(|(first, rest)| is_kebab(first) && is_kebab(rest));
    define(ledger, kind, word, good, "write `service.what-is-good`, in lower case with hyphens")
}

/// `key-management`; defines it.
pub(super) fn kebab(ledger: &Ledger, kind: Kind, word: &Word) -> bool {
    define(ledger, kind, word, is_kebab(&word.text), "use lower case letters, digits and hyphens")
}

/// `max_key_age_days`; defines it.
pub(super) fn snake(ledger: &Ledger, kind: Kind, word: &Word) -> bool {
    let good = is_kebab(&word.text.replace('_', "-")) && !word.text.contains('-');
    define(ledger, kind, word, good, "use lower case letters, digits and underscores")
}

/// A framework's own id, `CC6.1`, `Art.32(1)(a)`, or a report kind; defines it.
pub(super) fn plain(ledger: &Ledger, kind: Kind, word: &Word) -> bool {
    let good = !word.text.is_empty()
        && word.text.chars().all(|c| c.is_ascii_alphanumeric() || "._-()".contains(c))
        && !word.text.contains("..");
    define(ledger, kind, word, good, "use letters, digits and `. _ - ( )`")
}

fn define(ledger: &Ledger, kind: Kind, word: &Word, good: bool, help: &str) -> bool {
    if good {
        ledger.define(kind, word);
    } else {
        ledger.fault(&word.place, format!("`{}` is not a valid {kind} id", word.text), "malformed", help);
    }
    good
}

fn is_kebab(text: &str) -> bool {
    let lower = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.len() <= 80 && text.split('-').all(lower)
}
