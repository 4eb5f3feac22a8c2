//! `vault merge`: takes another vault's snapshots and their blobs into this one, checked on the way.
//!
//! Blobs come first, snapshots last: killed in between, blobs are left over that nothing names.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::logs::{self, LOG, Logs, marks};
use super::names::{BlobFile, with_bases};
use super::{Alteration, FORMAT, Lock, StoredAttestations, Vault, VaultError, fault, files, patches, pruned};
use crate::model::{AccountId, Chain, Keeping, Link, ProblemKind, Sha256, SnapshotId, with_causes};

const BESIDE: &str = "merged.json";

/// Which snapshots may stand side by side: those that came by the last merge, and those that were newest before it.
#[derive(Serialize, Deserialize)]
struct Siblings {
    format: u32,
    ids: BTreeSet<SnapshotId>,
}

/// What a merge brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The snapshots that came.
    pub snapshots: Vec<Link>,
    /// How many blobs came.
    pub blobs: u64,
    /// How many derived files came beside snapshots that were there.
    pub derived: u64,
    /// What became of the log of attestations.
    pub log: LogMerge,
    /// How many ends the chain has now; the next collection joins them.
    pub heads: usize,
}

/// What became of the log of attestations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LogMerge {
    /// Ours goes as far as the other, or further.
    Kept,
    /// The other went further, and was taken.
    Taken,
}

impl Vault {
    /// Merges another vault into the one of a folder, which is made if it is new. What is refused changes nothing.
    pub fn merge(root: &Path, from: &Self) -> Result<Merged, VaultError> {
        let same = |a: &Path, b: &Path| a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a));
        if same(root, from.root()) {
            return Err(refused(
                format!("`{}` cannot be merged into itself", root.display()),
                "name the other vault's folder; `--vault` names the one that it is merged into",
            ));
        }
        let _from_lock = from.lock_if_writable()?;
        let coming = Coming::of(from)?;
        let new = !root.exists();
        let vault = Self::create(root)?;
        let merged = vault.take(from, &coming);
        if merged.is_err() && new {
            // We made it a moment ago, and nothing came into it.
            let _ = fs::remove_dir_all(root);
        }
        merged
    }

    fn take(&self, from: &Self, coming: &Coming) -> Result<Merged, VaultError> {
        let _lock = self.lock()?;
        self.sweep()?;
        let chain = self.chain_with(coming)?;
        same_estate((self, &chain), (from, &coming.chain))?;
        let log = self.merge_logs(from, coming, &chain)?;
        let blobs = self.copy_blobs(from, &coming.files)?;
        self.copy_aside(from)?;
        if log == LogMerge::Taken {
            files::write_whole(&self.root().join(LOG), &coming.attested.bytes)?;
            self.anchor_log(coming.attested.log.mark())?;
        }
        let there: BTreeSet<SnapshotId> = chain.links.iter().map(|link| link.id).collect();
        let (known, new): (Vec<&Link>, Vec<&Link>) =
            coming.chain.links.iter().partition(|link| there.contains(&link.id));
        if !new.is_empty() {
            let heads = chain.heads().into_iter().map(|link| link.id);
            self.write_beside(heads.chain(coming.chain.links.iter().map(|link| link.id)).collect())?;
        }
        for link in &new {
            self.copy_snapshot(from, link)?;
        }
        let mut derived = 0;
        for link in known {
            let ours = chain.links.iter().find(|one| one.id == link.id);
            if ours.is_some_and(|ours| ours.keeping == Keeping::Whole) {
                derived += self.copy_derived(from, link)?;
            }
        }
        let chain = self.chain_checked()?;
        let ids: Vec<SnapshotId> = chain.heads().iter().map(|link| link.id).collect();
        let heads = ids.len();
        self.anchor_heads(&ids, &chain.links.iter().map(|link| link.id).collect::<Vec<_>>())?;
        Ok(Merged { snapshots: new.into_iter().cloned().collect(), blobs, derived, log, heads })
    }

    /// Our chain, if nothing is wrong with it but what the other vault brings.
    fn chain_with(&self, coming: &Coming) -> Result<Chain, VaultError> {
        let mut chain = self.chain()?;
        let brought: BTreeSet<String> = coming.chain.links.iter().map(|link| link.id.short()).collect();
        chain.problems.retain(|one| {
            let missing = one.kind == ProblemKind::SnapshotMissing && !Path::new(&one.path).exists();
            !(missing && one.snapshot.as_ref().is_some_and(|id| brought.contains(id)))
        });
        match chain.problems.is_empty() {
            true => Ok(chain),
            false => Err(VaultError::Chain { root: self.root().to_owned(), problems: chain.problems }),
        }
    }

    /// One log must be the beginning of the other: two that went apart cannot be one chain of lines. What stays must go as
    /// far as all that names it.
    fn merge_logs(&self, from: &Self, coming: &Coming, chain: &Chain) -> Result<LogMerge, VaultError> {
        let mut logs = Logs::read(self)?;
        let (ours, theirs) = (&logs.stored.bytes, &coming.attested.bytes);
        let merged = match (ours.starts_with(theirs), theirs.starts_with(ours)) {
            (true, _) => LogMerge::Kept,
            (false, true) => {
                logs.take(coming.attested.clone());
                LogMerge::Taken
            }
            (false, false) => {
                return Err(refused(
                    format!(
                        "people attested in both `{}` and `{}` since they were one: the two logs of attestations cannot be joined",
                        self.root().display(),
                        from.root().display()
                    ),
                    "choose the log that stays: in the other vault rename `attestations.jsonl` to `attestations-1.jsonl`, which \
                     keeps its documents, copy the one that stays in its place, attest the missing documents again (`auditpack \
                     attest list --all` in each vault shows them), then merge",
                ));
            }
        };
        match logs.problem(self, &marks(self.anchor()?.attestations, &chain.links)) {
            None => Ok(merged),
            Some(problem) => Err(logs::refused(self, problem)),
        }
    }

    /// Copies the logs that were set aside; what is here stays.
    fn copy_aside(&self, from: &Self) -> Result<(), VaultError> {
        let ours: Vec<Vec<u8>> = logs::aside_of(self)?.iter().filter_map(|path| fs::read(path).ok()).collect();
        for path in logs::aside_of(from)? {
            let bytes = fs::read(&path).map_err(|error| fault(&path, error))?;
            if !ours.contains(&bytes) {
                let name = format!("attestations-{}.jsonl", Sha256::of(&bytes).short());
                files::write_whole(&self.root().join(name), &bytes)?;
            }
        }
        Ok(())
    }

    /// Copies the blobs that are not here: bases before the patches on them. When one is not what its name says, those that
    /// came are taken away again.
    fn copy_blobs(&self, from: &Self, coming: &[BlobFile]) -> Result<u64, VaultError> {
        let new = coming.iter().filter(|file| !self.has(&file.hash));
        let (plain, patches): (Vec<&BlobFile>, Vec<&BlobFile>) = new.partition(|file| file.base.is_none());
        let mut copied = Vec::new();
        let mut fault = None;
        for files in [plain, patches] {
            let results: Vec<_> = files.par_iter().map(|file| self.copy_blob(from, file)).collect();
            for (file, result) in files.iter().zip(results) {
                match result {
                    Ok(()) => copied.push(file.hash),
                    Err(error) => fault = fault.or(Some(error)),
                }
            }
            if fault.is_some() {
                break;
            }
        }
        let safe = || self.pack_small(&copied).and_then(|()| self.sync_blobs(&copied));
        match fault.map_or_else(safe, Err) {
            Ok(()) => Ok(copied.len() as u64),
            Err(error) => {
                for hash in copied {
                    let _ = fs::remove_file(self.blob_path(&hash));
                }
                Err(half(from, error))
            }
        }
    }

    fn copy_blob(&self, from: &Self, file: &BlobFile) -> Result<(), VaultError> {
        // What memory does not hold, or is broken, is told below.
        if file.stored <= patches::LARGEST as u64
            && let Ok(bytes) = from.get(&file.hash)
        {
            return self.put_after(&bytes, file.base.as_ref()).map(|_| ());
        }
        let (mut reader, mut document) = (from.reader(&file.hash)?, self.document()?);
        let mut buffer = vec![0; 256 << 10];
        let altered = |what: Alteration| VaultError::Altered { path: from.blob_path(&file.hash), what };
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => document.write_bytes(&buffer[..length])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(altered(error.into())),
            }
        }
        match document.hash() {
            found if found == file.hash => document.keep().map(|_| ()),
            found => Err(altered(format!("its content hashes to {found}").into())),
        }
    }

    fn copy_snapshot(&self, from: &Self, link: &Link) -> Result<(), VaultError> {
        let folder = from.snapshot_folder(link.time, &link.id);
        let manifest = folder.manifest().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let mut contents = Vec::new();
        for name in folder.beside()?.into_iter().chain(manifest) {
            let path = folder.path.join(&name);
            contents.push((name, fs::read(&path).map_err(|error| fault(&path, error))?));
        }
        self.write_folder(&self.snapshot_folder(link.time, &link.id), &contents)
    }

    /// Copies what was derived from a snapshot that both have; what is here stays.
    fn copy_derived(&self, from: &Self, link: &Link) -> Result<u64, VaultError> {
        let (theirs, ours) = (from.snapshot_folder(link.time, &link.id), self.snapshot_folder(link.time, &link.id));
        let mut copied = 0;
        for name in theirs.beside()?.into_iter().filter(|name| name != pruned::NAME) {
            let (source, target) = (theirs.path.join(&name), ours.path.join(&name));
            if !target.exists() {
                files::write_whole(&target, &fs::read(&source).map_err(|error| fault(&source, error))?)?;
                copied += 1;
            }
        }
        Ok(copied)
    }

    fn write_beside(&self, ids: BTreeSet<SnapshotId>) -> Result<(), VaultError> {
        let path = self.root().join(BESIDE);
        let bytes = serde_json::to_vec(&Siblings { format: FORMAT, ids });
        files::write_whole(&path, &bytes.map_err(|error| fault(&path, io::Error::other(error)))?)
    }

    /// The snapshots that may stand side by side. What cannot be read excuses nothing.
    pub(super) fn merged_ids(&self) -> BTreeSet<SnapshotId> {
        let read = fs::read(self.root().join(BESIDE)).ok();
        read.and_then(|bytes| serde_json::from_slice::<Siblings>(&bytes).ok()).map(|one| one.ids).unwrap_or_default()
    }

    /// The lock; none where the folder cannot be written to, so that no other process can either.
    pub(super) fn lock_if_writable(&self) -> Result<Option<Lock>, VaultError> {
        match self.lock() {
            Err(VaultError::Io { source, .. })
                if matches!(source.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) =>
            {
                Ok(None)
            }
            locked => locked.map(Some),
        }
    }
}

/// What another vault has to give: its chain holds, and each blob that it names is there.
struct Coming {
    chain: Chain,
    attested: StoredAttestations,
    files: Vec<BlobFile>,
}

impl Coming {
    fn of(from: &Vault) -> Result<Self, VaultError> {
        let chain = from.chain_checked()?;
        // Before the log: whoever attests writes it after.
        let anchored = from.anchor()?.attestations;
        let logs = Logs::read(from)?;
        if let Some(problem) = logs.problem(from, &marks(anchored, &chain.links)) {
            return Err(logs::refused(from, problem));
        }
        let mut named: BTreeSet<Sha256> =
            from.named_by_snapshots(&chain.links)?.into_iter().map(|(hash, _)| hash).collect();
        named.extend(logs.documents());
        let attested = logs.stored;
        let mut files = from.blob_files()?;
        let named = with_bases(named, &files);
        files.retain(|file| named.contains(&file.hash));
        let there: BTreeSet<Sha256> = files.iter().map(|file| file.hash).collect();
        match named.difference(&there).next() {
            None => Ok(Self { chain, attested, files }),
            Some(first) => Err(refused(
                format!(
                    "the vault `{}` was copied half: {} of {} blobs are missing, the first is `{}`",
                    from.root().display(),
                    named.len() - there.len(),
                    named.len(),
                    from.blob_path(first).display()
                ),
                "copy it again, whole; `auditpack vault check` with its `--vault` names all that is missing",
            )),
        }
    }
}

/// One vault, one organization, one estate: what is said over time would jump between them.
fn same_estate((ours, our): (&Vault, &Chain), (from, their): (&Vault, &Chain)) -> Result<(), VaultError> {
    let (Some(one), Some(other)) = (our.organization(), their.organization()) else { return Ok(()) };
    let (root, from) = (ours.root().display(), from.root().display());
    if one != other {
        return Err(refused(
            format!("`{root}` holds the evidence of \"{one}\", `{from}` that of \"{other}\": they are not merged"),
            "keep a vault for each organization",
        ));
    }
    let listed = |accounts: BTreeSet<AccountId>| {
        accounts.iter().map(|account| account.as_str().to_owned()).collect::<Vec<_>>().join(", ")
    };
    match our.accounts().is_disjoint(&their.accounts()) {
        false => Ok(()),
        true => Err(refused(
            format!(
                "`{root}` is of the accounts {}, `{from}` of {}: they share none, and a trend over both would jump between \
                 estates",
                listed(our.accounts()),
                listed(their.accounts())
            ),
            "keep a vault for each estate",
        )),
    }
}

fn refused(what: String, remedy: &'static str) -> VaultError {
    VaultError::Merge { what, remedy }
}

/// A blob that came altered, in the words of a merge.
fn half(from: &Vault, error: VaultError) -> VaultError {
    match error {
        VaultError::Altered { .. } | VaultError::Base { .. } | VaultError::Missing(_) => refused(
            format!("the vault `{}` is not whole, nothing was merged: {}", from.root().display(), with_causes(&error)),
            "copy it again, whole; `auditpack vault check` with its `--vault` names all that is wrong",
        ),
        other => other,
    }
}
