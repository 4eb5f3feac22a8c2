//! Which names are defined where, which are used where, and every fault found on the way.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;

use super::fault::{Fault, File, FilePlace};
use crate::model::{CheckId, ControlId, FrameworkId, RequirementId, nearest};

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

/// What is to be attached when everything is read.
#[derive(Debug, Clone)]
pub(super) enum Attachment {
    /// A check to a control.
    Check(CheckId, ControlId),
    /// A control to a requirement.
    Control(ControlId, FrameworkId, RequirementId),
}

/// A text in a file.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: FilePlace,
}

/// The book of a load.
#[derive(Default)]
pub(super) struct Ledger {
    defined: RefCell<BTreeMap<Kind, BTreeMap<String, FilePlace>>>,
    used: RefCell<Vec<(Kind, Word)>>,
    /// What the own layer defines, once it is read.
    own: RefCell<Option<BTreeMap<Kind, BTreeSet<String>>>>,
    attached: RefCell<Vec<Attachment>>,
    faults: RefCell<Vec<Fault>>,
}

impl Ledger {
    /// Notes a fault.
    pub(super) fn fault(&self, place: &FilePlace, message: impl Into<String>, label: &str, help: impl Into<String>) {
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

    /// The own layer is read: what comes now lies below it.
    pub(super) fn close_own_layer(&self) {
        let defined = self.defined.borrow();
        let names = |names: &BTreeMap<String, FilePlace>| names.keys().cloned().collect();
        *self.own.borrow_mut() = Some(defined.iter().map(|(kind, known)| (kind.clone(), names(known))).collect());
    }

    /// Whether the layer above defines this name: then this one does not count.
    pub(super) fn is_replaced(&self, kind: &Kind, name: &str) -> bool {
        self.own.borrow().as_ref().and_then(|own| own.get(kind)).is_some_and(|names| names.contains(name))
    }

    /// Whether this is the content that must be in use: all of it, or that of the own layer.
    fn must_be_used(&self, kind: &Kind, name: &str) -> bool {
        self.own.borrow().is_none() || self.is_replaced(kind, name)
    }

    /// Notes what is to be attached when everything is read.
    pub(super) fn attach(&self, attachment: Attachment) {
        self.attached.borrow_mut().push(attachment);
    }

    /// Everything to be attached.
    pub(super) fn attachments(&self) -> Vec<Attachment> {
        self.attached.take()
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
            if matches!(kind, Kind::Requirement(_)) && names.is_empty() {
                continue; // there is no such framework, which is said
            }
            if !names.contains_key(&word.text) {
                let help = remedy(&word.text, names.keys().map(String::as_str));
                self.fault(&word.place, format!("there is no {kind} `{}`", word.text), "unknown", help);
            }
        }
    }

    /// Every name of a kind is used; `help` says how.
    pub(super) fn settle_unused(&self, kind: &Kind, help: &str) {
        let used = self.used.borrow();
        let used: BTreeSet<&str> =
            used.iter().filter(|(other, _)| other == kind).map(|(_, word)| word.text.as_str()).collect();
        let defined = self.defined.borrow();
        for (name, place) in defined.get(kind).into_iter().flatten() {
            if !used.contains(name.as_str()) && self.must_be_used(kind, name) {
                self.fault(place, format!("nothing uses the {kind} `{name}`"), "unused", help);
            }
        }
    }

    /// Notes a fault where a name is defined.
    pub(super) fn fault_of(&self, kind: &Kind, name: &str, message: impl Into<String>, help: &str) {
        let defined = self.defined.borrow();
        if let Some(place) = defined.get(kind).and_then(|names| names.get(name)) {
            self.fault(place, message, "here", help);
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

/// Faults a word that is not among those known.
pub(super) fn must_be_known<'a>(
    ledger: &Ledger,
    word: &Word,
    kind: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) {
    if !known.clone().any(|name| name == word.text) {
        ledger.fault(&word.place, format!("there is no {kind} `{}`", word.text), "unknown", remedy(&word.text, known));
    }
}

/// "did you mean", or all that is known.
pub fn remedy<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "none is defined".to_owned(),
        None if known.len() <= MOST_LISTED => format!("known: {}", listed(&known)),
        None => format!("of {} known the nearest are {}", known.len(), listed(&likest(wrong, &known))),
    }
}

/// More names than these are a wall of text.
const MOST_LISTED: usize = 40;

/// The names most like a wrong one, those that share a word with it first.
fn likest<'a>(wrong: &str, known: &[&'a str]) -> Vec<&'a str> {
    let words = |name: &str| name.split(['_', '-', '.']).map(str::to_owned).collect::<Vec<_>>();
    let own = words(wrong);
    let mut known = known.to_vec();
    known.sort_by_key(|name| {
        let shared = words(name).iter().filter(|word| own.contains(word)).count();
        (std::cmp::Reverse(shared), strsim::damerau_levenshtein(wrong, name))
    });
    known.truncate(5);
    known
}

/// "`a`, `b`, `c`".
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
