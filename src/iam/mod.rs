//! What IAM policies allow, deny and let in, and which permissions let a principal gain more: pure, and about any account.

mod conditions;
mod escalation;
mod glob;
mod network;
mod policy;
#[cfg(test)]
mod policy_tests;
mod principals;

pub(crate) use escalation::escalations;
pub(crate) use glob::{Dialect, matches};
pub(crate) use network::{cidr_open, ports_open};
pub(crate) use policy::{admin, allows, denies, denies_some, requires_tls, texts};
pub(crate) use principals::{public, trust_foreign_unguarded, trust_open};
