//! `{names}` in a source's requests: each must be one that something fills.

use super::ledger::{Ledger, Word, listed};
use super::table::Table;

/// Filled from where the call is made.
const PLACE: [&str; 5] = ["account", "partition", "period.end", "period.start", "region"];

/// What fills the names of a template.
pub(super) struct Known {
    members: Members,
}

enum Members {
    /// There is no item yet.
    None,
    /// There is no item yet, but the row of another source that the list is asked for.
    From,
    /// An item's members, but not these parts: they are read later.
    Item(Vec<String>),
}

impl Known {
    /// In a list call.
    pub(super) fn list() -> Self {
        Self { members: Members::None }
    }

    /// In a list call that is made for each row of another source.
    pub(super) fn from_row() -> Self {
        Self { members: Members::From }
    }

    /// In a call for an item, with the parts that come later.
    pub(super) fn item(later: Vec<String>) -> Self {
        Self { members: Members::Item(later) }
    }

    /// When the row is complete.
    pub(super) fn row() -> Self {
        Self::item(Vec::new())
    }

    /// Notes a member that cannot be there yet.
    pub(super) fn check_member(&self, ledger: &Ledger, word: &Word) {
        if let Some(reason) = self.refuse(&word.text) {
            ledger.fault(&word.place, format!("nothing fills `{}`", word.text), "unknown", reason);
        }
    }

    /// Notes what is no path of members: here even the name of a place is one.
    pub(super) fn check_path(&self, ledger: &Ledger, word: &Word) {
        if !well_formed(&word.text) {
            let help = "write names of members with dots between them";
            ledger.fault(&word.place, format!("`{}` is no path", word.text), "no path", help);
        }
    }

    fn refuse(&self, name: &str) -> Option<String> {
        if PLACE.contains(&name) {
            return None;
        }
        let known = format!("known here: {}", listed(&PLACE));
        let first = name.split('.').next().unwrap_or_default();
        match &self.members {
            Members::None => Some(known),
            Members::From if name.starts_with("from.") && well_formed(name.trim_end_matches('+')) => None,
            Members::From => Some(format!("{known} and `from.<member>` of the row that it is asked for")),
            Members::Item(_) if first == "period" || !well_formed(name) => {
                Some(format!("{known} and the item's members"))
            }
            Members::Item(later) if later.iter().any(|part| part == first) => {
                Some(format!("`{first}` is read later: order the `each` calls so that it comes first"))
            }
            Members::Item(_) => None,
        }
    }
}

/// Notes every name in the texts of a member that nothing fills.
pub(super) fn check(table: &Table<'_>, key: &str, known: &Known) {
    for word in table.all_words(key) {
        match names(&word.text) {
            Ok(names) => {
                for name in names {
                    if let Some(help) = known.refuse(&name) {
                        table.ledger.fault(&word.place, format!("nothing fills `{{{name}}}`"), "unknown name", help);
                    }
                }
            }
            Err(()) => {
                table.ledger.fault(&word.place, "a brace is opened and not closed", "here", "write `{name}`");
            }
        }
    }
}

fn names(template: &str) -> Result<Vec<String>, ()> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(())?;
        names.push(name.to_owned());
        rest = after;
    }
    Ok(names)
}

fn well_formed(name: &str) -> bool {
    name.split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-@:".contains(c)))
}
