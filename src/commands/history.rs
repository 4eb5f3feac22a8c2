//! The vault's snapshots, each judged: read from what is kept beside them, judged again where that does not fit.
//!
//! A snapshot is judged by today's mappings and settings, for its own period, with the documents that were attested
//! until the next snapshot was taken. So all points of a history are measured alike.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use miette::{IntoDiagnostic as _, miette};
use rayon::prelude::*;
use serde_json::json;

use super::collect::TOOL;
use super::context::{Context, facts_of, vault_fault};
use super::sides;
use crate::compare::{self, Yardstick};
use crate::model::{
    Assessment, Attestation, AttestationLog, Catalog, Chain, Facts, Judgement, Keeping, Link, Settings, Sha256,
    Snapshot, SnapshotId,
};
use crate::vault::{Stored, Vault};

/// What the record of a judgement is called beside a manifest.
const RECORD: &str = "judgement.json";
/// Raised when the same mappings judge otherwise than they did: what was kept is made again.
const RULES: u32 = 1;

/// The judged snapshots of a vault.
pub(super) struct History {
    /// Oldest first.
    pub(super) entries: Vec<(Judgement, Keeping)>,
    /// What judged.
    pub(super) yardstick: Sha256,
    /// Snapshots that were pruned before anybody judged them: nobody can say what they show.
    pub(super) lost: usize,
}

/// A snapshot that was judged a moment ago.
#[derive(Clone, Copy)]
pub(super) struct Fresh<'a> {
    pub(super) stored: &'a Stored,
    pub(super) facts: &'a Facts,
    pub(super) assessment: &'a Assessment,
}

/// All that judging a history takes.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) settings: &'a Settings,
    pub(super) vault: &'a Vault,
    pub(super) log: &'a AttestationLog,
    pub(super) chain: &'a Chain,
}

impl Judge<'_> {
    /// Every snapshot judged, oldest first.
    pub(super) fn history(&self, context: &Context<'_>) -> miette::Result<History> {
        self.entries(&self.chain.links, context)
    }

    /// The snapshots until one that is judged already, with all documents that count today as its pack has them.
    pub(super) fn until(&self, fresh: Fresh<'_>, context: &Context<'_>) -> miette::Result<History> {
        let links = &self.chain.links;
        let at = links.iter().position(|link| link.id == fresh.stored.id);
        let at = at.ok_or_else(|| miette!("the snapshot {} is not in the chain", fresh.stored.id.short()))?;
        let mut history = self.entries(links.get(..at).unwrap_or_default(), context)?;
        let documents = self.log.active();
        let record = self.record(fresh, &documents)?;
        if let Some(link) = links.get(at).filter(|_| at + 1 == links.len()) {
            // The same as `history` would keep. A vault that cannot be written to is judged again the next time.
            let _ = self.remember(link, &record);
        }
        history.entries.push((record, Keeping::Whole));
        Ok(history)
    }

    fn entries(&self, links: &[Link], context: &Context<'_>) -> miette::Result<History> {
        let yardstick = yardstick(self.catalog, self.settings)?;
        let mut entries = Vec::new();
        let mut lost = 0;
        let mut told = false;
        for (link, kept) in links.iter().zip(self.all_kept(links)) {
            let documents = hash(&self.documents(link.id))?;
            let kept = kept?;
            let fits = |kept: &Judgement| kept.yardstick == yardstick && kept.documents == documents;
            match (link.keeping, kept) {
                (Keeping::Whole, Some(kept)) if fits(&kept) => entries.push((kept, Keeping::Whole)),
                (Keeping::Whole, _) => {
                    if !told && self.chain.links.len() > 1 {
                        context
                            .note("judging snapshots by today's mappings and settings; the next time this is at hand");
                        told = true;
                    }
                    entries.push((self.judge(link)?, Keeping::Whole));
                }
                (Keeping::Manifest, Some(kept)) => entries.push((kept, Keeping::Manifest)),
                (Keeping::Manifest, None) => {
                    lost += 1;
                    context.note(&format!(
                        "note: snapshot {} of {} was pruned and nobody had judged it before: it is left out",
                        link.id.short(),
                        link.time.format("%Y-%m-%d")
                    ));
                }
            }
        }
        Ok(History { entries, yardstick, lost })
    }

    /// The records beside all manifests; two years of them are read on all cores.
    fn all_kept(&self, links: &[Link]) -> Vec<miette::Result<Option<Judgement>>> {
        links.par_iter().map(|link| self.kept(link)).collect()
    }

    /// The record beside a manifest, if it is one that this build reads.
    fn kept(&self, link: &Link) -> miette::Result<Option<Judgement>> {
        let bytes = self.vault.recall(link, RECORD).map_err(vault_fault)?;
        let record = bytes.and_then(|bytes| serde_json::from_slice::<Judgement>(&bytes).ok());
        Ok(record.filter(|record| record.format == Judgement::FORMAT && record.snapshot == link.id))
    }

    /// What a snapshot was collected by, as a hash of the same kind as the yardstick.
    fn collected_by(&self, snapshot: &Snapshot) -> miette::Result<Option<Sha256>> {
        let Some(definitions) = &snapshot.definitions else { return Ok(None) };
        match sides::own_definitions(self.vault, definitions) {
            Ok((catalog, settings)) => yardstick(&catalog, &settings).map(Some),
            // Mappings that this build does not read any more are others, whatever they say.
            Err(_) => hash(&[definitions.mappings, definitions.settings]).map(Some),
        }
    }

    /// Judges a snapshot and keeps the record beside it.
    fn judge(&self, link: &Link) -> miette::Result<Judgement> {
        let stored = self.vault.load_link(link).map_err(vault_fault)?;
        let facts = facts_of(self.catalog, self.vault, &stored)?;
        let documents = self.documents(link.id);
        let assessment = judged(self.catalog, self.settings, &stored.snapshot, stored.id, &facts, &documents);
        let record = self.record(Fresh { stored: &stored, facts: &facts, assessment: &assessment }, &documents)?;
        self.remember(link, &record)?;
        Ok(record)
    }

    /// Judges the newest snapshot, so that it is at hand when somebody looks over all of them.
    pub(super) fn newest(&self) -> miette::Result<()> {
        match self.chain.newest() {
            Some(link) => self.judge(link).map(drop),
            None => Ok(()),
        }
    }

    /// What history needs of an assessment.
    fn record(&self, fresh: Fresh<'_>, documents: &[Attestation]) -> miette::Result<Judgement> {
        let Fresh { stored, facts, assessment } = fresh;
        let by = Yardstick {
            definitions: yardstick(self.catalog, self.settings)?,
            documents: hash(&documents)?,
            collected: self.collected_by(&stored.snapshot)?,
            tool: TOOL,
        };
        Ok(compare::record(self.catalog, &stored.snapshot, facts, assessment, by))
    }

    /// Keeps a record beside the snapshot's manifest.
    fn remember(&self, link: &Link, record: &Judgement) -> miette::Result<()> {
        let bytes = serde_json::to_vec(record).into_diagnostic()?;
        self.vault.remember(link, RECORD, &bytes).map_err(vault_fault)
    }

    /// The documents that counted for a snapshot: those attested until the next one was taken.
    pub(super) fn documents(&self, id: SnapshotId) -> Vec<Attestation> {
        match self.next_time(id) {
            Some(time) => self.log.active_before(time),
            None => self.log.active(),
        }
    }

    fn next_time(&self, id: SnapshotId) -> Option<DateTime<Utc>> {
        let at = self.chain.links.iter().position(|link| link.id == id)?;
        self.chain.links.get(at + 1).map(|link| link.time)
    }
}

/// Judges a snapshot for its own period.
pub(super) fn judged(
    catalog: &Catalog,
    settings: &Settings,
    snapshot: &Snapshot,
    id: SnapshotId,
    facts: &Facts,
    documents: &[Attestation],
) -> Assessment {
    let settings = Settings { period: snapshot.period, ..settings.clone() };
    crate::assess::assess(catalog, &settings, id, snapshot, facts, documents)
}

/// Everything that decides verdicts besides evidence and documents, as one hash. Exceptions change no verdict.
fn yardstick(catalog: &Catalog, settings: &Settings) -> miette::Result<Sha256> {
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

fn hash(value: &impl serde::Serialize) -> miette::Result<Sha256> {
    Ok(Sha256::of(&serde_json::to_vec(value).into_diagnostic()?))
}
