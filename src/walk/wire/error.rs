//! Why a body cannot be read.

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
pub(super) const MAX_DEPTH: usize = 64;

/// The first characters of a text, to show it by.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}
