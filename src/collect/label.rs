//! What a call is for: every call has a label, and every reply is kept under it.

use crate::model::{Answer, Item, Region, SourceId};

/// Says which evidence a call gathers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub(crate) source: SourceId,
    pub(crate) operation: String,
    pub(crate) region: Region,
    pub(crate) item: Option<Item>,
    pub(crate) of: Option<String>,
    pub(crate) page: u32,
    pub(crate) use_: Use,
    pub(crate) opens: bool,
}

/// Whether facts are read from the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Content,
    Step,
}

impl Label {
    /// A call of `operation` for `source` in `region`: page 0 of its list.
    pub fn new(source: impl Into<SourceId>, operation: impl Into<String>, region: &Region) -> Self {
        let (source, operation, region) = (source.into(), operation.into(), region.clone());
        Self { source, operation, region, item: None, of: None, page: 0, use_: Use::Content, opens: false }
    }

    /// The call is made for one item of the list: its answer joins the row of `key` under the name `part`. The list
    /// call found the item in the label's region.
    #[must_use]
    pub fn item(self, part: impl Into<String>, key: impl Into<String>) -> Self {
        let item = Item { part: part.into(), key: key.into(), region: self.region.clone() };
        Self { item: Some(item), ..self }
    }

    /// The list is asked for an item of another source: its key.
    #[must_use]
    pub fn of(self, key: Option<String>) -> Self {
        Self { of: key, ..self }
    }

    /// The call for an item goes to another region than the list's.
    #[must_use]
    pub fn asked_in(self, region: &Region) -> Self {
        Self { region: region.clone(), ..self }
    }

    /// The page, from 0.
    #[must_use]
    pub fn page(self, page: u32) -> Self {
        Self { page, ..self }
    }

    /// What a reply with content is.
    pub(crate) fn answer(&self) -> Answer {
        match self.use_ {
            Use::Content => Answer::Content,
            Use::Step => Answer::Step,
        }
    }

    /// Every text of the reply opens a document by itself and is not kept.
    #[must_use]
    pub(crate) fn opening(self) -> Self {
        Self { opens: true, ..self }
    }

    /// The reply is only a step on the way: kept, but no fact is read from it.
    #[must_use]
    pub fn step(self) -> Self {
        Self { use_: Use::Step, ..self }
    }
}

/// What became of a call. Whatever it is, it is kept already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    /// The thing asked for.
    Content(T),
    /// AWS says that there is none; its error code.
    Absent(String),
    /// It is missing, and the gap says why.
    Gap(crate::model::GapReason),
}

impl<T> Reply<T> {
    /// The thing asked for, if it came.
    pub fn content(self) -> Option<T> {
        match self {
            Self::Content(content) => Some(content),
            Self::Absent(_) | Self::Gap(_) => None,
        }
    }

    /// The same with the content changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        match self {
            Self::Content(content) => Reply::Content(change(content)),
            Self::Absent(code) => Reply::Absent(code),
            Self::Gap(reason) => Reply::Gap(reason),
        }
    }
}
