//! Bytes on the wire to values: JSON, the XML dialects, CSV in base64, policy documents. Pure; a body that does not
//! parse is an error, never an empty value.

mod documents;
mod error;
#[cfg(test)]
mod tests;
mod xml;

use serde_json::{Map, Value};

use crate::model::{Content, Protocol, Shape};

pub use documents::policy_document;
use documents::{credential_report, read_documents};
pub use error::{ReportFault, WireError, XmlFault};
use xml::read_xml;

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
                let mut reply = serde_json::from_slice(body)?;
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
            match content {
                Value::String(text) if text.trim().is_empty() && has_members(shape) => Value::Object(Map::new()),
                content => content,
            }
        }
    };
    if shape.content == Content::CredentialReport {
        return credential_report(&value);
    }
    read_documents(shape, &mut value)?;
    Ok(value)
}

/// Whether a reply has members, so that an empty root is an empty structure by whatever name it comes. A bucket's
/// location has none: it is the root's text.
fn has_members(shape: &Shape) -> bool {
    [&shape.lists, &shape.structures, &shape.booleans, &shape.integers].iter().any(|names| !names.is_empty())
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
