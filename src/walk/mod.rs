//! How a source is asked and read: templates, pages, items, parts, followers, and the wire formats. No I/O, no clock, no
//! threads.
//!
//! One machine, [`Walk`], says what to ask next and takes what became of it: a reply, an absence, a refusal, "not asked".
//! It ends in rows and gaps. `collect` drives it with the network, `facts` with kept replies: so both know the same. What
//! an assessment would find missing, the collection knows while it runs.

mod ask;
mod asked;
mod gaps;
mod growing;
mod items;
mod list;
mod machine;
mod misread;
mod pages;
mod part;
mod place;
mod request;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod wire;

pub use ask::{Ask, Event, Heard, Outcome, Ticket};
pub use asked::{flat, path_and_query, varied};
pub use machine::Walk;
pub use misread::{Replied, misread};
pub use place::Place;
pub use request::{Lookup, Prepared, encode, encode_path, prepare, with_host_prefix};
pub use tree::Tree;
pub use wire::{ReportFault, WireError, XmlFault, policy_document, read_body};
