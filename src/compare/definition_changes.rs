//! What changed in mappings and settings between two snapshots.

use serde::{Deserialize, Serialize};

/// Whether the mappings and settings of the first side can be compared with those of the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// They are the same.
    Same,
    /// They differ.
    Different,
    /// It cannot be said, and why.
    Unknown(String),
}

/// What a definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionKind {
    /// A check.
    Check,
    /// A control.
    Control,
    /// A framework.
    Framework,
    /// The default of a threshold.
    Parameter,
    /// A kind of AWS's reports.
    Report,
    /// A service and who owns its layers.
    Service,
    /// The settings.
    Settings,
    /// A source.
    Source,
}

impl DefinitionKind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Control => "control",
            Self::Framework => "framework",
            Self::Parameter => "parameter",
            Self::Report => "report",
            Self::Service => "service",
            Self::Settings => "settings",
            Self::Source => "source",
        }
    }
}

/// A definition that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DefinitionChange {
    /// What it defines.
    pub kind: DefinitionKind,
    /// Its id.
    pub id: String,
    /// What is different, in words.
    pub change: String,
}
