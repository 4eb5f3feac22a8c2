//! A verified pack. Each member is held against its verified digest when it is read.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;

use super::holdings::Holdings;
use super::{CaseError, Yardstick};
use crate::assess::Allowance;
use crate::bundle::VerifiedPack;
use crate::catalog;
use crate::model::{Attestation, Sha256, Snapshot, SnapshotId, evidence_files};

const SNAPSHOT: &str = "snapshot.json";
const SETTINGS: &str = "config/auditpack.toml";

/// The snapshot in a pack.
#[derive(Debug)]
pub struct Packed {
    pub(super) pack: VerifiedPack,
    id: SnapshotId,
    snapshot: Snapshot,
    /// Where each body lies.
    paths: HashMap<Sha256, String>,
    documents: Vec<Attestation>,
    /// How many times the usual judging may cost.
    times: u32,
}

impl Packed {
    /// Reads what the pack says of its snapshot; judging it may cost so many times the usual.
    pub fn open(pack: VerifiedPack, times: u32) -> Result<Self, CaseError> {
        let bytes = pack.read(SNAPSHOT)?;
        let snapshot: Snapshot = parse(SNAPSHOT, &bytes)?;
        let paths = evidence_files(&snapshot).into_iter().map(|file| (file.sha256, file.path)).collect();
        let documents = pack.attestations()?.active();
        Ok(Self { id: Sha256::of(&bytes), snapshot, paths, documents, pack, times })
    }
}

/// A member that is JSON.
pub(super) fn parse<T: serde::de::DeserializeOwned>(path: &'static str, bytes: &[u8]) -> Result<T, CaseError> {
    serde_json::from_slice(bytes).map_err(|source| CaseError::Malformed { path, source })
}

impl Holdings for Packed {
    fn id(&self) -> SnapshotId {
        self.id
    }

    fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    fn body(&self, hash: &Sha256) -> Result<Vec<u8>, CaseError> {
        let path = self.paths.get(hash).ok_or(CaseError::NoEvidence(*hash))?;
        Ok(self.pack.read(path)?)
    }

    fn definitions(&self) -> Result<Yardstick, CaseError> {
        let mut files = BTreeMap::new();
        for path in self.pack.members() {
            if let Some(name) = path.as_str().strip_prefix("mappings/") {
                files.insert(name.to_owned(), self.pack.read(path.as_str())?);
            }
        }
        let catalog = catalog::load(files)?;
        let bytes = self.pack.read(SETTINGS)?;
        let beside = &mut |path: &str| self.pack.read(&format!("config/{path}")).map_err(io::Error::other);
        let settings = catalog::load_settings_beside(SETTINGS, &bytes, &catalog, beside)?;
        // The evidence is a stranger's too, whosever the mappings are.
        let allowance = Allowance::Times(self.times);
        Ok(Yardstick { catalog: Arc::new(catalog), settings: Arc::new(settings), allowance })
    }

    fn documents(&self) -> &[Attestation] {
        &self.documents
    }
}
