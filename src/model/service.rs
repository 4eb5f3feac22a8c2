//! The services of AWS and the reports that AWS gives out, as the mappings have them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ReportKind, ServiceKey, SourceId};
use crate::expression::Expression;

/// Who owns each layer of an AWS service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The key, `ec2`.
    pub key: ServiceKey,
    /// The name, `Amazon EC2`.
    pub title: String,
    /// `infrastructure`, `container` or `abstract`.
    pub model: String,
    /// CloudTrail's event source, `ec2.amazonaws.com`.
    pub event_source: String,
    /// The beginning of AWS Config's resource types, `AWS::EC2::Instance`.
    pub config_type: String,
    /// The owner of each layer; layers that the service does not have are missing.
    pub layers: BTreeMap<String, Owner>,
    /// Layers for which this service's owner counts alone wherever it is in use: with an Outpost the customer guards the site.
    pub decides: BTreeSet<String>,
    /// Rows that show it to be in use, besides those of sources that name it.
    pub seen: Vec<ServiceSign>,
    /// What moves layers to another owner.
    pub variants: Vec<ServiceVariant>,
}

/// A row for which the expression is true shows a service in use.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceSign {
    /// Whose rows.
    pub source: SourceId,
    /// CEL of `r`.
    pub when: Expression,
}

/// A way to use a service that moves layers to another owner, when every row of an account shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceVariant {
    /// Whose rows.
    pub source: SourceId,
    /// CEL of `r`, true of every row.
    pub all: Expression,
    /// In words: "every function has a managed runtime with update mode Auto".
    pub title: String,
    /// The owners that it changes.
    pub layers: BTreeMap<String, Owner>,
}

/// The owner of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// AWS.
    Aws,
    /// The customer.
    Customer,
    /// Both.
    Shared,
}

/// A kind of AWS assurance document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDefinition {
    /// The kind, `SOC2`.
    pub kind: ReportKind,
    /// What it covers.
    pub title: String,
    /// Where it comes from.
    pub origin: ReportOrigin,
    /// Text that an Artifact report's name contains, any of them, ignoring case; empty when it is not an Artifact report.
    pub names: Vec<String>,
    /// Text that excludes a name: `SOC 2` is not `SOC 2 Privacy`.
    pub names_without: Vec<String>,
    /// Whether it bridges the months after another report's period, and which one's.
    pub bridges: Option<ReportKind>,
    /// Text that the name of an agreement in Artifact contains, for a contract that is accepted there.
    pub agreements: Vec<String>,
}

/// Where an AWS assurance document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportOrigin {
    /// AWS Artifact.
    Artifact,
    /// A contract or a public register: the user attaches a dated copy.
    Attached,
}
