//! Bytes on the wire to values: JSON, the XML dialects, CSV in base64, policy documents. Pure; a body that does not
//! parse is an error, never an empty value.

mod documents;
#[cfg(test)]
mod tests;
mod xml;

use serde_json::{Map, Value};

use crate::model::{Content, Protocol, Shape};

pub use documents::policy_document;
use documents::{credential_report, read_documents};
use xml::read_xml;

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
