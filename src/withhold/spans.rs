//! Where each value of a body lies, so that one can be replaced and every other byte stays.

use std::ops::Range;

use quick_xml::events::Event;

use super::error::{MAX_DEPTH, Unsearchable};
use crate::model::Shape;

/// A value and the bytes that it takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A text or a number, decoded.
    Text(String),
    /// The members; the same name may be there several times.
    Members(Vec<(String, Node)>),
    /// The items.
    Items(Vec<Node>),
    /// True, false or null.
    Nothing,
}

/// Reads JSON; spans of texts include their quotes. The body must be JSON already: serde_json is the judge of that, this
/// reader only says where things are.
pub(super) fn json(body: &[u8]) -> Result<Node, Unsearchable> {
    serde_json::from_slice::<serde::de::IgnoredAny>(body)?;
    let mut reader = Json { body, at: 0 };
    let node = reader.value(0)?;
    reader.space();
    if reader.at == body.len() { Ok(node) } else { Err(Unsearchable::Form("more follows the JSON value")) }
}

struct Json<'b> {
    body: &'b [u8],
    at: usize,
}

impl Json<'_> {
    fn space(&mut self) {
        while self.body.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Result<u8, Unsearchable> {
        self.space();
        self.body.get(self.at).copied().ok_or(Unsearchable::Form("the JSON ends in the middle"))
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Unsearchable> {
        if self.peek()? != wanted {
            return Err(Unsearchable::Expected { wanted: char::from(wanted), at: self.at });
        }
        self.at += 1;
        Ok(())
    }

    /// Whether a list or an object goes on after a value.
    fn goes_on(&mut self, end: u8) -> Result<bool, Unsearchable> {
        match self.peek()? {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == end => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Unsearchable::NeitherNor(self.at)),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Unsearchable> {
        if depth > MAX_DEPTH {
            return Err(Unsearchable::TooDeepLevels);
        }
        let first = self.peek()?;
        let start = self.at;
        let kind = match first {
            b'{' => Kind::Members(self.members(depth)?),
            b'[' => Kind::Items(self.items(depth)?),
            b'"' => Kind::Text(self.text()?),
            _ => self.scalar()?,
        };
        Ok(Node { span: start..self.at, kind })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<(String, Node)>, Unsearchable> {
        self.expect(b'{')?;
        let mut members = Vec::new();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(members);
        }
        loop {
            self.space();
            let name = self.text()?;
            self.expect(b':')?;
            members.push((name, self.value(depth + 1)?));
            if !self.goes_on(b'}')? {
                return Ok(members);
            }
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Unsearchable> {
        self.expect(b'[')?;
        let mut items = Vec::new();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.goes_on(b']')? {
                return Ok(items);
            }
        }
    }

    fn text(&mut self) -> Result<String, Unsearchable> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            match self.body.get(self.at) {
                Some(b'\\') => self.at += 2,
                Some(b'"') => break,
                Some(_) => self.at += 1,
                None => return Err(Unsearchable::Form("a text has no end")),
            }
        }
        self.at += 1;
        let quoted = self.body.get(start..self.at).unwrap_or_default();
        Ok(serde_json::from_slice(quoted)?)
    }

    fn scalar(&mut self) -> Result<Kind, Unsearchable> {
        let start = self.at;
        while self.body.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)) {
            self.at += 1;
        }
        let text = self.body.get(start..self.at).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        match text {
            "" => Err(Unsearchable::NoValue(start)),
            "true" | "false" | "null" => Ok(Kind::Nothing),
            number => Ok(Kind::Text(number.to_owned())),
        }
    }
}

/// An element under construction.
struct Open {
    name: String,
    start: usize,
    text: String,
    has_attributes: bool,
    children: Vec<(String, Node)>,
}

/// Reads XML as `model::wire` does, lists included; gives the root's name and content. Spans are what stands between an
/// element's tags.
pub(super) fn xml(body: &[u8], shape: &Shape) -> Result<(String, Node), Unsearchable> {
    let text = std::str::from_utf8(body)?;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    loop {
        let before = position(&reader)?;
        let event = reader.read_event()?;
        let after = position(&reader)?;
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Unsearchable::TooDeep);
                }
                let name = local_name(start.name().0);
                let has_attributes = start.attributes().flatten().any(|attribute| !is_namespace(attribute.key.0));
                open.push(Open { name, start: after, text: String::new(), has_attributes, children: Vec::new() });
            }
            Event::Empty(start) => {
                let node = Node { span: after..after, kind: Kind::Nothing };
                put(local_name(start.name().0), node, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or(Unsearchable::Form("an element ends that never began"))?;
                if !body.get(before..).is_some_and(|rest| rest.starts_with(b"</")) {
                    return Err(Unsearchable::Form("the places of its elements cannot be found"));
                }
                let (name, node) = closed(shape, element, before);
                put(name, node, &mut open, &mut root)?;
            }
            Event::Text(chunk) => add(&mut open, &chunk),
            Event::CData(chunk) => add(&mut open, &chunk),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref()?;
                let name: &str = &reference;
                match (character, quick_xml::escape::resolve_xml_entity(name)) {
                    (Some(character), _) => add(&mut open, character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => add(&mut open, text),
                    (None, None) => return Err(Unsearchable::Form("it has an unknown entity")),
                }
            }
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(Unsearchable::Form("the reply ends in the middle")),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    root.ok_or(Unsearchable::Form("the reply is empty"))
}

fn position(reader: &quick_xml::Reader<&[u8]>) -> Result<usize, Unsearchable> {
    Ok(usize::try_from(reader.buffer_position())?)
}

fn add(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn put(name: String, node: Node, open: &mut [Open], root: &mut Option<(String, Node)>) -> Result<(), Unsearchable> {
    match open.last_mut() {
        Some(parent) => parent.children.push((name, node)),
        None if root.is_none() => *root = Some((name, node)),
        None => return Err(Unsearchable::Form("it has two root elements")),
    }
    Ok(())
}

fn closed(shape: &Shape, element: Open, end: usize) -> (String, Node) {
    let Open { name, start, text, has_attributes, children } = element;
    let is_wrapper =
        |child: &str| matches!(child, "member" | "item") || shape.lists.contains(&format!("{name}.{child}"));
    let kind = if children.is_empty() {
        Kind::Text(text)
    } else if !has_attributes && children.iter().all(|(child, _)| is_wrapper(child)) {
        Kind::Items(children.into_iter().map(|(_, node)| node).collect())
    } else {
        Kind::Members(children)
    };
    (name, Node { span: start..end, kind })
}

fn local_name(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn is_namespace(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}
