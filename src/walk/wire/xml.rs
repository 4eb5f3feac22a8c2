//! XML to values: what XML cannot say about itself, the shape does.

use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::error::{MAX_DEPTH, WireError, XmlFault, beginning};
use crate::model::Shape;

/// An element under construction.
struct Element {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

pub(super) fn read_xml(shape: &Shape, body: &[u8]) -> Result<(String, Value), WireError> {
    let text = std::str::from_utf8(body).map_err(XmlFault::from)?;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(XmlFault::from)? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(WireError::TooDeep);
                }
                open.push(element(local_name(start.name().0), &start)?);
            }
            Event::Empty(start) => {
                let element = element(local_name(start.name().0), &start)?;
                close(shape, element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or(XmlFault::NeverBegan)?;
                close(shape, element, &mut open, &mut root)?;
            }
            Event::Text(chunk) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&chunk);
                }
            }
            Event::CData(chunk) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&chunk);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&entity(&reference)?);
                }
            }
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(XmlFault::Cut.into()),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    Ok(root.ok_or(XmlFault::Empty)?)
}

/// Attributes join the children as `@name`: S3 grants say `xsi:type` of a grantee.
fn element(name: String, start: &quick_xml::events::BytesStart<'_>) -> Result<Element, XmlFault> {
    let mut children = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let key = attribute.key.0;
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let text = attribute.value.into_owned();
        children.push((format!("@{}", local_name(key)), Value::String(text)));
    }
    Ok(Element { name, text: String::new(), children })
}

fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, XmlFault> {
    if let Some(character) = reference.resolve_char_ref()? {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    let text = quick_xml::escape::resolve_xml_entity(name).ok_or_else(|| XmlFault::Entity(name.to_owned()))?;
    Ok(text.to_owned())
}

fn local_name(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn close(
    shape: &Shape,
    element: Element,
    open: &mut [Element],
    root: &mut Option<(String, Value)>,
) -> Result<(), WireError> {
    let name = element.name.clone();
    let value = element_value(shape, element)?;
    match open.last_mut() {
        Some(parent) => parent.children.push((name, value)),
        None if root.is_none() => *root = Some((name, value)),
        None => return Err(XmlFault::TwoRoots.into()),
    }
    Ok(())
}

fn element_value(shape: &Shape, element: Element) -> Result<Value, WireError> {
    let Element { name, text, children } = element;
    if children.is_empty() {
        let wrapper = shape.lists.iter().any(|list| list.split_once('.').is_some_and(|(outer, _)| outer == name));
        if wrapper && text.trim().is_empty() {
            return Ok(Value::Array(Vec::new()));
        }
        if shape.structures.contains(&name) && text.trim().is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        return scalar(shape, &name, text);
    }
    let is_wrapper =
        |child: &str| matches!(child, "member" | "item") || shape.lists.contains(&format!("{name}.{child}"));
    if children.iter().all(|(child, _)| is_wrapper(child)) {
        return Ok(Value::Array(children.into_iter().map(|(_, value)| value).collect()));
    }
    let mut members = Map::new();
    for (child, value) in children {
        match members.get_mut(&child) {
            Some(Value::Array(items)) if shape.lists.contains(&child) => items.push(value),
            Some(first) => {
                let first = std::mem::take(first);
                let items = match first {
                    Value::Array(mut items) => {
                        items.push(value);
                        items
                    }
                    first => vec![first, value],
                };
                members.insert(child, Value::Array(items));
            }
            None if shape.lists.contains(&child) => {
                members.insert(child, Value::Array(vec![value]));
            }
            None => {
                members.insert(child, value);
            }
        }
    }
    Ok(Value::Object(members))
}

fn scalar(shape: &Shape, name: &str, text: String) -> Result<Value, WireError> {
    let wrong = |expected| WireError::Member { member: name.to_owned(), expected, text: beginning(&text) };
    if shape.booleans.contains(name) {
        return match text.trim() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(wrong("true or false")),
        };
    }
    if shape.integers.contains(name) {
        return text.trim().parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number"));
    }
    Ok(Value::String(text))
}
