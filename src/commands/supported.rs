//! What a check is good for.

use std::collections::BTreeMap;

use crate::model::{Catalog, CheckId};

/// The requirements that a check supports through the controls, by framework.
pub(super) fn requirements<'a>(catalog: &'a Catalog, check: &CheckId) -> BTreeMap<&'a str, Vec<&'a str>> {
    let controls: Vec<_> =
        catalog.controls.values().filter(|control| control.checks.contains(check)).map(|control| &control.id).collect();
    let mut supported = BTreeMap::<&str, Vec<&str>>::new();
    for framework in catalog.frameworks.values() {
        for requirement in &framework.requirements {
            if requirement.controls.iter().any(|control| controls.contains(&control)) {
                supported.entry(framework.id.as_str()).or_default().push(requirement.id.as_str());
            }
        }
    }
    supported
}
