//! Why a body cannot be read.

use std::str::Utf8Error;

use quick_xml::events::attributes::AttrError;

/// Why a body cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Not JSON.
    #[error("the reply is not JSON")]
    Json(#[from] serde_json::Error),
    /// Not XML.
    #[error("the reply is not XML")]
    Xml(#[from] XmlFault),
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
    #[error("the credential report cannot be read")]
    Report(#[from] ReportFault),
    /// Elements inside elements beyond any AWS reply.
    #[error("the reply nests deeper than {MAX_DEPTH} elements")]
    TooDeep,
}

/// Why a body is not XML.
#[derive(Debug, thiserror::Error)]
pub enum XmlFault {
    /// Not text.
    #[error(transparent)]
    Utf8(#[from] Utf8Error),
    /// No element, no text, no reference.
    #[error(transparent)]
    Syntax(#[from] quick_xml::Error),
    /// No attribute.
    #[error(transparent)]
    Attribute(#[from] AttrError),
    /// An end without a beginning.
    #[error("an element ends that never began")]
    NeverBegan,
    /// A beginning without an end.
    #[error("the reply ends in the middle")]
    Cut,
    /// Nothing.
    #[error("the reply is empty")]
    Empty,
    /// A reference to an entity that XML does not have.
    #[error("unknown entity `&{0};`")]
    Entity(String),
    /// Two documents.
    #[error("two root elements")]
    TwoRoots,
}

/// Why a credential report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportFault {
    /// Not base64.
    #[error(transparent)]
    Base64(#[from] base64::DecodeError),
    /// Not CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// CSV of something else.
    #[error("it has no column `user`")]
    NoUser,
}

/// No AWS reply nests deeper; a hostile one may.
pub(super) const MAX_DEPTH: usize = 64;

/// The first characters of a text, to show it by.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}
