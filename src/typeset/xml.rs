//! The template's XML as a tree, within bounds.

use std::borrow::Cow;

use roxmltree::{Document, Node, ParsingOptions};

use super::PdfError;

/// No template nests deeper; what it was fed may try.
const MAX_DEPTH: usize = 24;

/// Longer text of one piece is cut and says so: no reader wants it, and the evidence itself is in the pack.
const MAX_TEXT: usize = 20_000;

/// An element of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'x>(Node<'x, 'x>);

/// What stands in an element.
pub(super) enum Child<'x> {
    Element(Element<'x>),
    Text(&'x str),
}

impl<'x> Element<'x> {
    pub(super) fn name(self) -> &'x str {
        self.0.tag_name().name()
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'x str> {
        let value = self.0.attribute(name)?;
        let end = value.char_indices().nth(MAX_TEXT).map_or(value.len(), |(end, _)| end);
        value.get(..end)
    }

    pub(super) fn text(self, name: &str) -> &'x str {
        self.attribute(name).unwrap_or_default()
    }

    pub(super) fn wrong(self, message: impl Into<String>) -> PdfError {
        let line = self.0.document().text_pos_at(self.0.range().start).row as usize;
        PdfError::Template { line, message: message.into() }
    }

    pub(super) fn children(self) -> impl Iterator<Item = Child<'x>> {
        self.0.children().filter_map(|child| match child.is_element() {
            true => Some(Child::Element(Element(child))),
            false if child.is_text() => child.text().map(Child::Text),
            false => None,
        })
    }

    /// The child elements; text between them other than white space is a fault.
    pub(super) fn elements(self) -> Result<Vec<Element<'x>>, PdfError> {
        let mut elements = Vec::new();
        for child in self.children() {
            match child {
                Child::Element(element) => elements.push(element),
                Child::Text(text) if text.trim().is_empty() => {}
                Child::Text(text) => {
                    let text: String = text.trim().chars().take(30).collect();
                    return Err(self.wrong(format!("text `{text}` has no place directly in <{}>", self.name())));
                }
            }
        }
        Ok(elements)
    }

    fn bounded(self, depth: usize) -> Result<(), PdfError> {
        if depth == 0 {
            return Err(self.wrong(format!("elements nest deeper than {MAX_DEPTH}")));
        }
        self.0.children().filter(Node::is_element).try_for_each(|child| Element(child).bounded(depth - 1))
    }
}

/// What may not stand in XML at all, as U+FFFD: names from AWS are hostile, and one of them must not cost the report.
pub(super) fn legal(xml: &str) -> Cow<'_, str> {
    let barred = |c| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    if xml.contains(barred) { xml.replace(barred, "\u{FFFD}").into() } else { xml.into() }
}

/// Reads a document.
pub(super) fn parse(xml: &str) -> Result<Document<'_>, PdfError> {
    Document::parse_with_options(xml, ParsingOptions::default()).map_err(|error| {
        let position = error.pos();
        let message = error.to_string();
        // The place is ours to name.
        let message = message.strip_suffix(&format!(" at {position}")).unwrap_or(&message).to_owned();
        PdfError::Template { line: position.row as usize, message }
    })
}

/// The root of a document, nowhere deeper than any template nests.
pub(super) fn root<'x>(document: &'x Document<'_>) -> Result<Element<'x>, PdfError> {
    let root = Element(document.root_element());
    root.bounded(MAX_DEPTH)?;
    Ok(root)
}

/// Cuts text that is too long for any page.
pub(super) fn bounded(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.into(),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            format!("{} … [{rest} more characters]", &text[..end]).into()
        }
    }
}
