//! Each requirement can be satisfied: what can become AWS's, whole or in part, names what evidences it.

use super::ledger::{Kind, Ledger};
use super::table::Table;
use crate::model::{Catalog, Edition, Framework, ManualEvidence, Owner, RequestId, Requirement, Responsibility};

/// By which rules the mappings are judged; those that do not say it were written when there was one edition.
pub(super) fn read_edition(root: &Table<'_>) -> Edition {
    match root.has("edition").then(|| root.count("edition")).flatten() {
        Some(2) => Edition::Second,
        Some(1) | None => Edition::First,
        Some(other) => {
            let message = format!("edition {other} of the rules is not known");
            root.ledger.fault(&root.place_of("edition"), message, "unknown", "write `edition = 2`");
            Edition::First
        }
    }
}

/// What is wrong with requirements and requests that only the whole catalog shows. Mappings of the first edition are
/// left alone: packs of that time are read for ever.
pub(super) fn settle(ledger: &Ledger, catalog: &Catalog) {
    if catalog.edition == Edition::First {
        return;
    }
    for framework in catalog.frameworks.values() {
        for requirement in &framework.requirements {
            if !has_evidence(framework, requirement)
                && let Some(why) = can_be_awss(requirement, catalog)
            {
                let message = format!("`{}` can become {why}, and no AWS report evidences it", requirement.id);
                let help = "name `reports`, or leave `layers` out and say `responsibility = \"customer\"`";
                ledger.fault_of(&kind(framework), requirement.id.as_str(), message, help);
            }
            for request in &requirement.manual {
                settle_request(ledger, catalog, framework, request);
            }
        }
    }
}

/// Whether AWS's half of a requirement can be evidenced, by reports or in its parts.
pub(super) fn has_evidence(framework: &Framework, requirement: &Requirement) -> bool {
    let is_parent = || framework.requirements.iter().any(|part| part.parent.as_ref() == Some(&requirement.id));
    !requirement.reports.is_empty() || is_parent()
}

fn kind(framework: &Framework) -> Kind {
    Kind::Requirement(framework.id.to_string())
}

/// What a requirement can become besides the customer's, over all services of the catalog.
fn can_be_awss(requirement: &Requirement, catalog: &Catalog) -> Option<&'static str> {
    let declared = match requirement.responsibility {
        Responsibility::Inherited => Some("inherited"),
        Responsibility::Shared => Some("shared"),
        Responsibility::Customer => None,
    };
    let layers = |requirement: &Requirement, owner: Owner| {
        catalog.services.values().any(|service| {
            let varied = service.variants.iter().flat_map(|variant| &variant.layers);
            service.layers.iter().chain(varied).any(|(layer, of)| *of == owner && requirement.layers.contains(layer))
        })
    };
    let moved = match (layers(requirement, Owner::Aws), layers(requirement, Owner::Shared)) {
        (true, _) => Some("inherited or shared"),
        (false, true) => Some("shared"),
        (false, false) => None,
    };
    moved.or(declared)
}

/// One document answers both requests only where it counts for as long; and what is the same as another stands for it
/// at once, not by way of a third.
fn settle_request(ledger: &Ledger, catalog: &Catalog, framework: &Framework, request: &ManualEvidence) {
    let Some(other) = request.same_as.as_ref() else { return };
    let fault = |message: String, help: &str| {
        ledger.fault_of(&Kind::Manual(framework.id.to_string()), &request.id, message, help);
    };
    let Some(same) = find(catalog, other) else {
        // Another framework may be missing, or stand in the place of ours and ask for other things.
        let there = catalog.frameworks.contains_key(&other.framework);
        if there && !ledger.is_replaced(&Kind::Framework, other.framework.as_str()) {
            fault(format!("there is no request `{}` in `{}`", other.id, other.framework), "name one that is there");
        }
        return;
    };
    if same.valid_days != request.valid_days {
        let message = format!(
            "a document for `{}` counts for {} days, for `{}` for {}",
            request.id, request.valid_days, same.id, same.valid_days
        );
        fault(message, "one document answers both: give both the same `valid_days`");
    }
    if same.same_as.is_some() {
        fault(format!("`{}` is itself the same as another request", same.id), "name that one in both");
    }
}

fn find<'a>(catalog: &'a Catalog, wanted: &RequestId) -> Option<&'a ManualEvidence> {
    let framework = catalog.frameworks.get(&wanted.framework)?;
    framework.requirements.iter().flat_map(|one| &one.manual).find(|one| one.id == wanted.id)
}
