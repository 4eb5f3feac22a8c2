//! Which blobs are named, and by what; and which are there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;

use super::chain::moment;
use super::{Vault, VaultError, check_format, fault, patches};
use crate::attestations::AttestationLog;
use crate::model::{AttestedDocument, Definitions, Keeping, Link, Sha256};

/// The blobs of a manifest; everything else in it is passed over.
#[derive(Deserialize)]
struct Manifest {
    exchanges: Vec<Body>,
    gaps: Vec<Refusal>,
    #[serde(default)]
    definitions: Option<Definitions>,
}

#[derive(Deserialize)]
struct Body {
    body: Sha256,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    body: Option<Sha256>,
}

/// Who names a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Namer {
    /// The link of this number.
    Snapshot(u32),
    /// The log of attestations.
    Attestations,
}

impl Namer {
    /// The namer in words.
    pub(super) fn words(self, links: &[Link]) -> String {
        match self {
            Self::Snapshot(number) => match links.get(number as usize) {
                Some(link) => format!("the snapshot {} of {}", link.id.short(), moment(link.time)),
                None => "a snapshot".to_owned(),
            },
            Self::Attestations => "the log of attestations".to_owned(),
        }
    }
}

/// A blob that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BlobFile {
    /// What it is kept as a patch on.
    pub(super) base: Option<Sha256>,
    /// The hash that its name says.
    pub(super) hash: Sha256,
    /// How many bytes it has on the disk.
    pub(super) stored: u64,
}

impl Vault {
    /// The blobs that snapshots name, sorted, each with all who name it: of pruned ones only what they were collected by.
    pub(super) fn named_by_snapshots(&self, links: &[Link]) -> Result<Vec<(Sha256, Namer)>, VaultError> {
        let numbered: Vec<(u32, &Link)> = (0..).zip(links).collect();
        let mut names = Vec::new();
        let found: Vec<_> = numbered.par_iter().map(|(number, link)| self.named_by(*number, link)).collect();
        for found in found {
            names.extend(found?);
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn named_by(&self, number: u32, link: &Link) -> Result<Vec<(Sha256, Namer)>, VaultError> {
        let folder = self.snapshot_folder(link.time, &link.id);
        let unreadable = |error: serde_json::Error| {
            let path = folder.manifest().unwrap_or_else(|| folder.path.clone());
            VaultError::Altered { path, what: error.into() }
        };
        let manifest: Manifest = serde_json::from_slice(&folder.bytes()?).map_err(unreadable)?;
        let mut hashes: Vec<Sha256> =
            manifest.definitions.iter().flat_map(|one| [one.mappings, one.settings]).collect();
        if link.keeping == Keeping::Whole {
            hashes.extend(manifest.exchanges.iter().map(|exchange| exchange.body));
            hashes.extend(manifest.gaps.iter().filter_map(|gap| gap.body));
        }
        hashes.sort_unstable();
        hashes.dedup();
        Ok(hashes.into_iter().map(|hash| (hash, Namer::Snapshot(number))).collect())
    }

    /// The blobs that unfinished collections name: a resumed one asks for nothing that it has.
    pub(super) fn named_by_journals(&self) -> Result<Vec<Sha256>, VaultError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum NamedLine {
            Exchange(Body),
            Gap(Refusal),
        }
        let folder = self.root().join("journal");
        let mut hashes = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|error| fault(&folder, error))? {
            let path = entry.map_err(|error| fault(&folder, error))?.path();
            let file = File::open(&path).map_err(|error| fault(&path, error))?;
            for (number, line) in BufReader::new(file).split(b'\n').enumerate() {
                let line = line.map_err(|error| fault(&path, error))?;
                // What a newer version noted may be of a shape that says nothing here.
                if number == 0 {
                    refuse_newer(&path, &line)?;
                }
                // The first line and a torn last one are not replies.
                hashes.extend(match serde_json::from_slice(&line) {
                    Ok(NamedLine::Exchange(Body { body })) => Some(body),
                    Ok(NamedLine::Gap(Refusal { body })) => body,
                    Err(_) => None,
                });
            }
        }
        Ok(hashes)
    }

    /// All blobs that are there; those kept as patches on the same base stand together.
    pub(super) fn blob_files(&self) -> Result<Vec<BlobFile>, VaultError> {
        let root = self.root().join("blobs");
        let mut folders = Vec::new();
        for entry in fs::read_dir(&root).map_err(|error| fault(&root, error))? {
            let path = entry.map_err(|error| fault(&root, error))?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        let mut files = Vec::new();
        let read = |folder: &std::path::PathBuf| -> Result<Vec<BlobFile>, VaultError> {
            let mut files = Vec::new();
            for entry in fs::read_dir(folder).map_err(|error| fault(folder, error))? {
                let entry = entry.map_err(|error| fault(folder, error))?;
                let (name, path) = (entry.file_name(), entry.path());
                let name = name.to_str().and_then(|name| name.strip_suffix(".zst"));
                // Files of other names, and of names in a wrong folder, are none of ours.
                let Some(hash) = name.and_then(Sha256::parse).filter(|hash| self.blob_path(hash) == path) else {
                    continue;
                };
                let stored = entry.metadata().map_err(|error| fault(&path, error))?.len();
                let base = patches::base_of_file(&path).map_err(|error| fault(&path, error))?;
                files.push(BlobFile { base, hash, stored });
            }
            Ok(files)
        };
        for found in folders.par_iter().map(read).collect::<Vec<_>>() {
            files.extend(found?);
        }
        let loose: BTreeSet<Sha256> = files.iter().map(|file| file.hash).collect();
        files.extend(self.packed_blobs()?.into_iter().filter(|blob| !loose.contains(&blob.hash)));
        files.sort_unstable_by_key(|file| (file.base.unwrap_or(file.hash), file.base, file.hash));
        Ok(files)
    }
}

/// The first line of a journal; one that a killed run did not finish has no replies after it.
fn refuse_newer(path: &Path, line: &[u8]) -> Result<(), VaultError> {
    match check_format(path, line) {
        Err(error @ VaultError::Newer { .. }) => Err(error),
        _ => Ok(()),
    }
}

/// The documents that a log of attestations names, withdrawn ones too: its history stays.
pub(super) fn named_by_log(log: &AttestationLog) -> impl Iterator<Item = Sha256> + '_ {
    log.all().filter_map(|(attestation, _)| match &attestation.document {
        AttestedDocument::File { sha256, .. } => Some(*sha256),
        AttestedDocument::Url(_) => None,
    })
}

/// Adds the bases of patches that are named: a patch is nothing without its base.
pub(super) fn with_bases(mut named: BTreeSet<Sha256>, files: &[BlobFile]) -> BTreeSet<Sha256> {
    loop {
        let bases = files.iter().filter(|file| named.contains(&file.hash)).filter_map(|file| file.base);
        let new: Vec<Sha256> = bases.filter(|base| !named.contains(base)).collect();
        if new.is_empty() {
            return named;
        }
        named.extend(new);
    }
}
