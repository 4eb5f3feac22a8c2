//! Reads a TOML table member by member. Each wrong member is noted with its place and reading goes on, so that one run
//! finds all faults; serde would stop at the first of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{File, FilePlace};
use super::ledger::{Kind, Ledger, Word, listed, remedy};

type Node<'a> = Spanned<DeValue<'a>>;

/// A table with the ledger that takes its faults.
#[derive(Clone)]
pub(super) struct Table<'a> {
    pub(super) ledger: &'a Ledger,
    file: &'a File,
    span: Range<usize>,
    members: &'a DeTable<'a>,
}

/// Deeper than any row of an example.
const MAX_DEPTH: usize = 32;

impl<'a> Table<'a> {
    /// A file's table.
    pub(super) fn root(ledger: &'a Ledger, file: &'a File, members: &'a DeTable<'a>) -> Self {
        let first_line = file.inner().find('\n').unwrap_or(file.inner().len());
        Self { ledger, file, span: 0..first_line, members }
    }

    /// Faults every member that is none of these.
    pub(super) fn only(self, known: &[&str]) -> Self {
        for key in self.members.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let name = key.get_ref();
                let help = remedy(name, known.iter().copied());
                self.ledger.fault(&self.place(key.span()), format!("unknown key `{name}`"), "unknown", help);
            }
        }
        self
    }

    /// Whether the own layer defines this table's item, so that this one does not count.
    pub(super) fn is_replaced(&self, kind: &Kind, id: &str) -> bool {
        self.text(id).is_some_and(|name| self.ledger.is_replaced(kind, &name))
    }

    /// The table's own place.
    pub(super) fn here(&self) -> FilePlace {
        self.place(self.span.clone())
    }

    pub(super) fn place(&self, span: Range<usize>) -> FilePlace {
        FilePlace { file: self.file.clone(), span }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// The place of a member's name, or the table's when it is not there.
    pub(super) fn place_of(&self, key: &str) -> FilePlace {
        self.members.get_key_value(key).map_or_else(|| self.here(), |(key, _)| self.place(key.span()))
    }

    /// Names of the members, with their places.
    pub(super) fn keys(&self) -> Vec<Word> {
        let word = |key: &Spanned<std::borrow::Cow<'_, str>>| Word {
            text: key.get_ref().clone().into_owned(),
            place: self.place(key.span()),
        };
        self.members.keys().map(word).collect()
    }

    /// A text that must be there.
    pub(super) fn need(&self, key: &str) -> Option<Word> {
        self.demand(key);
        let word = self.word(key)?;
        if word.text.trim().is_empty() {
            self.ledger.fault(&word.place, format!("`{key}` is empty"), "empty", "write a text");
            return None;
        }
        Some(word)
    }

    /// Notes a missing member.
    pub(super) fn demand(&self, key: &str) {
        if !self.has(key) {
            self.ledger.fault(&self.here(), format!("`{key}` is missing"), "in here", format!("add `{key} = …`"));
        }
    }

    /// A text, if it is there.
    pub(super) fn word(&self, key: &str) -> Option<Word> {
        self.as_word(key, self.members.get(key)?)
    }

    /// A text or nothing.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.word(key).map(|word| word.text)
    }

    /// A list of texts; empty when it is not there.
    pub(super) fn words(&self, key: &str) -> Vec<Word> {
        self.nodes(key).into_iter().filter_map(|node| self.as_word(key, node)).collect()
    }

    /// The texts of a list.
    pub(super) fn texts<C: FromIterator<String>>(&self, key: &str) -> C {
        self.words(key).into_iter().map(|word| word.text).collect()
    }

    /// `true` or `false`; false when it is not there.
    pub(super) fn flag(&self, key: &str) -> bool {
        let Some(node) = self.members.get(key) else { return false };
        node.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(key, node, "true or false");
            false
        })
    }

    /// A whole number from 1 on.
    pub(super) fn count(&self, key: &str) -> Option<u32> {
        let node = self.members.get(key)?;
        let number = match node.get_ref() {
            DeValue::Integer(digits) => u32::from_str_radix(digits.as_str(), digits.radix()).ok().filter(|n| *n > 0),
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, node, "a whole number from 1 on");
        }
        number
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let word = self.word(key)?;
        let found = choices.iter().find(|(name, _)| *name == word.text).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let message = format!("`{}` is not a valid `{key}`", word.text);
            self.ledger.fault(&word.place, message, "unknown", format!("one of {}", listed(&names)));
        }
        found
    }

    /// A table, if it is there.
    pub(super) fn table(&self, key: &str) -> Option<Table<'a>> {
        let node = self.members.get(key)?;
        self.as_table(key, node)
    }

    /// A list of tables; empty when it is not there.
    pub(super) fn tables(&self, key: &str) -> Vec<Table<'a>> {
        self.nodes(key).into_iter().filter_map(|node| self.as_table(key, node)).collect()
    }

    /// A table of texts.
    pub(super) fn text_map(&self, key: &str) -> BTreeMap<String, String> {
        let Some(table) = self.table(key) else { return BTreeMap::new() };
        table
            .members
            .keys()
            .filter_map(|name| Some((name.get_ref().to_string(), table.text(name.get_ref())?)))
            .collect()
    }

    /// A member as JSON.
    pub(super) fn json(&self, key: &str) -> Option<Value> {
        self.members.get(key).and_then(|node| self.as_json(node, 0))
    }

    /// A list's members as JSON.
    pub(super) fn json_list(&self, key: &str) -> Vec<Value> {
        self.nodes(key).into_iter().filter_map(|node| self.as_json(node, 0)).collect()
    }

    /// A table's members as JSON; empty when it is not there.
    pub(super) fn json_map(&self, key: &str) -> BTreeMap<String, Value> {
        self.table(key).map(|table| table.json_members()).unwrap_or_default()
    }

    /// All members as JSON.
    pub(super) fn json_members(&self) -> BTreeMap<String, Value> {
        let member = |(name, node): (&Spanned<std::borrow::Cow<'_, str>>, &'a Node<'a>)| {
            Some((name.get_ref().to_string(), self.as_json(node, 0)?))
        };
        self.members.iter().filter_map(member).collect()
    }

    /// All texts of a member, however deep: templates hide in lists and tables.
    pub(super) fn all_words(&self, key: &str) -> Vec<Word> {
        let mut words = Vec::new();
        if let Some(node) = self.members.get(key) {
            self.gather(node, &mut words, 0);
        }
        words
    }

    /// Whether a member is a list.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.members.get(key).is_some_and(|node| node.get_ref().is_array())
    }

    /// A date, as a TOML date or as text.
    pub(super) fn date(&self, key: &str) -> Option<(chrono::NaiveDate, FilePlace)> {
        let node = self.members.get(key)?;
        let text = match node.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        match text.parse() {
            Ok(date) => Some((date, self.place(node.span()))),
            Err(_) => {
                self.wrong(key, node, "a date like \"2026-12-31\"");
                None
            }
        }
    }

    fn gather(&self, node: &Node<'_>, words: &mut Vec<Word>, depth: usize) {
        match node.get_ref() {
            DeValue::String(text) => words.push(Word { text: text.to_string(), place: self.place(node.span()) }),
            DeValue::Array(nodes) if depth < MAX_DEPTH => nodes.iter().for_each(|n| self.gather(n, words, depth + 1)),
            DeValue::Table(nodes) if depth < MAX_DEPTH => nodes.values().for_each(|n| self.gather(n, words, depth + 1)),
            _ => {}
        }
    }

    fn nodes(&self, key: &str) -> Vec<&'a Node<'a>> {
        let Some(node) = self.members.get(key) else { return Vec::new() };
        match node.get_ref() {
            DeValue::Array(nodes) => nodes.iter().collect(),
            _ => {
                self.wrong(key, node, "a list");
                Vec::new()
            }
        }
    }

    fn as_word(&self, key: &str, node: &Node<'_>) -> Option<Word> {
        match node.get_ref() {
            DeValue::String(text) => Some(Word { text: text.to_string(), place: self.place(node.span()) }),
            _ => {
                self.wrong(key, node, "a text");
                None
            }
        }
    }

    fn as_table(&self, key: &str, node: &'a Node<'a>) -> Option<Table<'a>> {
        match node.get_ref() {
            DeValue::Table(members) => Some(Table { ledger: self.ledger, file: self.file, span: node.span(), members }),
            _ => {
                self.wrong(key, node, "a table");
                None
            }
        }
    }

    /// NOTE: TOML has no null; `nan`, which JSON has not, stands for it.
    fn as_json(&self, node: &Node<'_>, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            self.ledger.fault(
                &self.place(node.span()),
                "nested too deep",
                "here",
                format!("at most {MAX_DEPTH} levels"),
            );
            return None;
        }
        let value = match node.get_ref() {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Boolean(truth) => Value::from(*truth),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => Value::from(number),
                Err(_) => {
                    self.wrong("number", node, "a whole number of 64 bits");
                    return None;
                }
            },
            DeValue::Float(digits) => digits.as_str().parse::<f64>().map_or(Value::Null, Value::from),
            DeValue::Datetime(time) => Value::from(time.to_string()),
            DeValue::Array(nodes) => nodes.iter().filter_map(|node| self.as_json(node, depth + 1)).collect(),
            DeValue::Table(nodes) => {
                let members = nodes
                    .iter()
                    .filter_map(|(key, node)| Some((key.get_ref().to_string(), self.as_json(node, depth + 1)?)));
                Value::Object(members.collect())
            }
        };
        Some(value)
    }

    fn wrong(&self, key: &str, node: &Node<'_>, expected: &str) {
        let found = node.get_ref().type_str();
        let message = format!("`{key}` must be {expected}");
        self.ledger.fault(&self.place(node.span()), message, &format!("this is a TOML {found}"), "");
    }
}

/// The members named more than once in a list are noted.
pub(super) fn distinct(ledger: &Ledger, words: &[Word]) {
    let mut seen = BTreeSet::new();
    for word in words {
        if !seen.insert(&word.text) {
            ledger.fault(&word.place, format!("`{}` is listed twice", word.text), "again", "delete one");
        }
    }
}
