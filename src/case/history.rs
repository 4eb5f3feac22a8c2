//! The vault's snapshots, each judged: read from what is kept beside them, judged again where that does not fit.
//!
//! A snapshot is judged by today's mappings and settings, for its own period, with the documents that were attested
//! until the next snapshot was taken. So all points of a history are measured alike.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde_json::json;

use super::holdings::Holdings;
use super::{Case, CaseError, Note, StoredSnapshot, TOOL, Yardstick};
use crate::compare::{self, JudgedBy};
use crate::model::{Attestation, Chain, Definitions, Judgement, Keeping, Link, Period, Sha256, SnapshotId, Trend};
use crate::vault::{Selector, StoredAttestations, Vault};

/// What the record of a judgement is called beside a manifest.
const RECORD: &str = "judgement.json";
/// Raised when the same mappings judge otherwise than they did: what was kept is made again.
const RULES: u32 = 1;
/// Snapshots that are judged side by side: reading one is work for one core, and each may take a gigabyte.
const AT_ONCE: usize = 2;

/// The judged snapshots of a vault.
#[derive(Debug)]
pub struct History {
    /// Oldest first.
    pub entries: Vec<(Judgement, Keeping)>,
    /// What judged.
    pub yardstick: Sha256,
    /// Snapshots that were pruned before they were judged: what they show cannot be said.
    pub lost: usize,
    /// What the user should know.
    pub notes: Vec<Note>,
}

impl History {
    /// Readiness over time, as seen from some moment; none without a judged snapshot.
    pub fn trend(&self, organization: &str, period: Period, now: DateTime<Utc>) -> Option<Trend> {
        let entries: Vec<_> = self.entries.iter().map(|(judgement, keeping)| (judgement, *keeping)).collect();
        compare::trend(organization, &entries, self.yardstick, period, now)
    }
}

/// The snapshots of a vault in their order, to be judged by one yardstick.
#[derive(Debug, Clone)]
pub struct Timeline {
    vault: Vault,
    chain: Arc<Chain>,
    attested: Arc<StoredAttestations>,
    yardstick: Yardstick,
    /// What snapshots were collected by: most by the same as the one before.
    collected_by: Arc<Mutex<BTreeMap<Definitions, Sha256>>>,
}

impl Timeline {
    /// A vault's chain, whole: what is said over history must not rest on a part of it.
    pub fn open(vault: &Vault, yardstick: &Yardstick) -> Result<Self, CaseError> {
        Self::along(vault.chain_checked()?, vault, yardstick)
    }

    /// The chain as far as it holds.
    pub fn along(chain: Chain, vault: &Vault, yardstick: &Yardstick) -> Result<Self, CaseError> {
        let attested = Arc::new(vault.attestations_named_by(&chain.links)?);
        let (vault, chain, yardstick) = (vault.clone(), Arc::new(chain), yardstick.clone());
        Ok(Self { vault, chain, attested, yardstick, collected_by: Arc::default() })
    }

    /// The same snapshots, measured otherwise.
    #[must_use]
    pub(super) fn measured_by(&self, yardstick: &Yardstick) -> Self {
        Self { yardstick: yardstick.clone(), ..self.clone() }
    }

    /// The mappings and settings that judge.
    pub fn yardstick(&self) -> &Yardstick {
        &self.yardstick
    }

    /// The organization of the newest snapshot.
    pub fn organization(&self) -> Option<&str> {
        self.chain.organization()
    }

    /// Whether a snapshot is the newest.
    pub(super) fn ends_with(&self, id: SnapshotId) -> bool {
        self.chain.newest().is_some_and(|newest| newest.id == id)
    }

    /// A snapshot, with the documents of its time.
    pub(super) fn snapshot(&self, selector: &Selector) -> Result<StoredSnapshot, CaseError> {
        self.load(&self.vault.find_in(&self.chain, selector)?)
    }

    /// The chosen snapshot, with the documents that count today; none in an empty vault.
    pub fn today(&self, selector: &Selector) -> Result<Option<StoredSnapshot>, CaseError> {
        if self.chain.newest().is_none() {
            return Ok(None);
        }
        let link = self.vault.find_in(&self.chain, selector)?;
        StoredSnapshot::of(&self.vault, &link, &self.attested, self.attested.log.active()).map(Some)
    }

    fn load(&self, link: &Link) -> Result<StoredSnapshot, CaseError> {
        StoredSnapshot::of(&self.vault, link, &self.attested, self.documents(link.id))
    }

    /// Every snapshot judged, oldest first.
    pub fn history(&self) -> Result<History, CaseError> {
        self.entries(&self.chain.links)
    }

    /// The snapshots until one that is judged already, with all documents that count today as its pack has them.
    pub fn until(&self, case: &Case<StoredSnapshot>) -> Result<History, CaseError> {
        let links = &self.chain.links;
        let id = case.holdings.id();
        let at = links.iter().position(|link| link.id == id).ok_or(CaseError::NotInChain(id))?;
        let mut history = self.entries(links.get(..at).unwrap_or_default())?;
        let record = self.record(case)?;
        if let Some(link) = links.get(at).filter(|_| at + 1 == links.len()) {
            // The same as `history` would keep. A vault that cannot be written to is judged again the next time.
            let _ = self.remember(link, &record);
        }
        history.entries.push((record, Keeping::Whole));
        Ok(history)
    }

    fn entries(&self, links: &[Link]) -> Result<History, CaseError> {
        let yardstick = self.yardstick.hash()?;
        let mut history = History { entries: Vec::new(), yardstick, lost: 0, notes: Vec::new() };
        let mut known = BTreeMap::new();
        let mut due = Vec::new();
        for (link, kept) in links.iter().zip(self.all_kept(links)) {
            let documents = hash(&self.documents(link.id))?;
            let fits = |kept: &Judgement| kept.yardstick == yardstick && kept.documents == documents;
            match kept?.filter(|kept| link.keeping == Keeping::Manifest || fits(kept)) {
                Some(kept) => drop(known.insert(link.id, kept)),
                None if link.keeping == Keeping::Whole => due.push(link),
                None => {
                    history.lost += 1;
                    history.notes.push(Note::LeftOut { snapshot: link.id, day: link.time.date_naive() });
                }
            }
        }
        if self.chain.links.len() > 1 && !due.is_empty() {
            history.notes.push(Note::Judged);
        }
        for some in due.chunks(AT_ONCE) {
            let judged: Vec<Result<Judgement, CaseError>> = some.par_iter().map(|link| self.judged(link)).collect();
            for (link, judged) in some.iter().zip(judged) {
                let judged = judged?;
                self.remember(link, &judged)?;
                known.insert(link.id, judged);
            }
        }
        let in_order = links.iter().filter_map(|link| Some((known.remove(&link.id)?, link.keeping)));
        history.entries.extend(in_order);
        Ok(history)
    }

    /// The records beside all manifests; two years of them are read on all cores.
    fn all_kept(&self, links: &[Link]) -> Vec<Result<Option<Judgement>, CaseError>> {
        links.par_iter().map(|link| self.kept(link)).collect()
    }

    /// The record beside a manifest, if it is one that this build reads.
    fn kept(&self, link: &Link) -> Result<Option<Judgement>, CaseError> {
        let bytes = self.vault.recall(link, RECORD)?;
        let record = bytes.and_then(|bytes| serde_json::from_slice::<Judgement>(&bytes).ok());
        Ok(record.filter(|record| record.format == Judgement::FORMAT && record.snapshot == link.id))
    }

    fn judged(&self, link: &Link) -> Result<Judgement, CaseError> {
        self.record(&Case::judge(&self.yardstick, self.load(link)?)?)
    }

    /// Judges the newest snapshot, so that it is at hand when history is looked at.
    pub fn judge_newest(&self) -> Result<(), CaseError> {
        match self.chain.newest() {
            Some(link) => self.remember(link, &self.judged(link)?),
            None => Ok(()),
        }
    }

    /// What history needs of a case.
    fn record(&self, case: &Case<StoredSnapshot>) -> Result<Judgement, CaseError> {
        let Case { holdings, facts, assessment, .. } = case;
        let by = JudgedBy {
            definitions: self.yardstick.hash()?,
            documents: hash(&holdings.documents())?,
            collected: self.collected_by(holdings)?,
            tool: TOOL,
        };
        Ok(compare::record(&self.yardstick.catalog, holdings.snapshot(), facts, assessment, by))
    }

    /// What a snapshot was collected by, as a hash of the same kind as a yardstick's.
    fn collected_by(&self, snapshot: &StoredSnapshot) -> Result<Option<Sha256>, CaseError> {
        let Some(named) = &snapshot.snapshot().definitions else { return Ok(None) };
        let known = || self.collected_by.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hash) = known().get(named) {
            return Ok(Some(*hash));
        }
        let hash = match snapshot.definitions() {
            Ok(own) => own.hash()?,
            // Mappings that this build does not read any more are others, whatever they say.
            Err(_) => hash(&[named.mappings, named.settings])?,
        };
        known().insert(*named, hash);
        Ok(Some(hash))
    }

    /// Keeps a record beside the snapshot's manifest.
    fn remember(&self, link: &Link, record: &Judgement) -> Result<(), CaseError> {
        let bytes = serde_json::to_vec(record).map_err(CaseError::Json)?;
        Ok(self.vault.remember(link, RECORD, &bytes)?)
    }

    /// The documents that counted for a snapshot: those attested until the next one was taken.
    fn documents(&self, id: SnapshotId) -> Vec<Attestation> {
        match self.next_time(id) {
            Some(time) => self.attested.log.active_before(time),
            None => self.attested.log.active(),
        }
    }

    fn next_time(&self, id: SnapshotId) -> Option<DateTime<Utc>> {
        let at = self.chain.links.iter().position(|link| link.id == id)?;
        self.chain.links.get(at + 1).map(|link| link.time)
    }
}

impl Yardstick {
    /// Everything that decides verdicts besides evidence and documents, as one hash. Exceptions change no verdict.
    fn hash(&self) -> Result<Sha256, CaseError> {
        let Self { catalog, settings, .. } = self;
        let files: BTreeMap<&str, Sha256> =
            catalog.files.iter().map(|(path, bytes)| (path.as_str(), Sha256::of(bytes))).collect();
        let splits = settings.splits.iter();
        hash(&json!({
            "rules": RULES,
            "tool": TOOL,
            "mappings": files,
            "params": settings.params,
            "frameworks": settings.frameworks,
            "regions": settings.scope.regions,
            "splits": splits.map(|one| json!([one.framework, one.requirement, one.responsibility, one.reason])).collect::<Vec<_>>(),
        }))
    }
}

fn hash(value: &impl serde::Serialize) -> Result<Sha256, CaseError> {
    Ok(Sha256::of(&serde_json::to_vec(value).map_err(CaseError::Json)?))
}
