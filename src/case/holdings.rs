//! What can be judged, wherever it is kept.

use super::{CaseError, Yardstick};
use crate::model::{Assessment, Attestation, Catalog, Facts, Settings, Sha256, Snapshot, SnapshotId};
use crate::{assess, facts};

/// A snapshot with all that it takes to judge it.
pub trait Holdings {
    /// The snapshot's id.
    fn id(&self) -> SnapshotId;

    /// What was collected.
    fn snapshot(&self) -> &Snapshot;

    /// A kept body.
    fn body(&self, hash: &Sha256) -> Result<Vec<u8>, CaseError>;

    /// The mappings and settings that it was collected or packed with.
    fn definitions(&self) -> Result<Yardstick, CaseError>;

    /// The documents that count for it.
    fn documents(&self) -> &[Attestation];
}

/// The rows as some mappings read them.
pub(super) fn facts(holdings: &dyn Holdings, catalog: &Catalog) -> Result<Facts, CaseError> {
    facts::read(catalog, holdings.snapshot(), &mut |hash| holdings.body(hash))
}

/// Judges for the snapshot's own period.
pub(super) fn assess(holdings: &dyn Holdings, yardstick: &Yardstick, facts: &Facts) -> Result<Assessment, CaseError> {
    let snapshot = holdings.snapshot();
    let settings = Settings { period: snapshot.period, ..Settings::clone(&yardstick.settings) };
    let (catalog, allowance) = (&yardstick.catalog, yardstick.allowance);
    let (id, documents) = (holdings.id(), holdings.documents());
    Ok(assess::assess_within(allowance, catalog, &settings, id, snapshot, facts, documents)?)
}
