//! A vault's snapshot.

use std::sync::Arc;

use super::holdings::{Holdings, facts};
use super::{CaseError, Yardstick, definitions};
use crate::model::{Attestation, Catalog, Facts, Link, Period, Sha256, Snapshot, SnapshotId};
use crate::vault::{Selector, Stored, StoredAttestations, Vault};

/// A snapshot in a vault, with what people attested there.
#[derive(Debug, Clone)]
pub struct StoredSnapshot {
    /// The vault.
    pub vault: Vault,
    /// The snapshot.
    pub stored: Stored,
    /// The log of attestations.
    pub attested: Arc<StoredAttestations>,
    documents: Vec<Attestation>,
}

impl StoredSnapshot {
    /// The chosen snapshot, with the documents that count today.
    pub fn find(vault: &Vault, selector: &Selector) -> Result<Self, CaseError> {
        let link = vault.find(selector)?;
        let stored = vault.load_link(&link)?;
        let attested = vault.attestations_named_by(std::slice::from_ref(&link))?;
        let documents = attested.log.active();
        Ok(Self { vault: vault.clone(), stored, attested: Arc::new(attested), documents })
    }

    pub(super) fn of(
        vault: &Vault,
        link: &Link,
        attested: &Arc<StoredAttestations>,
        documents: Vec<Attestation>,
    ) -> Result<Self, CaseError> {
        let stored = vault.load_link(link)?;
        Ok(Self { vault: vault.clone(), stored, attested: Arc::clone(attested), documents })
    }

    /// Sees that it was collected for the period that is judged.
    pub fn must_be_for(self, period: Period) -> Result<Self, CaseError> {
        match self.stored.snapshot.period == period {
            true => Ok(self),
            false => Err(CaseError::Period {
                wanted: period,
                snapshot: self.stored.id,
                collected: self.stored.snapshot.period,
            }),
        }
    }

    /// The rows as some mappings read them.
    pub fn facts(&self, catalog: &Catalog) -> Result<Facts, CaseError> {
        facts(self, catalog)
    }
}

impl Holdings for StoredSnapshot {
    fn id(&self) -> SnapshotId {
        self.stored.id
    }

    fn snapshot(&self) -> &Snapshot {
        &self.stored.snapshot
    }

    fn body(&self, hash: &Sha256) -> Result<Vec<u8>, CaseError> {
        Ok(self.vault.get(hash)?)
    }

    fn definitions(&self) -> Result<Yardstick, CaseError> {
        match &self.stored.snapshot.definitions {
            Some(named) => definitions::of_snapshot(&self.vault, named),
            None => Err(CaseError::Unnamed(self.stored.id)),
        }
    }

    fn documents(&self) -> &[Attestation] {
        &self.documents
    }
}
