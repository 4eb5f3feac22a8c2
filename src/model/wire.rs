//! Bytes on the wire to values: JSON, the XML dialects, CSV in base64, policy documents. Pure; a body that does not
//! parse is an error, never an empty value.

use std::collections::BTreeSet;

use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::Protocol;

/// What XML cannot say about itself, and what text members hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// XML elements that are lists though a reply may hold only one or none: `DBInstances.DBInstance` names the
    /// wrapper and its members, `Grant` a flattened list. `member` and `item` children are lists without saying so,
    /// but an empty wrapper of them must be named: `Users.member`.
    pub lists: BTreeSet<String>,
    /// XML elements that have members though a reply may leave all of them out: `VersioningConfiguration` of a bucket
    /// that never had versions. Empty they are `{}`, not a text.
    pub structures: BTreeSet<String>,
    /// XML elements that are `true` or `false`.
    pub booleans: BTreeSet<String>,
    /// XML elements that are whole numbers.
    pub integers: BTreeSet<String>,
    /// Members that hold an IAM policy document as text, percent-encoded or not: replaced by the normalized document.
    pub documents: BTreeSet<String>,
    /// Members that hold JSON as text: replaced by what it says.
    pub json: BTreeSet<String>,
    /// What the body is when it is not the protocol's own.
    pub content: Content,
}

/// What a body holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Content {
    /// A reply of the protocol.
    #[default]
    Protocol,
    /// A policy document as the whole body: S3 GetBucketPolicy.
    Policy,
    /// IAM's credential report: a CSV in base64 in the reply's `Content`. Read as `{"rows": [{column: text}]}`.
    CredentialReport,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not JSON.
    #[error("the reply is not JSON: {0}")]
    Json(String),
    /// Not XML.
    #[error("the reply is not XML: {0}")]
    Xml(String),
    /// XML of something else, an HTML error page for instance.
    #[error("expected the XML element <{expected}>, found <{found}>")]
    Root {
        /// What the operation's reply begins with.
        expected: String,
        /// What it began with.
        found: String,
    },
    /// A member that ought to be a boolean, a number or a policy document is not.
    #[error("`{member}` is not {expected}: `{text}`")]
    Member {
        /// The member.
        member: String,
        /// "true or false", "a whole number", "a policy document".
        expected: &'static str,
        /// The first characters of what it holds.
        text: String,
    },
    /// The reply lacks the list that it is read for.
    #[error("the reply has no `{0}`")]
    NoItems(String),
    /// The credential report is not the CSV that AWS documents.
    #[error("the credential report cannot be read: {0}")]
    Report(String),
    /// Elements inside elements beyond any AWS reply.
    #[error("the reply nests deeper than {MAX_DEPTH} elements")]
    TooDeep,
}

/// No AWS reply nests deeper; a hostile one may.
const MAX_DEPTH: usize = 64;

/// Reads a reply's body.
///
/// The result is the reply's content: of the query protocol what stands in `<OperationResult>`, of EC2 and REST-XML what
/// stands in the root, of JSON the document.
pub fn read_body(protocol: Protocol, operation: &str, shape: &Shape, body: &[u8]) -> Result<Value, WireError> {
    if shape.content == Content::Policy {
        return policy_document("Policy", &String::from_utf8_lossy(body));
    }
    let mut value = match protocol {
        Protocol::Json | Protocol::RestJson => {
            if body.iter().all(u8::is_ascii_whitespace) {
                Value::Object(Map::new())
            } else {
                serde_json::from_slice(body).map_err(|error| WireError::Json(error.to_string()))?
            }
        }
        Protocol::Query | Protocol::Ec2 => {
            let (root, content) = read_xml(shape, body)?;
            let expected = format!("{operation}Response");
            if root != expected {
                return Err(WireError::Root { expected, found: root });
            }
            match (protocol, content) {
                (Protocol::Query, Value::Object(mut members)) => {
                    members.remove(&format!("{operation}Result")).unwrap_or(Value::Object(Map::new()))
                }
                (_, content) => content,
            }
        }
        Protocol::RestXml => {
            let (root, content) = read_xml(shape, body)?;
            if matches!(root.as_str(), "html" | "HTML" | "Error" | "ErrorResponse") {
                return Err(WireError::Root { expected: operation.to_owned(), found: root });
            }
            content
        }
    };
    if shape.content == Content::CredentialReport {
        return credential_report(&value);
    }
    read_documents(shape, &mut value)?;
    Ok(value)
}

/// Follows a dotted path, through lists on the way, and returns what it leads to; a list at its end is opened.
pub fn select<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for name in path.split('.').filter(|name| !name.is_empty()) {
        found = found.into_iter().flat_map(open).filter_map(|value| value.get(name)).collect();
    }
    found.into_iter().flat_map(open).collect()
}

/// Whether a dotted path's member is there at all; its list may be empty.
pub fn has_member(value: &Value, path: &str) -> bool {
    match path.split_once('.') {
        None => value.get(path).is_some(),
        Some((name, rest)) => match value.get(name) {
            Some(Value::Array(items)) => items.iter().all(|item| has_member(item, rest)),
            Some(value) => has_member(value, rest),
            None => false,
        },
    }
}

/// A member's text: strings as they are, numbers and booleans printed; `None` for the rest.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Fills `{names}` of a template; a name that nothing fills gives `Err` with that name.
pub fn fill(template: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            return Err(after.to_owned());
        };
        filled.push_str(&lookup(name).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn open(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// An element under construction.
struct Element {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

fn read_xml(shape: &Shape, body: &[u8]) -> Result<(String, Value), WireError> {
    let broken = |error: &dyn std::fmt::Display| WireError::Xml(error.to_string());
    let text = std::str::from_utf8(body).map_err(|error| broken(&error))?;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
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
                let Some(element) = open.pop() else {
                    return Err(WireError::Xml("an element ends that never began".to_owned()));
                };
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
            Event::Eof => return Err(WireError::Xml("the reply ends in the middle".to_owned())),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    root.ok_or_else(|| WireError::Xml("the reply is empty".to_owned()))
}

/// Attributes join the children as `@name`: S3 grants say `xsi:type` of a grantee.
fn element(name: String, start: &quick_xml::events::BytesStart<'_>) -> Result<Element, WireError> {
    let mut children = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| WireError::Xml(error.to_string()))?;
        let key = attribute.key.0;
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let text = attribute.value.into_owned();
        children.push((format!("@{}", local_name(key)), Value::String(text)));
    }
    Ok(Element { name, text: String::new(), children })
}

fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, WireError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| WireError::Xml(error.to_string()))? {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    match quick_xml::escape::resolve_xml_entity(name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(WireError::Xml(format!("unknown entity `&{name};`"))),
    }
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
        None => return Err(WireError::Xml("two root elements".to_owned())),
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

fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}

fn credential_report(value: &Value) -> Result<Value, WireError> {
    use base64::Engine as _;
    let content = value.get("Content").and_then(Value::as_str);
    let content = content.ok_or_else(|| WireError::NoItems("Content".to_owned()))?;
    let compact: String = content.chars().filter(|character| !character.is_whitespace()).collect();
    let unreadable = |error: &dyn std::fmt::Display| WireError::Report(error.to_string());
    let bytes = base64::engine::general_purpose::STANDARD.decode(compact).map_err(|error| unreadable(&error))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let heads = reader.headers().map_err(|error| unreadable(&error))?.clone();
    if !heads.iter().any(|head| head == "user") {
        return Err(WireError::Report("it has no column `user`".to_owned()));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let row: Map<String, Value> =
            heads.iter().zip(record.iter()).map(|(head, text)| (head.to_owned(), Value::from(text))).collect();
        rows.push(Value::Object(row));
    }
    Ok(serde_json::json!({ "rows": rows, "GeneratedTime": value.get("GeneratedTime") }))
}

fn read_documents(shape: &Shape, value: &mut Value) -> Result<(), WireError> {
    if shape.documents.is_empty() && shape.json.is_empty() {
        return Ok(());
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| read_documents(shape, item)),
        Value::Object(members) => members.iter_mut().try_for_each(|(name, member)| match member {
            Value::String(text) if shape.documents.contains(name) => {
                *member = policy_document(name, text)?;
                Ok(())
            }
            Value::String(text) if shape.json.contains(name) => {
                *member = serde_json::from_str(text).map_err(|_| WireError::Member {
                    member: name.clone(),
                    expected: "JSON",
                    text: beginning(text),
                })?;
                Ok(())
            }
            other => read_documents(shape, other),
        }),
        _ => Ok(()),
    }
}

/// Reads a policy document, percent-encoded (as IAM sends it) or not, and normalizes it: `Statement` is a list,
/// `Action`, `NotAction`, `Resource`, `NotResource` and condition values are lists, `Principal: "*"` is `{"AWS": ["*"]}`.
pub fn policy_document(member: &str, text: &str) -> Result<Value, WireError> {
    let wrong =
        || WireError::Member { member: member.to_owned(), expected: "a policy document", text: beginning(text) };
    let parsed: Result<Value, _> = serde_json::from_str(text);
    let mut document = match parsed {
        Ok(document) => document,
        Err(_) => {
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| wrong())?;
            serde_json::from_str(&decoded).map_err(|_| wrong())?
        }
    };
    let members = document.as_object_mut().ok_or_else(wrong)?;
    let statements = members.remove("Statement").unwrap_or(Value::Array(Vec::new()));
    let mut statements = listed(statements);
    for statement in &mut statements {
        normalize_statement(statement.as_object_mut().ok_or_else(wrong)?);
    }
    members.insert("Statement".to_owned(), Value::Array(statements));
    Ok(document)
}

fn normalize_statement(statement: &mut Map<String, Value>) {
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        if let Some(value) = statement.get_mut(name) {
            *value = Value::Array(listed(value.take()));
        }
    }
    for name in ["Principal", "NotPrincipal"] {
        match statement.get_mut(name) {
            Some(Value::Object(kinds)) => {
                kinds.iter_mut().for_each(|(_, value)| *value = Value::Array(listed(value.take())))
            }
            Some(value) => *value = serde_json::json!({ "AWS": listed(value.take()) }),
            None => {}
        }
    }
    if let Some(Value::Object(operators)) = statement.get_mut("Condition") {
        for keys in operators.values_mut().filter_map(Value::as_object_mut) {
            keys.iter_mut().for_each(|(_, value)| *value = Value::Array(listed(value.take())));
        }
    }
}

fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        single => vec![single],
    }
}
