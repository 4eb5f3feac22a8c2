//! `vault prune`: gives evidence up by a policy; manifests stay, so that the chain holds.
//!
//! First each snapshot says that it is pruned, then blobs go that nothing names any more. Killed in between, blobs are
//! left over that the next run takes away.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use chrono::{DateTime, Utc};

use super::logs::{Logs, marks};
use super::names::{BlobFile, with_bases};
use super::pruned::Pruned;
use super::{KeepPolicy, Vault, VaultError, fault};
use crate::model::{Keeping, Link, Sha256};

/// Whether to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// Do it.
    Do,
    /// Say what would go, and change nothing.
    Show,
}

/// What went, or would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruning {
    /// The snapshots whose evidence went, oldest first.
    pub pruned: Vec<Link>,
    /// The snapshots that keep theirs.
    pub kept: Vec<Link>,
    /// How many blobs went.
    pub blobs: u64,
    /// How many bytes they had on the disk.
    pub bytes: u64,
    /// How many stay that nothing names, because nothing says what the vault must hold.
    pub unknown: u64,
}

impl Vault {
    /// Gives up the evidence of the snapshots that a policy does not keep. It is refused while anything is missing that says
    /// who needs a blob.
    pub fn prune(&self, policy: &KeepPolicy, now: DateTime<Utc>, how: Prune) -> Result<Pruning, VaultError> {
        let _lock = self.lock()?;
        let chain = self.chain_checked()?;
        let stay = policy.kept(&chain.links);
        let whole = chain.links.iter().filter(|link| link.keeping == Keeping::Whole).cloned();
        let (kept, pruned): (Vec<Link>, Vec<Link>) = whole.partition(|link| stay.contains(&link.id));
        let after: Vec<Link> = chain.links.iter().map(|link| left_of(link.clone(), &stay)).collect();
        let mut gone = self.named_by_none(&after)?;
        let unknown = self.keep_unknown(&chain.links, &mut gone)?;
        if how == Prune::Do {
            self.sweep()?;
            for link in &pruned {
                Pruned::write(&self.snapshot_folder(link.time, &link.id), now, &policy.to_string())?;
            }
            for file in &gone {
                let path = self.blob_path(&file.hash);
                match fs::remove_file(&path) {
                    // It lies in a pack.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    removed => removed.map_err(|error| fault(&path, error))?,
                }
            }
            self.drop_packed(&gone.iter().map(|file| file.hash).collect())?;
        }
        let bytes = gone.iter().map(|file| file.stored).sum();
        Ok(Pruning { pruned, kept, blobs: gone.len() as u64, bytes, unknown })
    }

    /// The blobs that nothing names: no snapshot, no attestation, no unfinished collection, no patch that is named.
    fn named_by_none(&self, links: &[Link]) -> Result<Vec<BlobFile>, VaultError> {
        let anchored = self.anchor()?.attestations;
        let logs = Logs::read(self)?;
        if let Some(problem) = logs.problem(self, &marks(anchored, links)) {
            return Err(VaultError::Unpruned { what: problem.message });
        }
        let mut named: BTreeSet<Sha256> = self.named_by_snapshots(links)?.into_iter().map(|(hash, _)| hash).collect();
        named.extend(logs.documents());
        named.extend(self.named_by_journals()?);
        let mut files = self.blob_files()?;
        let named = with_bases(named, &files);
        // A patch says which base it needs: of one that is not there that is not known.
        if let Some((path, _)) = self.broken_packs()?.into_iter().next() {
            return Err(VaultError::Unpruned { what: format!("the pack `{}` was altered", path.display()) });
        }
        let there: BTreeSet<Sha256> = files.iter().map(|file| file.hash).collect();
        if let Some(hash) = named.difference(&there).next() {
            let what = format!("the blob {hash} is missing, and with it what it may be a patch on");
            return Err(VaultError::Unpruned { what });
        }
        files.retain(|file| !named.contains(&file.hash));
        Ok(files)
    }

    /// Where nothing says what the vault must hold, as an older version left it, only that goes which a manifest names: what
    /// none names may be a document whose log is lost. How many blobs stay for that.
    fn keep_unknown(&self, links: &[Link], gone: &mut Vec<BlobFile>) -> Result<u64, VaultError> {
        let anchor = self.anchor()?;
        if anchor.heads.is_some() && anchor.attestations.is_some() {
            return Ok(0);
        }
        let whole: Vec<Link> = links.iter().map(|link| Link { keeping: Keeping::Whole, ..link.clone() }).collect();
        let once: BTreeSet<Sha256> = self.named_by_snapshots(&whole)?.into_iter().map(|(hash, _)| hash).collect();
        let before = gone.len();
        gone.retain(|file| once.contains(&file.hash));
        Ok((before - gone.len()) as u64)
    }
}

/// A link as it is after the pruning.
fn left_of(link: Link, stay: &BTreeSet<Sha256>) -> Link {
    match stay.contains(&link.id) {
        true => link,
        false => Link { keeping: Keeping::Manifest, ..link },
    }
}
