//! AWS Config as a second witness beside our own verdicts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{AccountId, Region, Sha256, Words};

/// A rule of AWS Config that asks what a check asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Witness {
    /// The rule's name.
    pub rule: String,
    /// The managed rule's identifier.
    pub identifier: String,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// The parameters that it was deployed with, JSON as AWS gives it; empty when it has none.
    pub parameters: String,
    /// How many resources it finds compliant.
    pub compliant: usize,
    /// How many it finds not compliant.
    pub non_compliant: usize,
}

/// What AWS Config says of a resource or place, beside our own verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConfigWord {
    /// Its word.
    pub compliance: Compliance,
    /// The rules that say so.
    pub rules: BTreeSet<String>,
    /// How it stands to our verdict.
    pub standing: Standing,
    /// The bodies that show it.
    pub evidence: Vec<Sha256>,
}

/// AWS Config's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compliance {
    /// The rule is met.
    Compliant,
    /// The rule is not met.
    NonCompliant,
}

impl Compliance {
    /// As AWS writes it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
        }
    }
}

/// How AWS Config's word stands to ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Both say the same.
    Agrees,
    /// They say the opposite; our verdict stands, and a human must find out.
    Contradicts,
    /// It answers a part of the question, or ours is open for another reason than a refused call.
    Beside,
    /// Our own call was refused: the verdict is AWS Config's.
    Decides,
}

impl Words for Standing {
    const ALL: &'static [Self] = &[Self::Agrees, Self::Contradicts, Self::Beside, Self::Decides];
}
