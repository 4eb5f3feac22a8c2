//! The outline: the headings in their order.

use std::rc::Rc;

use super::block::Heading;

/// An entry of the outline.
pub(super) struct Entry {
    pub(super) level: u8,
    pub(super) title: String,
    pub(super) id: Rc<str>,
}

impl Entry {
    pub(super) fn of(heading: &Heading) -> Self {
        Self { level: heading.level, title: heading.plain(), id: Rc::clone(&heading.id) }
    }
}
