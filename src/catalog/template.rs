//! `{names}` in a source's requests: each must be one that something fills. Templates and paths are read here, once.

use std::collections::BTreeMap;

use crate::model::{FROM, Name, PLACE_NAMES, Parameter, Parameters, Path, Template, TemplateError};

use super::fault::FilePlace;
use super::ledger::{Ledger, Word, listed};
use super::table::Table;

/// What fills the names of a template.
#[derive(Clone)]
pub(super) struct TemplateNames {
    members: Members,
    follows: Follows,
}

#[derive(Clone)]
enum Members {
    /// There is no item yet.
    None,
    /// An item's members and parts, but not the parts that are read later.
    Item { items: Items, parts: Vec<String>, later: Vec<String> },
}

/// Whether the source follows another one, whose row is known as `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// It does.
    Another,
    /// It does not.
    None,
}

/// What the items of a source are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    /// Texts: there is a list of them, and no `key` among their members.
    Texts,
    /// Objects, or the whole reply.
    Objects,
    /// Not known here: what a check writes about rows of its source.
    Unknown,
}

/// The member that an item which is a text is known as.
const ITEM: &str = "_item";

impl Items {
    /// What the items are of a source with these keys.
    pub(super) fn of(table: &Table<'_>) -> Self {
        if table.has("items") && !table.has("key") { Self::Texts } else { Self::Objects }
    }

    /// Why a member cannot be one of such an item, whose parts are these.
    pub(super) fn refuse(self, first: &str, parts: &[String]) -> Option<String> {
        match self {
            _ if parts.iter().any(|part| part == first) || first == "kind" => None,
            Self::Texts if first != ITEM => {
                Some(format!("the items are texts, known as `{{{ITEM}}}`; if they are objects, name their `key`"))
            }
            Self::Objects if first == ITEM => {
                Some(format!("`{{{ITEM}}}` is an item that is a text: name a member of the item, or delete `key`"))
            }
            Self::Texts | Self::Objects | Self::Unknown => None,
        }
    }
}

impl TemplateNames {
    /// In a list call.
    pub(super) fn list(follows: Follows) -> Self {
        Self { members: Members::None, follows }
    }

    /// In a call for an item, with the parts that come later.
    pub(super) fn item(items: Items, parts: Vec<String>, later: Vec<String>, follows: Follows) -> Self {
        Self { members: Members::Item { items, parts, later }, follows }
    }

    /// In a row of a source that is described elsewhere.
    pub(super) fn row() -> Self {
        Self::item(Items::Unknown, Vec::new(), Vec::new(), Follows::Another)
    }

    /// Reads a path of members that are known here.
    pub(super) fn path(&self, ledger: &Ledger, word: &Word) -> Option<Path> {
        let path = path(ledger, word)?;
        if let Some(help) = self.refuse_member(&path) {
            ledger.fault(&word.place, format!("nothing fills `{path}`"), "unknown", help);
            return None;
        }
        Some(path)
    }

    fn refuse(&self, name: &Name) -> Option<String> {
        name.member().and_then(|path| self.refuse_member(path))
    }

    fn refuse_member(&self, path: &Path) -> Option<String> {
        let known = format!("known here: {}", listed(&PLACE_NAMES));
        match (&self.members, path.first()) {
            (_, FROM) if self.follows == Follows::Another && path.after(FROM).is_some() => None,
            (Members::None, _) if self.follows == Follows::Another => {
                Some(format!("{known} and `from.<member>` of the row that it is asked for"))
            }
            (Members::None, _) => Some(known),
            (Members::Item { .. }, FROM) => Some("the source follows no other one: it has no `from`".to_owned()),
            (Members::Item { .. }, "period") => Some(format!("{known} and the item's members")),
            (Members::Item { later, .. }, first) if later.iter().any(|part| part == first) => {
                Some(format!("`{first}` is read later: order the `each` calls so that it comes first"))
            }
            (Members::Item { items, parts, .. }, first) => items.refuse(first, parts),
        }
    }

    fn check(&self, ledger: &Ledger, place: &FilePlace, template: Template) -> Option<Template> {
        let mut whole = true;
        for name in template.names() {
            if let Some(help) = self.refuse(name) {
                ledger.fault(place, format!("nothing fills `{{{name}}}`"), "unknown name", help);
                whole = false;
            }
        }
        whole.then_some(template)
    }

    /// Reads a template.
    pub(super) fn template(&self, ledger: &Ledger, word: &Word) -> Option<Template> {
        match Template::parse(&word.text) {
            Ok(template) => self.check(ledger, &word.place, template),
            Err(TemplateError::Open) => {
                ledger.fault(&word.place, "a brace is opened and not closed", "here", "write `{name}`");
                None
            }
            Err(TemplateError::Name(error)) => {
                let help = format!("known here: {} and members, with dots between their names", listed(&PLACE_NAMES));
                ledger.fault(&word.place, format!("nothing fills the braces: {error}"), "unknown name", help);
                None
            }
        }
    }
}

/// Reads a path of members: here even the name of a place is one.
pub(super) fn path(ledger: &Ledger, word: &Word) -> Option<Path> {
    let path = Path::parse(&word.text).map_err(|error| {
        ledger.fault(&word.place, error.to_string(), "not a path", "write names of members with dots between them");
    });
    path.ok()
}

/// Reads a member that is a path; none: empty.
pub(super) fn path_of(table: &Table<'_>, key: &str) -> Path {
    table.word(key).and_then(|word| path(table.ledger, &word)).unwrap_or_default()
}

/// Reads a member that is a template, if it is there.
pub(super) fn read(table: &Table<'_>, key: &str, known: &TemplateNames) -> Option<Template> {
    known.template(table.ledger, &table.word(key)?)
}

/// Notes every template in the texts of a member that nothing fills, however deep.
fn check_all(table: &Table<'_>, key: &str, known: &TemplateNames) {
    table.all_words(key).iter().for_each(|word| drop(known.template(table.ledger, word)));
}

/// Reads a table of templates.
pub(super) fn read_map(table: &Table<'_>, key: &str, known: &TemplateNames) -> BTreeMap<String, Template> {
    check_all(table, key, known);
    let texts = table.text_map(key).into_iter();
    texts.filter_map(|(name, text)| Some((name, Template::parse(&text).ok()?))).collect()
}

/// Reads a table of parameters.
pub(super) fn read_parameters(table: &Table<'_>, key: &str, known: &TemplateNames) -> Parameters {
    check_all(table, key, known);
    parameters(table.json_map(key))
}

/// Reads a list of tables of parameters.
pub(super) fn read_variations(table: &Table<'_>, key: &str, known: &TemplateNames) -> Vec<Parameters> {
    check_all(table, key, known);
    table.tables(key).iter().map(|table| parameters(table.json_members())).collect()
}

/// What is not a template was noted before.
fn parameters(values: BTreeMap<String, serde_json::Value>) -> Parameters {
    values.into_iter().filter_map(|(name, value)| Some((name, Parameter::parse(&value).ok()?))).collect()
}
