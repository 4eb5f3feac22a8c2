//! Assessments over time: what changed, which way it goes, what to do next, what is due. Pure: the clock is handed in.

mod calendar;
mod checks;
mod definition_changes;
mod definitions;
mod deviations;
mod difference;
mod due;
mod evidence;
mod findings;
mod lives;
mod next;
mod plan;
mod record;
mod resources;
mod scope;
mod side;
mod trend;
mod turn;

use crate::model::Catalog;

pub use calendar::{Dates, calendar};
pub use definition_changes::*;
pub use definitions::{Definitions, definition_changes};
pub use difference::*;
pub use due::*;
pub use lives::{Ages, Life, lives};
pub use next::{By, Owners, next, sort};
pub use plan::*;
pub use record::{JudgedBy, record};
pub use side::Side;
pub use trend::{Entry, trend};
pub use turn::*;

/// The format of a [`Difference`] that this build writes.
const FORMAT: u32 = 1;

/// Compares two sides, both judged by the same mappings and settings.
pub fn compare(catalog: &Catalog, before: Side<'_>, after: Side<'_>, ages: &Ages) -> Difference {
    let resources = resources::Resources::new(catalog, before, after);
    let checks = checks::checks(before.assessment, after.assessment);
    Difference {
        format: FORMAT,
        before: before.name.clone(),
        after: after.name.clone(),
        requirements: checks::requirements(before.assessment, after.assessment),
        checks,
        findings: findings::findings(catalog, before, after, &resources, ages),
        evidence: evidence::evidence(before, after, &resources),
        coverage: scope::coverage(before, after),
        exceptions: deviations::exceptions(before.own, after.own),
        attestations: deviations::attestations(before.own, after.own),
        definitions: definitions::none(),
        resources: resources.changes,
    }
}

#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;
