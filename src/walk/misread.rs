//! What reading a reply will find missing, known as soon as it came.

use crate::model::{Gap, GapReason, Item, Region, Source};

use super::ask::Heard;
use super::gaps::About;
use super::items::items;
use super::place::Place;
use super::wire::read_body;

/// A reply to one of a conversation's questions: the typed client that asked it reads less than the source describes.
pub struct Replied<'a> {
    /// The source whose evidence it is.
    pub source: &'a Source,
    /// Where it was asked.
    pub place: &'a Place,
    /// What was called.
    pub operation: &'a str,
    /// In which region.
    pub region: &'a Region,
    /// The item that it is about; `None`: it is a page of the list.
    pub item: Option<&'a Item>,
    /// What was kept of it.
    pub heard: &'a Heard,
    /// Its body.
    pub body: &'a [u8],
}

/// The gaps that an assessment will find in a reply. None for what no fact is read from.
pub fn misread(reply: &Replied<'_>) -> Vec<Gap> {
    let Some(call) = reply.source.call_of(reply.item.map(|item| item.part.as_str())) else { return Vec::new() };
    if reply.item.is_none() && call.operation != reply.operation {
        return Vec::new();
    }
    let about = || {
        let Replied { source, place, operation, region, .. } = *reply;
        About { source, place, operation, region, item: reply.item.cloned() }
    };
    match read_body(reply.source.protocol, reply.operation, &call.shape, reply.body) {
        Err(error) => vec![about().unreadable(reply.heard, &error)],
        Ok(_) if reply.item.is_some() => Vec::new(),
        Ok(page) => {
            let wrong = items(reply.source, reply.place, &page).1;
            wrong.iter().map(|what| about().heard(reply.heard, GapReason::Unreadable, what)).collect()
        }
    }
}
