//! Bytes on the wire to values: JSON, the XML dialects, CSV in base64, policy documents. Pure; a body that does not
//! parse is an error, never an empty value.

mod documents;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Protocol, Withhold};

pub use documents::policy_document;
use documents::{credential_report, read_documents};
use xml::read_xml;

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
    /// Values that may be secrets: they are taken out before the reply is kept, and read as what was found in them.
    pub withhold: BTreeSet<Withhold>,
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
                let mut reply = serde_json::from_slice(body).map_err(|error| WireError::Json(error.to_string()))?;
                drop_nulls(&mut reply);
                reply
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

fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Lambda and others write `null` for what is unset, where most of AWS leaves the member out; AWS's own clients read both
/// alike.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
