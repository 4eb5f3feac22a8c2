//! What a walk asks, and what it is answered.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::model::{Call, Gap, Item, Reading, Region, Row, Sha256, Source, SourceId};

use super::request::Prepared;
use super::wire::WireError;

/// What a walk says.
#[derive(Debug)]
pub enum Event<'a> {
    /// A call is to be made.
    Ask(Box<Ask<'a>>),
    /// A row is complete.
    Row(&'a SourceId, Box<Row>),
    /// A source's list was read to its last page.
    Read(&'a SourceId, Reading),
    /// Something is missing that no answer said: a list whose last page is missing, a reply that cannot be read.
    Gap(Box<Gap>),
}

/// One call that is to be made, or to be looked up among those that were made.
#[derive(Debug)]
pub struct Ask<'a> {
    /// What the answer is given back with.
    pub ticket: Ticket,
    /// What the call is for.
    pub source: &'a Source,
    /// The call.
    pub call: &'a Call,
    /// Which of the call's variations; of a conversation, which of its questions.
    pub variation: usize,
    /// The parameters that distinguish the variation from the others; empty where there is one only.
    pub varied: Map<String, Value>,
    /// The region that the call goes to.
    pub region: Region,
    /// The item that the call is made for.
    pub item: Option<Item>,
    /// The key of the row of another source that the list is asked for.
    pub of: Option<String>,
    /// The page, from 0.
    pub page: u32,
    /// The request; none where a conversation makes it.
    pub request: Option<Prepared>,
}

/// Names an ask of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub(super) Asker);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asker {
    /// A list.
    List(usize),
    /// A row, for one of its parts.
    Row(usize, usize),
}

/// What became of an ask.
#[derive(Debug)]
pub enum Outcome {
    /// The reply's content.
    Content(Value, Heard),
    /// A document that no fact is read from but its hash and its size in bytes.
    Document(Heard, u64),
    /// AWS says that there is none.
    Absent(Heard),
    /// The reply cannot be read: why.
    Unreadable(WireError, Heard),
    /// There is no reply, and this gap says why.
    Refused(Box<Gap>),
    /// Nothing was asked, and nothing says why.
    NotAsked,
}

/// The reply that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its body.
    pub body: Sha256,
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// When it came.
    pub time: DateTime<Utc>,
}
