//! Faults in a user's file: where, which word, what to do; all of them at once.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource};

/// A file as messages show it.
pub(super) type File = Arc<NamedSource<String>>;

/// A word in a file.
#[derive(Debug, Clone)]
pub(super) struct FilePlace {
    pub(super) file: File,
    pub(super) span: Range<usize>,
}

impl FilePlace {
    /// The file and the line, from 1.
    pub(super) fn shown(&self) -> String {
        let before = self.file.inner().get(..self.span.start).unwrap_or_default();
        format!("{}:{}", self.file.name(), before.matches('\n').count() + 1)
    }

    /// The label of the place; none in a line too long to be read, which the report's layout cannot bear.
    fn label(&self, text: &str) -> Option<LabeledSpan> {
        let (before, after) = self.file.inner().split_at_checked(self.span.start).unwrap_or_default();
        let start = before.rsplit('\n').next().unwrap_or_default().len();
        let line = start + after.split('\n').next().unwrap_or_default().len();
        (line <= MAX_LINE).then(|| LabeledSpan::new(Some(text.to_owned()), self.span.start, self.span.len()))
    }
}

/// Bytes of a line that is shown.
const MAX_LINE: usize = 10_000;

/// One fault: the message names the word, the label points at it, the help says what to do.
#[derive(Debug, Clone, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub struct Fault {
    message: String,
    #[source_code]
    file: File,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
    #[help]
    help: Option<String>,
    #[related]
    related: Vec<Fault>,
}

impl Fault {
    pub(super) fn new(place: &FilePlace, message: impl Into<String>, label: &str, help: Option<String>) -> Self {
        let labels = Vec::from_iter(place.label(label));
        let message = message.into();
        let message = if labels.is_empty() { format!("{}: {message}", place.shown()) } else { message };
        Self { message, file: place.file.clone(), labels, help, related: Vec::new() }
    }

    /// Shows a second place, in the same file or another.
    pub(super) fn and(mut self, place: &FilePlace, label: &str) -> Self {
        if Arc::ptr_eq(&self.file, &place.file) {
            self.labels.extend(place.label(label));
        } else {
            self.related.push(Self::new(place, label, "here", None));
        }
        self
    }

    /// Shows another text of the same file.
    pub(super) fn show(&mut self, file: &File) {
        self.file = file.clone();
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file's path, relative to the mappings folder.
    pub fn file(&self) -> &str {
        self.file.name()
    }

    /// The line of the word, from 1.
    pub fn line(&self) -> usize {
        let before = self.file.inner().get(..self.offset()).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// The wrong word.
    pub fn word(&self) -> &str {
        let span = self.labels.first().map_or(0..0, |label| label.offset()..label.offset() + label.len());
        self.file.inner().get(span).unwrap_or_default()
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<&str> {
        self.help.as_deref()
    }

    fn offset(&self) -> usize {
        self.labels.first().map_or(0, LabeledSpan::offset)
    }
}

/// All faults of a set of files, by file and place.
#[derive(Debug, Clone)]
pub struct Faults {
    list: Vec<Fault>,
    left_off: usize,
}

/// More messages than a person reads; a hostile file could make millions.
const SHOWN: usize = 200;

impl Faults {
    pub(super) fn new(mut list: Vec<Fault>) -> Self {
        list.sort_by(|a, b| (a.file(), a.offset(), &a.message).cmp(&(b.file(), b.offset(), &b.message)));
        list.dedup_by(|a, b| (a.file(), a.offset(), &a.message) == (b.file(), b.offset(), &b.message));
        let left_off = list.len().saturating_sub(SHOWN);
        list.truncate(SHOWN);
        Self { list, left_off }
    }

    /// The faults.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.list.as_slice() {
            [_] => write!(f, "1 fault"),
            list => write!(f, "{} faults", list.len() + self.left_off),
        }?;
        if self.left_off > 0 {
            write!(f, ", the first {SHOWN} are shown")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

impl Diagnostic for Faults {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.list.iter().map(|fault| fault as &dyn Diagnostic)))
    }
}
