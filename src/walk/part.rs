//! The calls made for an item under one name: their variations, their pages, and the value that they give.

use serde_json::{Value, json};

use crate::model::{Call, Each, Gap, Region};

use super::ask::Heard;
use super::pages::{Next, Pages};

/// A part while it is asked for.
#[derive(Debug)]
pub(super) struct Asking {
    /// The region that its calls go to.
    pub(super) region: Region,
    pub(super) variation: usize,
    pub(super) pages: Pages,
    values: Vec<Value>,
    found: Found,
    gap: Option<Box<Gap>>,
}

/// What of the part has come so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Nothing was answered.
    Nothing,
    /// AWS says that there is none.
    Absent,
    /// AWS answered, and its answers do not have the member.
    NotThere,
    /// The part, or a piece of it.
    Something,
    /// A document, which is the whole part.
    Document,
}

/// What is known of a part in the end.
#[derive(Debug)]
pub(super) enum PartValue {
    /// It is this; of what AWS says that there is none, null.
    Is(Value),
    /// AWS's answer does not have it, or there was nothing to ask.
    NotThere,
    /// It could not be read.
    Unread(Box<Gap>),
}

/// What comes after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The next page of the same question.
    Ask,
    /// This question is done with.
    Done,
    /// The next page cannot be asked for: why.
    Broken(&'static str),
}

impl Asking {
    pub(super) fn new(region: Region) -> Self {
        let pages = Pages::default();
        Self { region, variation: 0, pages, values: Vec::new(), found: Found::Nothing, gap: None }
    }

    /// Takes a page.
    pub(super) fn content(&mut self, each: &Each, reply: &Value) -> Then {
        let found = match (is_list(&each.call), each.select.member(reply)) {
            // A part over several pages or variations is one list.
            (true, _) if !each.select.is_in(reply) => Found::NotThere,
            (true, _) => {
                let items = each.select.select(reply).into_iter();
                self.values.extend(items.filter(|item| !item.is_null() && item.as_str() != Some("")).cloned());
                Found::Something
            }
            (false, Some(member)) => {
                self.values.push(member.clone());
                Found::Something
            }
            (false, None) => Found::NotThere,
        };
        self.note(found);
        match self.pages.turn(&each.call, reply) {
            Next::End => Then::Done,
            Next::More => Then::Ask,
            Next::Broken(why) => Then::Broken(why),
        }
    }

    pub(super) fn absent(&mut self) {
        self.note(Found::Absent);
    }

    /// Takes a document: its hash and its size are all that is read of it.
    pub(super) fn document(&mut self, heard: &Heard, size: u64) {
        self.values = vec![json!({ "sha256": heard.body.to_string(), "size": size })];
        self.note(Found::Document);
    }

    /// Notes why it cannot be read whole; the first reason stays.
    pub(super) fn lost(&mut self, gap: Gap) {
        self.gap.get_or_insert_with(|| Box::new(gap));
    }

    /// Turns to the next variation, if there is one.
    pub(super) fn next_variation(&mut self, each: &Each) -> bool {
        self.variation += 1;
        self.pages = Pages::default();
        self.found != Found::Document && self.variation < each.call.vary.len()
    }

    /// What is known in the end.
    pub(super) fn end(mut self, each: &Each) -> PartValue {
        match (self.gap, self.found) {
            (Some(gap), _) => PartValue::Unread(gap),
            (None, Found::Absent) => PartValue::Is(Value::Null),
            (None, Found::Nothing | Found::NotThere) => PartValue::NotThere,
            (None, Found::Something) if is_list(&each.call) => PartValue::Is(Value::Array(self.values)),
            (None, Found::Something | Found::Document) => self.values.pop().map_or(PartValue::NotThere, PartValue::Is),
        }
    }

    /// Something found stays found, and what is absent in one variation may be there in another.
    fn note(&mut self, found: Found) {
        self.found = match (self.found, found) {
            (Found::Document, _) | (_, Found::Document) => Found::Document,
            (Found::Something, _) | (_, Found::Something) => Found::Something,
            (Found::NotThere, _) | (_, Found::NotThere) => Found::NotThere,
            (Found::Nothing | Found::Absent, found) => found,
        };
    }
}

fn is_list(call: &Call) -> bool {
    call.page.is_some() || call.vary.len() > 1
}
