//! How a reply is read: what its bytes cannot say about themselves.

use std::collections::BTreeSet;

use super::Withhold;

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
