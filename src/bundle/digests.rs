//! The SHA-256 of every member, on a few threads, in bounded memory.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::Digest as _;

use super::pack::Pack;
use super::path::PackPath;
use crate::model::Sha256;

const CHUNK: usize = 256 * 1024;
/// Below this many bytes a second thread costs more than it saves.
const WORTH_A_THREAD: u64 = 4 << 20;
/// More threads than this would wait for the disk.
const MAX_THREADS: usize = 4;

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
    let next = AtomicUsize::new(0);
    let total: u64 = members.iter().map(|(_, size)| size).sum();
    let threads = match thread::available_parallelism() {
        Ok(cores) if total > WORTH_A_THREAD => cores.get().min(MAX_THREADS).min(members.len()),
        _ => 1,
    };
    let work = || {
        let mut buffer = vec![0; CHUNK];
        let mut found = Vec::new();
        while let Some((path, size)) = members.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.push(((*path).clone(), digest(pack, path, *size, &mut buffer)));
        }
        found
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found: BTreeMap<PackPath, Digested> = work().into_iter().collect();
        // A thread that failed leaves its members out, and they are then reported as unreadable.
        others.into_iter().filter_map(|other| other.join().ok()).for_each(|part| found.extend(part));
        found
    })
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
