//! Evidence at rest: bytes under their SHA-256, snapshots in a hash chain, a journal to resume from, one writer at a time.
//!
//! ```text
//! vault.json                          {"format": 1}, the newest snapshots, where the log of attestations stands
//! lock                                held by the one collection that writes
//! blobs/ab/<sha256>.zst               the hash is over the uncompressed bytes; it may be a patch on another blob
//! packs/<sha256>.pack                 the small blobs of a collection in one file
//! journal/<time>.jsonl                an unfinished collection
//! snapshots/<time>-<id>/snapshot.json.zst
//!                                     its SHA-256, uncompressed, is the snapshot's id
//! snapshots/<time>-<id>/pruned.json   only the manifest and what was derived from the snapshot are kept
//! merged.json                         which snapshots may stand side by side since the last merge
//! attestations.jsonl                  manual evidence: each line names the hash of the line before it
//! attestations-*.jsonl                logs that were set aside: two that went apart cannot be joined
//! ```

mod anchor;
mod attestations;
mod blobs;
mod chain;
mod check;
mod derived;
mod error;
mod files;
mod folder;
mod journal;
mod logs;
mod manifests;
mod merge;
mod names;
mod pack_index;
mod packs;
mod patches;
mod policy;
mod prune;
mod pruned;
mod snapshots;

pub use attestations::{Attesting, KeepError, LARGEST_DOCUMENT};
pub use blobs::Document;
pub use check::{Checked, LogKnown, Unnamed};
pub use error::{Alteration, FORMAT, VaultError};
pub use folder::{Lock, Vault};
pub use journal::{Journal, Resumed, Started};
pub use logs::StoredAttestations;
pub use merge::{LogMerge, Merged};
pub use policy::KeepPolicy;
pub use prune::{Prune, Pruning};
pub use snapshots::{Quarter, Selector, Stored};

use error::fault;
use folder::check_format;

#[cfg(test)]
mod anchor_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod keeping_tests;
#[cfg(test)]
mod tests;
