//! Writing a pack: members in order of path, then their digests, then the signature over those.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::Digest as _;
use tempfile::NamedTempFile;

use super::layout::{Entry, Method, tail};
use super::path::{PackPath, PathFault};
use super::{SIGNATURE, SUMS, sums};
use crate::model::Sha256;
use crate::seal::{SignError, Signer, sign_detached};

const LEVEL: u32 = 6;
const CHUNK: usize = 256 * 1024;
/// Packed already: deflating them again gains nothing.
const PACKED_SUFFIXES: [&str; 8] = [".pdf", ".xlsx", ".zip", ".gz", ".zst", ".png", ".jpg", ".p7s"];

/// A file for a pack.
pub struct Member<'a> {
    /// Where it lies in the pack, with `/` between its parts.
    pub path: String,
    /// Its bytes.
    pub content: Content<'a>,
}

/// Where a member's bytes come from.
pub enum Content<'a> {
    /// They are in memory.
    Bytes(Vec<u8>),
    /// They are fetched when their turn comes, one member at a time.
    Later(Box<dyn FnOnce() -> io::Result<Vec<u8>> + 'a>),
    /// They are streamed: a document too large for memory, of exactly `size` bytes.
    Stream {
        /// The length in bytes.
        size: u64,
        /// Opens the document.
        open: Box<dyn FnOnce() -> io::Result<Box<dyn Read + 'a>> + 'a>,
    },
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many members, the digests and the signature included.
    pub members: usize,
    /// The pack's length in bytes.
    pub size: u64,
    /// The SHA-256 of `SHA256SUMS`: one number that names the content of the whole pack.
    pub sums: Sha256,
}

/// Why no pack was written. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A path that no pack may have.
    #[error("`{path}` cannot be a path in a pack")]
    Path {
        /// The path.
        path: String,
        /// Why not.
        #[source]
        fault: PathFault,
    },
    /// Two members with one path.
    #[error("two members of the pack have the path `{0}` (upper and lower case count as the same)")]
    Twice(String),
    /// A member cannot be read.
    #[error("cannot read `{path}` for the pack")]
    Member {
        /// The member.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// The pack cannot be written.
    #[error("cannot write {}", .path.display())]
    Write {
        /// The pack.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The signature cannot be made.
    #[error("cannot sign the pack")]
    Sign(#[from] SignError),
}

/// Writes and signs a pack at `path`. It appears there whole or not at all; one that was there is replaced.
pub fn write_pack<'a>(
    path: &Path,
    members: impl IntoIterator<Item = Member<'a>>,
    signer: &dyn Signer,
    time: DateTime<Utc>,
) -> Result<Written, PackError> {
    let members = sorted(members)?;
    let failed = |source| PackError::Write { path: path.to_owned(), source };
    let file = temporary(path).map_err(failed)?;
    let mut writer = Writer { out: BufWriter::with_capacity(CHUNK, file.as_file()), entries: Vec::new(), at: 0 };
    let mut digests = BTreeMap::new();
    for (name, content) in members {
        let digest = writer.add(&name, content).map_err(|error| error.at(path, &name))?;
        digests.insert(name, digest);
    }
    let sums = sums::write(&digests);
    let signature = sign_detached(&sums, signer, time)?;
    let digest = Sha256::of(&sums);
    for (name, bytes) in [(SUMS, sums), (SIGNATURE, signature)] {
        let name = PackPath::parse(name).map_err(|fault| PackError::Path { path: name.to_owned(), fault })?;
        writer.add(&name, Content::Bytes(bytes)).map_err(|error| error.at(path, &name))?;
    }
    let members = writer.entries.len();
    let size = writer.finish().map_err(failed)?;
    publish(file, path).map_err(failed)?;
    Ok(Written { members, size, sums: digest })
}

fn sorted<'a>(members: impl IntoIterator<Item = Member<'a>>) -> Result<BTreeMap<PackPath, Content<'a>>, PackError> {
    let mut found = BTreeMap::new();
    let mut folded: std::collections::BTreeSet<String> =
        [SUMS, SIGNATURE].iter().map(|name| name.to_lowercase()).collect();
    for Member { path, content } in members {
        let name = PackPath::parse(&path).map_err(|fault| PackError::Path { path: path.clone(), fault })?;
        if !folded.insert(name.folded()) {
            return Err(PackError::Twice(path));
        }
        found.insert(name, content);
    }
    Ok(found)
}

/// Distinguishes a member that cannot be read from a pack that cannot be written.
enum AddError {
    Read(io::Error),
    Write(io::Error),
}

impl AddError {
    fn at(self, pack: &Path, member: &PackPath) -> PackError {
        match self {
            Self::Read(source) => PackError::Member { path: member.to_string(), source },
            Self::Write(source) => PackError::Write { path: pack.to_owned(), source },
        }
    }
}

struct Writer<W: Write> {
    out: BufWriter<W>,
    entries: Vec<Entry>,
    at: u64,
}

impl<W: Write + Seek> Writer<W> {
    fn add(&mut self, path: &PackPath, content: Content<'_>) -> Result<Sha256, AddError> {
        match content {
            Content::Bytes(bytes) => self.add_bytes(path, &bytes).map_err(AddError::Write),
            Content::Later(fetch) => {
                let bytes = fetch().map_err(AddError::Read)?;
                self.add_bytes(path, &bytes).map_err(AddError::Write)
            }
            Content::Stream { size, open } => {
                let reader = open().map_err(AddError::Read)?;
                self.add_stream(path, size, reader)
            }
        }
    }

    fn add_bytes(&mut self, path: &PackPath, bytes: &[u8]) -> io::Result<Sha256> {
        let mut entry = self.entry(path, bytes.len() as u64);
        let deflated = match entry.method {
            Method::Deflated => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
                encoder.write_all(bytes)?;
                Some(encoder.finish()?).filter(|deflated| deflated.len() < bytes.len())
            }
            Method::Stored => None,
        };
        if deflated.is_none() {
            entry.method = Method::Stored;
        }
        let packed = deflated.as_deref().unwrap_or(bytes);
        entry.crc = crc32fast::hash(bytes);
        entry.packed_crc = crc32fast::hash(packed);
        entry.packed = packed.len() as u64;
        self.out.write_all(&entry.local())?;
        self.out.write_all(packed)?;
        self.done(entry);
        Ok(Sha256::of(bytes))
    }

    /// The record before the bytes has sizes that are known only after them: it is written twice.
    fn add_stream(&mut self, path: &PackPath, size: u64, reader: Box<dyn Read + '_>) -> Result<Sha256, AddError> {
        let mut entry = self.entry(path, size);
        self.out.write_all(&entry.local()).map_err(AddError::Write)?;
        let mut packing = Packing { out: &mut self.out, crc: crc32fast::Hasher::new(), length: 0 };
        let (digest, crc) = if entry.method == Method::Deflated {
            let mut encoder = DeflateEncoder::new(&mut packing, Compression::new(LEVEL));
            let read = pump(reader, size, &mut encoder)?;
            encoder.finish().map_err(AddError::Write)?;
            read
        } else {
            pump(reader, size, &mut packing)?
        };
        entry.crc = crc;
        entry.packed = packing.length;
        entry.packed_crc = packing.crc.finalize();
        let end = entry.end().ok_or_else(|| AddError::Write(io::Error::other("the pack is too large")))?;
        let again = |out: &mut BufWriter<W>| -> io::Result<()> {
            out.seek(SeekFrom::Start(entry.offset))?;
            out.write_all(&entry.local())?;
            out.seek(SeekFrom::Start(end)).map(drop)
        };
        again(&mut self.out).map_err(AddError::Write)?;
        self.done(entry);
        Ok(digest)
    }

    fn entry(&self, path: &PackPath, size: u64) -> Entry {
        // Documents of people are mostly packed already, and one that packs too well would pass for a zip bomb.
        let document = path.as_str().starts_with("attestations/") && !path.as_str().ends_with(".json");
        let packed_already = document || PACKED_SUFFIXES.iter().any(|suffix| path.as_str().ends_with(suffix));
        let method = if packed_already || size == 0 { Method::Stored } else { Method::Deflated };
        Entry { path: path.clone(), method, crc: 0, packed_crc: 0, size, packed: 0, offset: self.at }
    }

    fn done(&mut self, entry: Entry) {
        self.at = entry.end().unwrap_or(u64::MAX);
        self.entries.push(entry);
    }

    fn finish(mut self) -> io::Result<u64> {
        let directory: Vec<u8> = self.entries.iter().flat_map(Entry::central).collect();
        let size = directory.len() as u64;
        let tail = tail(self.entries.len() as u64, self.at, size);
        self.out.write_all(&directory)?;
        self.out.write_all(&tail)?;
        self.out.flush()?;
        Ok(self.at + size + tail.len() as u64)
    }
}

/// Counts and sums up the packed bytes on their way to the file.
struct Packing<'a, W: Write> {
    out: &'a mut BufWriter<W>,
    crc: crc32fast::Hasher,
    length: u64,
}

impl<W: Write> Write for Packing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.crc.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Moves exactly `size` bytes; their SHA-256 and CRC-32.
fn pump(mut reader: Box<dyn Read + '_>, size: u64, out: &mut impl Write) -> Result<(Sha256, u32), AddError> {
    let mut buffer = vec![0; CHUNK];
    let (mut sha256, mut crc) = (sha2::Sha256::new(), crc32fast::Hasher::new());
    let mut done: u64 = 0;
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(AddError::Read(error)),
        };
        done += length as u64;
        sha256.update(&buffer[..length]);
        crc.update(&buffer[..length]);
        out.write_all(&buffer[..length]).map_err(AddError::Write)?;
    }
    if done == size {
        Ok((Sha256::from_bytes(sha256.finalize().into()), crc.finalize()))
    } else {
        Err(AddError::Read(io::Error::other(format!("it has {done} bytes, not the {size} it was recorded with"))))
    }
}

/// A file that vanishes unless it is published.
fn temporary(target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // As the user's umask says: temporary files are their owner's otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.suffix(".partial").tempfile_in(folder_of(target))
}

fn publish(file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(target)?;
    // The name itself is safe only when the folder is; systems that cannot sync a folder do without.
    if let Ok(folder) = File::open(folder_of(target)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
