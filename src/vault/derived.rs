//! What was derived from a snapshot, beside its manifest: made again when it is lost, kept when the evidence is pruned.

use std::fs;
use std::io::{self, Read as _};

use super::{Vault, VaultError, fault, files};
use crate::model::{Keeping, Link};

/// No record is larger when unpacked: a broken file must not fill the memory.
const LARGEST: u64 = 1 << 30;
const LEVEL: i32 = 3;

impl Vault {
    /// Keeps something that was derived from a snapshot; what was kept before is replaced. Of a pruned snapshot nothing
    /// is replaced: it cannot be derived again.
    pub fn remember(&self, link: &Link, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        if link.keeping == Keeping::Manifest {
            return Ok(());
        }
        let path = self.snapshot_folder(link.time, &link.id).path.join(format!("{name}.zst"));
        let packed = zstd::bulk::compress(bytes, LEVEL).map_err(|error| fault(&path, error))?;
        files::write_whole(&path, &packed)
    }

    /// What was kept; `None` when there is nothing, or nothing readable.
    pub fn recall(&self, link: &Link, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.snapshot_folder(link.time, &link.id).path.join(format!("{name}.zst"));
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(&path, error)),
        };
        let mut bytes = Vec::new();
        let read = zstd::Decoder::new(file).and_then(|decoder| decoder.take(LARGEST).read_to_end(&mut bytes));
        Ok(read.is_ok().then_some(bytes))
    }
}
