//! Manual evidence: documents among the blobs, and the log that says what they are for.
//!
//! The log only grows. A line is written at once and synced before it is reported; a line that a
//! killed process did not finish is not read, and the next writer takes it away.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::logs::{self, LOG, Logs, marks};
use super::{Alteration, FORMAT, Lock, StoredAttestations, Vault, VaultError, fault, files};
use crate::attestations::{AttestationLog, LogEvent};
use crate::model::{AttestedDocument, Link, LogMark, Sha256};

const CHUNK: usize = 256 * 1024;
/// No document is larger: a pack is read on a laptop.
pub const LARGEST_DOCUMENT: u64 = 512 << 20;

/// The log of attestations, open for one writer.
pub struct Attesting {
    vault: Vault,
    log: AttestationLog,
    _lock: Lock,
}

impl Vault {
    /// The log of attestations; an empty one when nothing was ever attested. It is refused when it is missing or ends before
    /// the line that `vault.json` names.
    pub fn attestations(&self) -> Result<StoredAttestations, VaultError> {
        self.attestations_named_by(&[])
    }

    /// The same, held against the manifests of snapshots too.
    pub fn attestations_named_by(&self, links: &[Link]) -> Result<StoredAttestations, VaultError> {
        // Before the log: whoever attests writes it after.
        let anchored = self.anchor()?.attestations;
        let logs = Logs::read(self)?;
        match logs.problem(self, &marks(anchored, links)) {
            None => Ok(logs.stored),
            Some(problem) => Err(logs::refused(self, problem)),
        }
    }

    /// Where the log stands; what `vault.json` says of it where it cannot be read.
    pub(super) fn log_mark(&self) -> Result<Option<LogMark>, VaultError> {
        match self.attestations() {
            Ok(stored) => Ok(Some(stored.log.mark())),
            Err(VaultError::Log { .. } | VaultError::Altered { .. }) => Ok(self.anchor()?.attestations),
            Err(error) => Err(error),
        }
    }

    /// Takes the right to attest. The lock is held until the result is dropped.
    pub fn attesting(&self) -> Result<Attesting, VaultError> {
        let lock = self.lock()?;
        self.sweep()?;
        Ok(Attesting { vault: self.clone(), log: self.attestations()?.log, _lock: lock })
    }

    /// Reads a blob through and checks it against its hash, in bounded memory; its length in bytes.
    pub fn check(&self, hash: &Sha256) -> Result<u64, VaultError> {
        let altered = |what: Alteration| VaultError::Altered { path: self.place(hash), what };
        let mut reader = self.reader(hash)?;
        let (mut hasher, mut buffer, mut size) = (sha2::Sha256::new(), vec![0; CHUNK], 0);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    hasher.update(&buffer[..length]);
                    size += length as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(altered(error.into())),
            }
        }
        match Sha256::from_bytes(hasher.finalize().into()) {
            found if found == *hash => Ok(size),
            found => Err(altered(format!("its content hashes to {found}").into())),
        }
    }

    fn attestation_log(&self) -> PathBuf {
        self.root().join(LOG)
    }
}

impl Attesting {
    /// What was attested so far.
    pub fn log(&self) -> &AttestationLog {
        &self.log
    }

    /// Keeps a document's bytes; its hash and length. `None`: it is larger than any document may be, and nothing is kept.
    pub fn keep(&self, mut from: impl Read) -> Result<Option<(Sha256, u64)>, KeepError> {
        let mut document = self.vault.document()?;
        let (mut buffer, mut size) = (vec![0; CHUNK], 0_u64);
        loop {
            let length = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(KeepError::Read(error)),
            };
            size += length as u64;
            if size > LARGEST_DOCUMENT {
                return Ok(None);
            }
            document.write_bytes(&buffer[..length])?;
        }
        Ok(Some(document.keep()?))
    }

    /// Adds an event to the log; it is safe on the disk when this returns. Documents are synced before they are named.
    pub fn record(&mut self, event: LogEvent) -> Result<(), VaultError> {
        let path = self.vault.attestation_log();
        if let LogEvent::Attested(attestation) = &event
            && let AttestedDocument::File { sha256, .. } = &attestation.document
        {
            self.vault.sync_blobs(&[*sha256])?;
            let blob = self.vault.blob_path(sha256);
            for folder in blob.ancestors().skip(1).take(2).filter(|folder| folder.exists()) {
                files::sync_folder(folder)?;
            }
        }
        let (line, next) = self.log.line(event)?;
        self.append(&path, &line)?;
        File::open(self.vault.root()).and_then(|folder| folder.sync_all()).map_err(|error| fault(&path, error))?;
        self.log = next;
        self.vault.anchor_log(self.log.mark())
    }
}

impl Attesting {
    /// Writes a line after those that were read. The lock keeps others out; where it lies, as on some network file systems,
    /// what they wrote is not cut off, and it shows that they did.
    fn append(&self, path: &Path, line: &[u8]) -> Result<(), VaultError> {
        let failed = |error| fault(path, error);
        let complete = self.log.complete() as u64;
        let mut file = files::private().read(true).create(true).append(true).open(path).map_err(failed)?;
        let unfinished = read_from(&mut file, complete).map_err(failed)?;
        if unfinished.contains(&b'\n') {
            return Err(VaultError::Raced(path.to_owned()));
        }
        // What a killed process left of its line would make ours unreadable.
        if !unfinished.is_empty() {
            file.set_len(complete).map_err(failed)?;
        }
        file.write_all(line).and_then(|()| file.sync_all()).map_err(failed)?;
        match read_from(&mut file, complete).map_err(failed)? == line {
            true => Ok(()),
            false => Err(VaultError::Raced(path.to_owned())),
        }
    }
}

fn read_from(file: &mut File, start: u64) -> io::Result<Vec<u8>> {
    let mut rest = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut rest)?;
    Ok(rest)
}

/// Why a document was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// It cannot be read.
    #[error("the document cannot be read")]
    Read(#[source] io::Error),
    /// The vault cannot take it.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

const _: () = assert!(FORMAT >= AttestationLog::FORMAT, "a vault's format is never below that of its log");
