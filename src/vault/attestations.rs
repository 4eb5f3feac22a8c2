//! Manual evidence: documents among the blobs, and the log that says what they are for.
//!
//! The log only grows. A line is written at once and synced before it is reported; a line that a
//! killed process did not finish is not read, and the next writer takes it away.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::PathBuf;

use sha2::Digest as _;

use super::{Alteration, FORMAT, Lock, Vault, VaultError, fault, files};
use crate::attestations::{AttestationLog, LogEvent, LogFault};
use crate::model::{AttestedDocument, DocumentSink as _, Sha256};

const CHUNK: usize = 256 * 1024;
/// No document is larger: a pack is read on a laptop.
pub const LARGEST_DOCUMENT: u64 = 512 << 20;

/// The log of attestations, open for one writer.
pub struct Attesting {
    vault: Vault,
    log: AttestationLog,
    _lock: Lock,
}

/// A log of attestations as it lies in the vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredAttestations {
    /// What it says.
    pub log: AttestationLog,
    /// Its finished lines, byte for byte: they go into the pack.
    pub bytes: Vec<u8>,
}

impl Vault {
    /// The log of attestations; an empty one when nothing was ever attested.
    pub fn attestations(&self) -> Result<StoredAttestations, VaultError> {
        let path = self.attestation_log();
        let mut bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(fault(&path, error)),
        };
        let log = AttestationLog::parse(&bytes).map_err(|wrong| match wrong {
            LogFault::Newer { found, .. } => VaultError::Newer { path, found },
            LogFault::Broken { .. } => VaultError::Altered { path, what: wrong.into() },
        })?;
        bytes.truncate(log.complete());
        Ok(StoredAttestations { log, bytes })
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
        self.root().join("attestations.jsonl")
    }
}

impl Attesting {
    /// What was attested so far.
    pub fn log(&self) -> &AttestationLog {
        &self.log
    }

    /// Keeps a document's bytes; its hash and length. `None`: it is larger than any document may be, and nothing is kept.
    pub fn keep(&self, mut from: impl Read) -> Result<Option<(Sha256, u64)>, KeepError> {
        let mut document = Box::new(self.vault.document()?);
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
            document.write(&buffer[..length]).map_err(|error| self.unwritten(&error.to_string()))?;
        }
        document.finish().map(Some).map_err(|error| self.unwritten(&error.to_string()).into())
    }

    fn unwritten(&self, what: &str) -> VaultError {
        VaultError::Io { path: self.vault.root().to_owned(), source: io::Error::other(what.to_owned()) }
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
        let refused = |what: String| VaultError::Refused { what };
        let (line, next) = self.log.line(event).map_err(refused)?;
        let append = || -> io::Result<()> {
            let mut file = files::private().create(true).append(true).open(&path)?;
            // What a killed process left of its line would make ours unreadable.
            file.set_len(self.log.complete() as u64)?;
            file.write_all(&line)?;
            file.sync_all()
        };
        append().map_err(|error| fault(&path, error))?;
        File::open(self.vault.root()).and_then(|folder| folder.sync_all()).map_err(|error| fault(&path, error))?;
        self.log = next;
        Ok(())
    }
}

/// Why a document was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// It cannot be read.
    #[error("{0}")]
    Read(io::Error),
    /// The vault cannot take it.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

const _: () = assert!(FORMAT >= AttestationLog::FORMAT, "a vault's format is never below that of its log");
