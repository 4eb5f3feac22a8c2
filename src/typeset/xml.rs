//! The template's XML as a tree, within bounds.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::PdfError;

/// No template nests deeper; what it was fed may try.
const MAX_DEPTH: usize = 24;

/// Longer text of one piece is cut and says so: no reader wants it, and the evidence itself is in the pack.
const MAX_TEXT: usize = 20_000;

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Child>,
    pub(super) line: usize,
}

/// What stands in an element.
#[derive(Debug)]
pub(super) enum Child {
    Element(Element),
    Text(String),
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.attribute(name).unwrap_or_default().to_owned()
    }

    pub(super) fn wrong(&self, message: impl Into<String>) -> PdfError {
        PdfError::Template { line: self.line, message: message.into() }
    }

    /// The child elements; text between them other than white space is a fault.
    pub(super) fn elements(&self) -> Result<Vec<&Element>, PdfError> {
        let mut elements = Vec::new();
        for child in &self.children {
            match child {
                Child::Element(element) => elements.push(element),
                Child::Text(text) if text.trim().is_empty() => {}
                Child::Text(text) => {
                    let text: String = text.trim().chars().take(30).collect();
                    return Err(self.wrong(format!("text `{text}` has no place directly in <{}>", self.name)));
                }
            }
        }
        Ok(elements)
    }
}

/// Reads a document; its root is returned.
pub(super) fn read(xml: &str) -> Result<Element, PdfError> {
    let mut reader = Reader::from_str(xml);
    let mut lines = Lines { xml, seen: 0, line: 1 };
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event();
        let line = lines.at(reader.error_position().max(reader.buffer_position()) as usize);
        let fault = |message: String| PdfError::Template { line, message };
        match event.map_err(|error| fault(error.to_string()))? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(fault(format!("elements nest deeper than {MAX_DEPTH}")));
                }
                open.push(begin(&start, line)?);
            }
            Event::Empty(start) => close(begin(&start, line)?, &mut open, &mut root)?,
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| fault("an element ends that never began".to_owned()))?;
                close(element, &mut open, &mut root)?;
            }
            Event::Text(text) => add_text(&mut open, &text),
            Event::CData(text) => add_text(&mut open, &text),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| fault(error.to_string()))?;
                match (character, quick_xml::escape::resolve_xml_entity(&reference)) {
                    (Some(character), _) => add_text(&mut open, character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => add_text(&mut open, text),
                    (None, None) => return Err(fault(format!("unknown entity `&{};`", &*reference))),
                }
            }
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(fault("the document ends inside an element".to_owned())),
            Event::DocType(_) => return Err(fault("a document type has no place in the report".to_owned())),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    root.ok_or(PdfError::Template { line: 1, message: "the document is empty".to_owned() })
}

/// Counts lines once, however many elements ask.
struct Lines<'x> {
    xml: &'x str,
    seen: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> usize {
        let end = position.min(self.xml.len());
        if let Some(passed) = self.xml.as_bytes().get(self.seen..end) {
            self.line += passed.iter().filter(|byte| **byte == b'\n').count();
            self.seen = end;
        }
        self.line
    }
}

fn begin(start: &BytesStart<'_>, line: usize) -> Result<Element, PdfError> {
    let fault = |message: String| PdfError::Template { line, message };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| fault(error.to_string()))?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| fault(error.to_string()))?;
        attributes.push((attribute.key.0.to_owned(), value.chars().take(MAX_TEXT).collect()));
    }
    Ok(Element { name: start.name().0.to_owned(), attributes, children: Vec::new(), line })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), PdfError> {
    let line = element.line;
    match open.last_mut() {
        Some(parent) => parent.children.push(Child::Element(element)),
        None if root.is_none() => *root = Some(element),
        None => return Err(PdfError::Template { line, message: "a second root element".to_owned() }),
    }
    Ok(())
}

fn add_text(open: &mut [Element], text: &str) {
    let Some(parent) = open.last_mut() else { return };
    if let Some(Child::Text(last)) = parent.children.last_mut() {
        last.push_str(text);
    } else {
        parent.children.push(Child::Text(text.to_owned()));
    }
}

/// Cuts text that is too long for any page.
pub(super) fn bounded(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.into(),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            format!("{} … [{rest} more characters]", &text[..end]).into()
        }
    }
}
