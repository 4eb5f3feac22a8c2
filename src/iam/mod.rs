//! What IAM policies allow, deny and let in, and which permissions let a principal gain more: pure, and about any account.

mod acl;
mod conditions;
mod escalation;
mod glob;
mod network;
mod policy;
#[cfg(test)]
mod policy_tests;
mod principals;
mod stranger;
#[cfg(test)]
mod stranger_tests;
mod work;

pub(crate) use acl::acl_opens;
pub(crate) use escalation::{administers, escalations};
pub(crate) use glob::{Dialect, matches};
pub(crate) use network::{cidr_open, ports_open};
pub(crate) use policy::{admin, allows, allows_every, denies, denies_some, requires_tls, texts};
pub(crate) use principals::{
    principals, public, public_allows, trust_foreign_unguarded, trust_open, trusted, unbound_services,
};
