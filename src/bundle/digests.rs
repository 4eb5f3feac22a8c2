//! The SHA-256 of every member, on all cores, in bounded memory.

use std::collections::BTreeMap;
use std::io::Read;

use rayon::prelude::*;
use sha2::Digest as _;

use super::pack::Pack;
use super::path::PackPath;
use crate::model::Sha256;

const CHUNK: usize = 256 * 1024;

/// What reading a member through gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digested {
    /// `None` when it could not be read to its end.
    pub(super) sha256: Option<Sha256>,
    /// What did not fit the archive's records.
    pub(super) fault: Option<String>,
}

/// Hashes every member of a pack.
pub(super) fn digests(pack: &Pack<'_>) -> BTreeMap<PackPath, Digested> {
    let mut members = pack.members();
    // The largest first: none is left alone with it at the end.
    members.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let found = members
        .into_iter()
        .par_bridge()
        .map_init(|| vec![0; CHUNK], |buffer, (path, size)| (path.clone(), digest(pack, path, size, buffer)));
    // Collected first: a map that is built in pieces is merged again and again.
    found.collect::<Vec<_>>().into_iter().collect()
}

fn digest(pack: &Pack<'_>, path: &PackPath, size: u64, buffer: &mut [u8]) -> Digested {
    let mut reader = match pack.reader(path) {
        Some(Ok(reader)) => reader,
        Some(Err(error)) => return Digested { sha256: None, fault: Some(error.to_string()) },
        None => return Digested { sha256: None, fault: Some("it is not there".to_owned()) },
    };
    let mut hasher = sha2::Sha256::new();
    let mut done: u64 = 0;
    let fault = loop {
        match reader.read(buffer) {
            Ok(0) => break None,
            Ok(length) => {
                hasher.update(&buffer[..length]);
                done += length as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => break Some(error.to_string()),
        }
    };
    let whole = fault.is_none() || done == size;
    Digested { sha256: whole.then(|| Sha256::from_bytes(hasher.finalize().into())), fault }
}
