//! Facts to an assessment. Pure: the time is the snapshot's, and the same facts, catalog and settings give the same
//! result, however many threads judge them.

mod alarms;
mod applicable;
#[cfg(test)]
mod applicable_tests;
mod attested;
#[cfg(test)]
mod attested_tests;
mod charging;
mod checks;
mod collected;
mod coverage;
mod event_rules;
mod examples;
mod explain;
#[cfg(test)]
mod explain_tests;
mod filter_pattern;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod function_tests;
mod functions;
mod judge;
mod meter;
mod others;
mod patterns;
mod prices;
#[cfg(test)]
mod region_tests;
mod reports;
#[cfg(test)]
mod requirement_tests;
mod requirements;
mod secrets;
mod services;
mod settings;
mod split;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod tests;
mod totals;
mod values;
mod witness;
#[cfg(test)]
mod witness_tests;
mod wording;

pub use coverage::{Class, ControlCoverage, Coverage, FrameworkCoverage, RequirementCoverage, coverage};
pub use examples::{ExampleFault, run_examples};
pub use explain::{Explained, Seen, Sight, explain};
pub use meter::{Allowance, Cost, TooCostly};
pub use wording::says_the_same;

use crate::model::{Assessment, Attestation, Catalog, Facts, FrameworkId, Settings, Snapshot, SnapshotId};

/// The format of an [`Assessment`] that this build writes.
const FORMAT: u32 = 1;

/// Judges a snapshot's facts, and with them what people attested.
pub fn assess(
    catalog: &Catalog,
    settings: &Settings,
    id: SnapshotId,
    snapshot: &Snapshot,
    facts: &Facts,
    attestations: &[Attestation],
) -> Assessment {
    let account = meter::Account::new(None);
    judged(catalog, settings, id, snapshot, facts, attestations, account).0
}

/// Judges likewise, by mappings that may be anyone's: they may take so many steps together.
pub fn assess_within(
    allowance: Allowance,
    catalog: &Catalog,
    settings: &Settings,
    id: SnapshotId,
    snapshot: &Snapshot,
    facts: &Facts,
    attestations: &[Attestation],
) -> Result<Assessment, TooCostly> {
    let account = meter::Account::new(allowance.steps(rows(facts)));
    let (assessment, account) = judged(catalog, settings, id, snapshot, facts, attestations, account);
    account.overdraft().map_or(Ok(assessment), Err)
}

/// What judging a snapshot's facts takes of what mappings of others may take.
pub fn cost(catalog: &Catalog, settings: &Settings, id: SnapshotId, snapshot: &Snapshot, facts: &Facts) -> Cost {
    let account = meter::Account::new(None);
    let (_, account) = judged(catalog, settings, id, snapshot, facts, &[], account);
    account.cost(rows(facts))
}

fn rows(facts: &Facts) -> usize {
    facts.rows.values().map(Vec::len).sum()
}

fn judged(
    catalog: &Catalog,
    settings: &Settings,
    id: SnapshotId,
    snapshot: &Snapshot,
    facts: &Facts,
    attestations: &[Attestation],
    account: meter::Account,
) -> (Assessment, meter::Account) {
    let collected = collected::Collected::new(catalog, &settings.scope.regions, snapshot, facts);
    let params = settings::params(catalog, settings);
    let accounts = snapshot.scope.account_ids();
    let fixed = judge::Fixed { now: snapshot.time, period: snapshot.period, accounts, params, account };
    let others = checks::others(catalog, facts, &collected);
    let mut checks = checks::check_all(catalog, &fixed, facts, &collected, &others);
    witness::hear(catalog, facts, &collected, &mut checks);
    let exceptions = settings::exceptions(settings, snapshot.time.date_naive(), &mut checks);
    let services = services::in_use(catalog, facts, &collected, &fixed, &others);
    let attested = attested::Attested::new(attestations, snapshot.period, catalog);
    let reports = reports::Reports::new(catalog, snapshot.period, facts, &collected, attested);
    let all = || catalog.frameworks.keys().collect();
    let chosen: Vec<&FrameworkId> = match settings.frameworks.is_empty() {
        true => all(),
        false => settings.frameworks.iter().collect(),
    };
    let frameworks = chosen.into_iter().filter_map(|id| catalog.frameworks.get(id));
    let (mut requirements, mut overrides) = (Vec::new(), Vec::new());
    let judged = requirements::FoldInput { catalog, settings, checks: &checks, reports: &reports, services: &services };
    for framework in frameworks {
        let (mut own, mut set) = requirements::framework(framework, &judged, attested);
        requirements.append(&mut own);
        overrides.append(&mut set);
    }
    applicable::lead(&mut requirements);
    let assessment = Assessment {
        format: FORMAT,
        snapshot: id,
        period: snapshot.period,
        time: snapshot.time,
        totals: totals::totals(&checks, &requirements, &facts.gaps),
        checks,
        requirements,
        gaps: facts.gaps.clone(),
        reports: reports.found,
        services,
        params: settings::param_changes(catalog, settings),
        aged: settings::aged(catalog, settings, snapshot.time.date_naive()),
        exceptions,
        overrides,
        premises: settings.premises.clone(),
        attestations: attested.all().to_vec(),
    };
    (assessment, fixed.account)
}
