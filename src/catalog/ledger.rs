//! Which names are defined where, which are used where, and every fault found on the way.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;

use super::fault::{Fault, File, Place};

/// What a name is a name of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Source,
    Check,
    Control,
    Framework,
    /// Of one framework.
    Requirement(String),
    /// Of one framework.
    Manual(String),
    Service,
    Layer,
    Report,
    Param,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Check => "check",
            Self::Control => "control",
            Self::Framework => "framework",
            Self::Requirement(_) => "requirement",
            Self::Manual(_) => "manual evidence",
            Self::Service => "service",
            Self::Layer => "layer",
            Self::Report => "report kind",
            Self::Param => "parameter",
        })
    }
}

/// A text in a file.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Place,
}

/// The book of a load.
#[derive(Default)]
pub(super) struct Ledger {
    defined: RefCell<BTreeMap<Kind, BTreeMap<String, Place>>>,
    used: RefCell<Vec<(Kind, Word)>>,
    faults: RefCell<Vec<Fault>>,
}

impl Ledger {
    /// Notes a fault.
    pub(super) fn fault(&self, place: &Place, message: impl Into<String>, label: &str, help: impl Into<String>) {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        self.push(Fault::new(place, message, label, help));
    }

    pub(super) fn push(&self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }

    /// Notes a definition; a second one of the same name is a fault.
    pub(super) fn define(&self, kind: Kind, word: &Word) {
        let mut defined = self.defined.borrow_mut();
        let names = defined.entry(kind.clone()).or_default();
        if let Some(first) = names.get(&word.text) {
            let help = Some(format!("give one of the two {kind}s another id, or delete it"));
            let message = format!("the {kind} `{}` is defined twice", word.text);
            self.push(Fault::new(&word.place, message, "second", help).and(first, "first"));
        } else {
            names.insert(word.text.clone(), word.place.clone());
        }
    }

    /// Notes a name that several may define.
    pub(super) fn define_once(&self, kind: Kind, word: &Word) {
        let mut defined = self.defined.borrow_mut();
        defined.entry(kind).or_default().entry(word.text.clone()).or_insert_with(|| word.place.clone());
    }

    /// Notes that a name is used.
    pub(super) fn refer(&self, kind: Kind, word: &Word) {
        self.used.borrow_mut().push((kind, word.clone()));
    }

    /// Every name that is used is defined.
    pub(super) fn settle_references(&self) {
        let defined = self.defined.borrow();
        let none = BTreeMap::new();
        for (kind, word) in self.used.borrow().iter() {
            let names = defined.get(kind).unwrap_or(&none);
            if !names.contains_key(&word.text) {
                let help = remedy(&word.text, names.keys().map(String::as_str));
                self.fault(&word.place, format!("there is no {kind} `{}`", word.text), "unknown", help);
            }
        }
    }

    /// Every name of a kind is used; `help` says how.
    pub(super) fn settle_unused(&self, kind: &Kind, help: &str) {
        let used = self.used.borrow();
        let defined = self.defined.borrow();
        for (name, place) in defined.get(kind).into_iter().flatten() {
            if !used.iter().any(|(other, word)| other == kind && word.text == *name) {
                self.fault(place, format!("nothing uses the {kind} `{name}`"), "unused", help);
            }
        }
    }

    pub(super) fn is_defined(&self, kind: &Kind) -> bool {
        self.defined.borrow().contains_key(kind)
    }

    /// Replaces parts of a file in all messages about it.
    pub(super) fn conceal(&self, file: &File, parts: &[Range<usize>]) {
        if parts.is_empty() {
            return;
        }
        let mut text = file.inner().clone().into_bytes();
        for part in parts {
            if let Some(part) = text.get_mut(part.clone()) {
                part.fill(b'*');
            }
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        let shown = Arc::new(NamedSource::new(file.name(), text).with_language("TOML"));
        let mut faults = self.faults.borrow_mut();
        faults.iter_mut().filter(|fault| fault.file() == file.name()).for_each(|fault| fault.show(&shown));
    }

    /// Closes the book.
    pub(super) fn faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }
}

/// "did you mean", or all that is known.
pub fn remedy<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let near =
        known.iter().map(|name| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase()), *name));
    match near.min() {
        Some((distance, name)) if distance < wrong.chars().count() && distance <= 1 + wrong.chars().count() / 4 => {
            format!("did you mean `{name}`?")
        }
        Some(_) if known.len() <= 40 => format!("known: {}", listed(&known)),
        Some(_) => String::new(),
        None => "none is defined".to_owned(),
    }
}

/// "`a`, `b`, `c`".
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
