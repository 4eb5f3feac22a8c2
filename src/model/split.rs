//! Who owns what: the split of a requirement per account, and the services that it follows from.

use serde::{Deserialize, Serialize};

use super::{AccountId, FrameworkId, Owner, RequirementId, Responsibility, ServiceKey};

/// Who owns a requirement in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccountSplit {
    /// The account.
    pub account: AccountId,
    /// Who owns it there, for the services in use there.
    pub responsibility: Responsibility,
    /// What made the split so.
    pub split: Vec<String>,
}

/// A requirement whose owner the settings set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SplitOverride {
    /// The framework.
    pub framework: FrameworkId,
    /// The requirement.
    pub requirement: RequirementId,
    /// Who owns it for the services in use.
    pub computed: Responsibility,
    /// Who owns it by the settings.
    pub responsibility: Responsibility,
    /// Why.
    pub reason: String,
}

/// A service in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceInUse {
    /// Its key in `services.toml`.
    pub key: ServiceKey,
    /// Its name.
    pub title: String,
    /// How we know: "12 rows of ec2.instances".
    pub because: Vec<String>,
    /// The accounts that use it, and what differs there from the service in general.
    #[serde(default)]
    pub accounts: Vec<ServiceInAccount>,
}

/// A service in use in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceInAccount {
    /// The account.
    pub account: AccountId,
    /// How we know.
    pub because: Vec<String>,
    /// Whether it is known to be in use: where its resources could not be listed, it may be.
    #[serde(default, skip_serializing_if = "InUse::is_known")]
    pub in_use: InUse,
    /// The layers that the way it is used gives to another owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<LayerVariant>,
}

/// Whether a service is known to be in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InUse {
    /// Something shows it.
    #[default]
    Known,
    /// Nothing shows it, and it could not be asked everywhere: the split does not follow it.
    NotKnown,
}

impl InUse {
    fn is_known(&self) -> bool {
        *self == Self::Known
    }
}

impl ServiceInUse {
    /// Whether it is known to be in use in any account.
    pub fn is_known(&self) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|own| own.in_use == InUse::Known)
    }
}

/// A layer that the way a service is used gives to another owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LayerVariant {
    /// The layer.
    pub layer: String,
    /// Its owner here.
    pub owner: Owner,
    /// Why: "every function has a managed runtime with update mode Auto".
    pub because: String,
}
