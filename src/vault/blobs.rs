//! Bytes under their SHA-256, compressed, never rewritten.
//!
//! A blob gets its name only when it is whole, so a killed process leaves none half there. Blobs are synced together
//! before a snapshot names them (one sync each costs more than the calls to AWS); until then a power cut may
//! lose one, which its hash shows: it is then asked for again.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::Digest as _;
use tempfile::NamedTempFile;

use super::{Alteration, Vault, VaultError, fault, files, patches};
use crate::model::{DocumentSink, Sha256, SinkError, with_causes};

/// Level 3 halves the time of level 9 for 4 % more bytes on AWS's JSON and XML.
const LEVEL: i32 = 3;
/// A base is plain when a patch is written; after a broken blob was mended it may be a patch itself.
const DEEPEST: u8 = 4;
/// The largest body that is held in memory: AWS's replies have a quarter of it. Longer documents are read as streams. A
/// damaged or foreign blob of some KB may unpack to any length.
const LARGEST: u64 = 256 << 20;
/// So many blobs are synced at once.
const SYNC_LANES: usize = 8;

impl Vault {
    /// Keeps bytes; those that are there already are checked and left alone.
    pub fn put(&self, bytes: &[u8]) -> Result<Sha256, VaultError> {
        self.put_after(bytes, None)
    }

    /// The same, as a patch on an earlier body where that is clearly smaller.
    pub fn put_after(&self, bytes: &[u8], before: Option<&Sha256>) -> Result<Sha256, VaultError> {
        let hash = Sha256::of(bytes);
        let path = self.blob_path(&hash);
        if self.has(&hash) && self.get(&hash).is_ok() {
            return Ok(hash);
        }
        if !patches::fits(bytes.len()) {
            let mut document = self.document()?;
            document.write_bytes(bytes)?;
            document.keep()?;
            return Ok(hash);
        }
        let unwritten = |error| fault(&path, error);
        let mut packed = zstd::bulk::compress(bytes, LEVEL).map_err(unwritten)?;
        if let Some((base, before)) = before.and_then(|before| self.base_for(before))
            && let Some(patch) = patches::patch(bytes, &base, &before, packed.len()).map_err(unwritten)?
        {
            packed = patch;
        }
        let mut file = self.temporary()?;
        file.write_all(&packed).map_err(|error| fault(file.path(), error))?;
        self.give_name(file, &hash)?;
        Ok(hash)
    }

    /// The base of a new patch on an earlier body: that one's own base, if it is a patch itself. An earlier body that cannot
    /// be read does not keep us from keeping a new one.
    fn base_for(&self, before: &Sha256) -> Option<(Sha256, Vec<u8>)> {
        let base = patches::base_of(&self.packed(before).ok()?).unwrap_or(*before);
        let bytes = self.get(&base).ok().filter(|bytes| patches::fits(bytes.len()))?;
        Some((base, bytes))
    }

    /// Whether a blob is there, in a file of its own or in a pack.
    pub(super) fn has(&self, hash: &Sha256) -> bool {
        self.blob_path(hash).exists() || self.pack_of(hash).is_some()
    }

    /// The bytes of a hash, checked against it; of a document too large for memory, [`Vault::reader`] has them.
    pub fn get(&self, hash: &Sha256) -> Result<Vec<u8>, VaultError> {
        self.get_within(hash, DEEPEST)
    }

    fn get_within(&self, hash: &Sha256, depth: u8) -> Result<Vec<u8>, VaultError> {
        let packed = self.packed(hash)?;
        let bytes = match patches::base_of(&packed) {
            None => unpacked(&packed),
            Some(base) => patches::apply(&packed, &self.base_within(&self.place(hash), &base, depth)?),
        };
        self.checked(hash, bytes)
    }

    /// The bytes of a patch whose base is at hand, checked against its hash.
    pub(super) fn get_on(&self, hash: &Sha256, base: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.checked(hash, patches::apply(&self.packed(hash)?, base))
    }

    /// The bytes of a blob as they lie on the disk: in a file of its own, which goes before, or in a pack.
    fn packed(&self, hash: &Sha256) -> Result<Vec<u8>, VaultError> {
        let path = self.blob_path(hash);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.in_pack(hash)?.ok_or(VaultError::Missing(*hash))
            }
            read => read.map_err(|error| fault(&path, error)),
        }
    }

    /// The file that a blob lies in.
    pub(super) fn place(&self, hash: &Sha256) -> PathBuf {
        let path = self.blob_path(hash);
        if path.exists() { path } else { self.pack_of(hash).unwrap_or(path) }
    }

    fn checked(&self, hash: &Sha256, unpacked: io::Result<Vec<u8>>) -> Result<Vec<u8>, VaultError> {
        let altered = |what: Alteration| VaultError::Altered { path: self.place(hash), what };
        let bytes = unpacked.map_err(|error| altered(error.into()))?;
        match Sha256::of(&bytes) {
            found if found == *hash => Ok(bytes),
            found => Err(altered(format!("its content hashes to {found}").into())),
        }
    }

    fn base_within(&self, path: &Path, base: &Sha256, depth: u8) -> Result<Vec<u8>, VaultError> {
        let broken = |what: String| VaultError::Base { path: path.to_owned(), base: self.place(base), what };
        let Some(depth) = depth.checked_sub(1) else {
            return Err(broken("is a patch on a patch on a patch".to_owned()));
        };
        self.get_within(base, depth).map_err(|error| match error {
            VaultError::Missing(_) => broken("is missing".to_owned()),
            VaultError::Altered { what, .. } => broken(format!("was altered: {}", with_causes(&what))),
            other => other,
        })
    }

    /// The bytes of a hash as a stream, for documents too large for memory; the caller checks the hash.
    pub fn reader(&self, hash: &Sha256) -> Result<impl io::Read + use<>, VaultError> {
        let path = self.blob_path(hash);
        let file = match File::open(&path) {
            Ok(file) => file,
            // Packed ones are small.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Box::new(io::Cursor::new(self.get(hash)?)) as Box<dyn io::Read>);
            }
            Err(error) => return Err(fault(&path, error)),
        };
        let reader: Box<dyn io::Read> = match patches::base_of_file(&path).map_err(|error| fault(&path, error))? {
            Some(_) => Box::new(io::Cursor::new(self.get(hash)?)),
            None => Box::new(zstd::Decoder::new(file).map_err(|error| fault(&path, error))?),
        };
        Ok(reader)
    }

    /// Begins a document of unknown length and hash.
    pub fn document(&self) -> Result<Document, VaultError> {
        let file = self.temporary()?;
        let path = file.path().to_owned();
        let encoder = zstd::Encoder::new(file, LEVEL).map_err(|error| fault(&path, error))?;
        Ok(Document { vault: self.clone(), path, encoder: Some(encoder), hasher: sha2::Sha256::new(), size: 0 })
    }

    fn temporary(&self) -> Result<NamedTempFile, VaultError> {
        let folder = self.root().join("blobs");
        files::temporary(&folder).map_err(|error| fault(&folder, error))
    }

    /// Gives a blob that is whole its name.
    fn give_name(&self, file: NamedTempFile, hash: &Sha256) -> Result<(), VaultError> {
        let target = self.blob_path(hash);
        files::make_folder(target.parent().unwrap_or(Path::new(".")))?;
        file.persist(&target).map(drop).map_err(|refused| fault(&target, refused.error))
    }

    pub(super) fn sync_blobs(&self, hashes: &[Sha256]) -> Result<(), VaultError> {
        let sync = |hash: &Sha256| {
            let path = self.blob_path(hash);
            match File::open(&path).and_then(|file| file.sync_all()) {
                // What is packed was synced with its pack.
                Err(error) if error.kind() == io::ErrorKind::NotFound && self.has(hash) => Ok(()),
                synced => synced.map_err(|error| fault(&path, error)),
            }
        };
        // Threads that wait for the disk: as many as the disk takes at once, however few the cores.
        let lanes = rayon::ThreadPoolBuilder::new().num_threads(SYNC_LANES).build();
        let lanes = lanes.map_err(|error| fault(self.root(), io::Error::other(error)))?;
        let failed = lanes.install(|| hashes.par_iter().find_map_first(|hash| sync(hash).err()));
        failed.map_or(Ok(()), Err)
    }

    /// Removes what a killed process left under temporary names; only the holder of the lock may.
    pub(super) fn sweep(&self) -> Result<(), VaultError> {
        for folder in ["blobs", "packs"].map(|name| self.root().join(name)) {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|error| fault(&folder, error))?,
            };
            for entry in entries {
                let path = entry.map_err(|error| fault(&folder, error))?.path();
                if path.extension().is_some_and(|extension| extension == "tmp") {
                    fs::remove_file(&path).map_err(|error| fault(&path, error))?;
                }
            }
        }
        self.sweep_snapshots()
    }

    pub(super) fn blob_path(&self, hash: &Sha256) -> PathBuf {
        let name = hash.to_string();
        self.root().join("blobs").join(&name[..2]).join(format!("{name}.zst"))
    }
}

/// The content of a plain blob, as far as memory may hold it.
fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    zstd::Decoder::with_buffer(packed)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST {
        true => Err(io::Error::other(format!("it unpacks to more than {} MiB", LARGEST >> 20))),
        false => Ok(bytes),
    }
}

/// A blob on its way; dropped unfinished it leaves nothing.
pub struct Document {
    vault: Vault,
    /// Where it lies meanwhile.
    path: PathBuf,
    encoder: Option<zstd::Encoder<'static, NamedTempFile>>,
    hasher: sha2::Sha256,
    size: u64,
}

impl Document {
    pub(super) fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        match &mut self.encoder {
            Some(encoder) => encoder.write_all(bytes).map_err(|error| fault(&self.path, error)),
            None => Ok(()),
        }
    }

    /// The hash of what came so far.
    pub(super) fn hash(&self) -> Sha256 {
        Sha256::from_bytes(self.hasher.clone().finalize().into())
    }

    pub(super) fn keep(&mut self) -> Result<(Sha256, u64), VaultError> {
        let hash = self.hash();
        if let Some(encoder) = self.encoder.take() {
            let file = encoder.finish().map_err(|error| fault(&self.path, error))?;
            self.vault.give_name(file, &hash)?;
        }
        Ok((hash, self.size))
    }
}

impl DocumentSink for Document {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.write_bytes(bytes).map_err(SinkError::new)
    }

    fn finish(mut self: Box<Self>) -> Result<(Sha256, u64), SinkError> {
        self.keep().map_err(SinkError::new)
    }
}
