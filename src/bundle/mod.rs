//! Packs: writes them, and verifies them standing alone, offline, with every problem of a pack in one run.
//!
//! A pack is a zip in one canonical layout: nothing in it is free to vary but the members, which `SHA256SUMS` lists
//! and `SHA256SUMS.p7s` signs. So each byte of a pack is either signed or has only one right value.

mod archive;
mod attestations;
mod digests;
mod evidence;
mod folder;
mod hashed;
mod layout;
mod pack;
mod path;
mod problem;
mod readme;
mod sums;
mod unpack;
mod verified;
mod verify;
mod write;

pub use attestations::{ATTESTATION_INDEX, ATTESTATION_LOG, LogError, attestation_index};
pub use evidence::{EVIDENCE_INDEX, evidence_index};
pub use pack::PackReadError;
pub use path::{PackPath, PathFault};
pub use problem::{Limits, Problem, ProblemKind, Reperformed, SignerFacts, Verification, VerifyError};
pub use readme::{Readme, readme};
pub use verified::{Verified, VerifiedPack};
pub use verify::{verify, verify_bytes};
pub use write::{Content, Member, PackError, Written, write_pack};

/// The list of members and their digests, as `sha256sum` writes it.
pub const SUMS: &str = "SHA256SUMS";
/// The detached signature over [`SUMS`].
pub const SIGNATURE: &str = "SHA256SUMS.p7s";
/// What the snapshot's vault says over time; packs of older builds have none.
pub const HISTORY: &str = "history.json";
/// The report as PDF, with a signature of its own.
pub const REPORT: &str = "report.pdf";
