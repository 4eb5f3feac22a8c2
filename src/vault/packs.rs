//! Packs: the small blobs of a collection in one file. A file of its own takes 4 kB of the disk even for a patch of 100
//! bytes, and a collection has thousands.
//!
//! ```text
//! packs/<sha256>.pack   named by the hash of all its bytes, so that it never changes
//!   "AUDPACK1"          8 bytes
//!   count               4 bytes, little endian like all numbers here
//!   count × entry       32 bytes of the blob's hash, 4 of its offset from the end of the table, 4 of its length
//!   blobs               each as its own file would have it: a zstd frame, or a patch
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::names::BlobFile;
use super::pack_index::{Index, PackedAt};
use super::{Vault, VaultError, fault, files, patches};
use crate::model::Sha256;

const MAGIC: &[u8; 8] = b"AUDPACK1";
const ENTRY: usize = 40;
/// Blobs up to this many bytes go into packs: half of what a file takes at least.
const SMALL: u64 = 2_048;
/// Fewer blobs are not worth a pack.
const WORTH: usize = 64;
/// No pack is much larger.
const LARGEST: usize = 32 << 20;

impl Vault {
    /// The bytes of a packed blob, as its own file would have them.
    pub(super) fn in_pack(&self, hash: &Sha256) -> Result<Option<Vec<u8>>, VaultError> {
        let index = self.pack_index()?;
        let index = match index.find(hash) {
            Some(_) => index,
            // Another process may have packed it since we looked.
            None if self.pack_files()? != index.packs => {
                self.forget_packs();
                self.pack_index()?
            }
            None => return Ok(None),
        };
        let Some((path, PackedAt { offset, length, .. })) = index.find(hash) else { return Ok(None) };
        let mut bytes = vec![0; length as usize];
        let mut read = || -> io::Result<()> {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(&mut bytes)
        };
        match read() {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(VaultError::Altered {
                path: path.to_owned(),
                what: "it ends before its blobs do".to_owned().into(),
            }),
            Err(error) => Err(fault(path, error)),
        }
    }

    /// The pack that a blob lies in.
    pub(super) fn pack_of(&self, hash: &Sha256) -> Option<PathBuf> {
        let index = self.pack_index().ok()?;
        index.find(hash).map(|(path, _)| path.to_owned())
    }

    /// Moves small blobs into packs, if they are many. A pack is on the disk before the files go that it stands for.
    pub(super) fn pack_small(&self, hashes: &[Sha256]) -> Result<(), VaultError> {
        let mut small = Vec::new();
        for hash in hashes {
            let path = self.blob_path(hash);
            if fs::metadata(&path).is_ok_and(|about| about.len() <= SMALL) {
                small.push((*hash, fs::read(&path).map_err(|error| fault(&path, error))?));
            }
        }
        if small.len() < WORTH {
            return Ok(());
        }
        for chunk in small.chunks(LARGEST / SMALL as usize) {
            self.write_pack(chunk)?;
            for (hash, _) in chunk {
                let path = self.blob_path(hash);
                fs::remove_file(&path).map_err(|error| fault(&path, error))?;
            }
        }
        self.forget_packs();
        Ok(())
    }

    /// All packed blobs.
    pub(super) fn packed_blobs(&self) -> Result<Vec<BlobFile>, VaultError> {
        self.forget_packs();
        let index = self.pack_index()?;
        let mut entries: Vec<&(Sha256, PackedAt)> = index.entries.iter().collect();
        entries.sort_unstable_by_key(|(_, place)| *place);
        let mut blobs = Vec::with_capacity(entries.len());
        // One pack in memory at a time.
        for of_one in entries.chunk_by(|(_, a), (_, b)| a.pack == b.pack) {
            let path = of_one.first().and_then(|(_, place)| index.packs.get(place.pack as usize));
            let bytes = path.and_then(|path| fs::read(path).ok()).unwrap_or_default();
            for (hash, PackedAt { offset, length, .. }) in of_one {
                let from = usize::try_from(*offset).unwrap_or(usize::MAX);
                // One that is cut off is found to be so when it is read.
                let blob = bytes.get(from..).and_then(|rest| rest.get(..*length as usize)).unwrap_or_default();
                blobs.push(BlobFile { base: patches::base_of(blob), hash: *hash, stored: u64::from(*length) });
            }
        }
        Ok(blobs)
    }

    /// Packs that cannot be read, and why.
    pub(super) fn broken_packs(&self) -> Result<Vec<(PathBuf, String)>, VaultError> {
        Ok(self.pack_index()?.broken.clone())
    }

    /// Writes those packs anew that hold blobs which go; the old ones go when the new ones are on the disk.
    pub(super) fn drop_packed(&self, gone: &BTreeSet<Sha256>) -> Result<(), VaultError> {
        for path in self.pack_files()? {
            let bytes = fs::read(&path).map_err(|error| fault(&path, error))?;
            let table = table(&mut bytes.as_slice(), bytes.len() as u64)
                .map_err(|what| VaultError::Altered { path: path.clone(), what: what.into() })?;
            if !table.iter().any(|(hash, ..)| gone.contains(hash)) {
                continue;
            }
            let cut = |(hash, offset, length): &(Sha256, u64, u32)| {
                let from = usize::try_from(*offset).ok()?;
                Some((*hash, bytes.get(from..)?.get(..*length as usize)?.to_vec()))
            };
            let kept: Vec<_> = table.iter().filter(|(hash, ..)| !gone.contains(hash)).filter_map(cut).collect();
            if !kept.is_empty() {
                self.write_pack(&kept)?;
            }
            fs::remove_file(&path).map_err(|error| fault(&path, error))?;
        }
        self.forget_packs();
        Ok(())
    }

    fn write_pack(&self, blobs: &[(Sha256, Vec<u8>)]) -> Result<(), VaultError> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(u32::try_from(blobs.len()).unwrap_or(u32::MAX).to_le_bytes());
        let mut offset = 0_u32;
        for (hash, blob) in blobs {
            let length = u32::try_from(blob.len()).unwrap_or(u32::MAX);
            bytes.extend(hash.as_bytes());
            bytes.extend(offset.to_le_bytes());
            bytes.extend(length.to_le_bytes());
            offset = offset.saturating_add(length);
        }
        bytes.extend(blobs.iter().flat_map(|(_, blob)| blob));
        let folder = self.root().join("packs");
        files::make_folder(&folder)?;
        files::write_whole(&folder.join(format!("{}.pack", Sha256::of(&bytes))), &bytes)?;
        files::sync_folder(&folder)
    }

    fn pack_index(&self) -> Result<Arc<Index>, VaultError> {
        if let Some(index) = self.packs.index.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(Arc::clone(index));
        }
        let mut index = Index { packs: self.pack_files()?, ..Index::default() };
        for (pack, path) in (0..).zip(&index.packs) {
            match read_table(path) {
                Ok(Ok(table)) => {
                    let place = |(hash, offset, length)| (hash, PackedAt { pack, offset, length });
                    index.entries.extend(table.into_iter().map(place));
                }
                Ok(Err(what)) => index.broken.push((path.clone(), what)),
                // Pruned a moment ago.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(fault(path, error)),
            }
        }
        index.entries.sort_unstable();
        index.entries.dedup_by_key(|(hash, _)| *hash);
        let index = Arc::new(index);
        *self.packs.index.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&index));
        Ok(index)
    }

    fn forget_packs(&self) {
        *self.packs.index.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The packs, sorted. Vaults of older versions have no folder for them.
    fn pack_files(&self) -> Result<Vec<PathBuf>, VaultError> {
        let folder = self.root().join("packs");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| fault(&folder, error))?,
        };
        let mut packs = Vec::new();
        for entry in entries {
            packs.push(entry.map_err(|error| fault(&folder, error))?.path());
        }
        packs.retain(|path| path.extension().is_some_and(|extension| extension == "pack"));
        packs.sort();
        Ok(packs)
    }
}

/// The blobs of a pack: hash, offset in the file, length.
type Table = Vec<(Sha256, u64, u32)>;

/// The table of a pack's file; the inner error says why it is not a pack.
fn read_table(path: &Path) -> io::Result<Result<Table, String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok(table(&mut file, length))
}

fn table(pack: &mut impl io::Read, size: u64) -> Result<Table, String> {
    let torn = |error: io::Error| format!("its table cannot be read: {error}");
    let mut head = [0; MAGIC.len() + 4];
    pack.read_exact(&mut head).map_err(torn)?;
    let (Some(count), true) = (head.last_chunk().map(|count| u32::from_le_bytes(*count)), head.starts_with(MAGIC))
    else {
        return Err("it does not begin as a pack does".to_owned());
    };
    let length = u64::from(count) * ENTRY as u64;
    let blobs = head.len() as u64 + length;
    if blobs > size {
        return Err(format!("it says {count} blobs, for which it is too short"));
    }
    let mut bytes = Vec::new();
    pack.take(length).read_to_end(&mut bytes).map_err(torn)?;
    let entry = |entry: &[u8]| {
        let (hash, rest) = entry.split_first_chunk::<32>()?;
        let (offset, length) = (rest.first_chunk()?, rest.last_chunk()?);
        let offset = blobs + u64::from(u32::from_le_bytes(*offset));
        Some((Sha256::from_bytes(*hash), offset, u32::from_le_bytes(*length)))
    };
    let entries: Vec<_> = bytes.chunks_exact(ENTRY).filter_map(entry).collect();
    match entries.iter().all(|(_, offset, length)| offset + u64::from(*length) <= size) {
        true => Ok(entries),
        false => Err("it ends before its blobs do".to_owned()),
    }
}
