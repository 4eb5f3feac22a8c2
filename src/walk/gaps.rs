//! The gaps that show only when replies are read.

use chrono::{DateTime, Utc};

use crate::model::{self, Gap, GapReason, Item, Region, Remedy, Source, with_causes};

use super::ask::Heard;
use super::place::Place;
use super::wire::WireError;

/// Which call a gap is about.
pub(super) struct About<'a> {
    pub(super) source: &'a Source,
    pub(super) place: &'a Place,
    pub(super) operation: &'a str,
    pub(super) region: &'a Region,
    pub(super) item: Option<Item>,
}

impl About<'_> {
    /// A reply came, and something is wrong with it.
    pub(super) fn heard(self, heard: &Heard, reason: GapReason, what: &str) -> Gap {
        let message = format!(
            "{} of source `{}`: {what}; collect again, and if it stays, the source's description must be corrected",
            self.operation, self.source.id
        );
        let (request_id, body) = (heard.request_id.clone(), Some(heard.body));
        Gap { request_id, body, ..self.silent(reason, Remedy::Report, message, heard.time) }
    }

    /// A reply came, and it cannot be read: here its error becomes words.
    pub(super) fn unreadable(self, heard: &Heard, error: &WireError) -> Gap {
        self.heard(heard, GapReason::Unreadable, &with_causes(error))
    }

    /// Nothing came.
    pub(super) fn silent(self, reason: GapReason, remedy: Remedy, message: String, time: DateTime<Utc>) -> Gap {
        let about = model::Unanswered {
            source: self.source.id.clone(),
            account: self.place.account.clone(),
            region: self.region.clone(),
            operation: Some(self.operation.to_owned()),
            item: self.item,
            time,
        };
        Gap::new(about, reason, remedy, message)
    }

    /// Nothing came for an item.
    pub(super) fn silent_part(self, key: &str, page: u32, time: DateTime<Utc>) -> Gap {
        let (operation, id) = (self.operation, &self.source.id);
        let (reason, message) = match page {
            0 => (GapReason::NotAttempted, format!("{operation} was not called for `{key}`; collect again")),
            page => (
                GapReason::Failed,
                format!(
                    "{operation} of source `{id}`: page {page} says that there are more, but none follows; collect again"
                ),
            ),
        };
        self.silent(reason, Remedy::again(), message, time)
    }
}
