//! What verifying a pack can find; its JSON is a contract (`docs/schema/verify.schema.json`).

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::Sha256;
use crate::seal::{SignatureFacts, Trusted};

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Verification {
    /// The format of this result, 1.
    pub format: u32,
    /// Whether nothing was found: intact, signed, and the signer trusted.
    pub ok: bool,
    /// Everything that was found, sorted by path and kind.
    pub problems: Vec<Problem>,
    /// Who signed, if a signature holds.
    pub signer: Option<SignerFacts>,
    /// When the signer says to have signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// The time stamp of an authority; packs have none yet.
    #[cfg_attr(test, schemars(with = "()"))]
    pub timestamp: Option<DateTime<Utc>>,
    /// What judging the evidence again gave, if it was asked for.
    pub reperformed: Option<Reperformed>,
}

impl Verification {
    /// Whether the pack is as it was signed, whoever signed it.
    pub fn intact(&self) -> bool {
        self.problems.iter().all(|problem| problem.kind == ProblemKind::SignerUntrusted)
    }

    /// Adds that the evidence was not judged again, since a check asks for too much.
    #[must_use]
    pub fn with_too_costly(mut self, check: &str, message: &str) -> Self {
        self.ok = false;
        self.problems.push(Problem::new(ProblemKind::JudgingTooCostly, check, message));
        self
    }

    /// Adds what judging the evidence again gave, and the members that say otherwise.
    #[must_use]
    pub fn with_reperformed(mut self, differing: &[&str], result: Reperformed) -> Self {
        let message = "judging the evidence again gives another result; `reperformed.differences` names them";
        for member in differing {
            self.ok = false;
            self.problems.push(Problem::new(ProblemKind::AssessmentDiffers, member, message));
        }
        self.reperformed = Some(result);
        self
    }
}

/// What judging the evidence again gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reperformed {
    /// Whether the pack says what its evidence shows.
    pub identical: bool,
    /// How many checks were judged.
    pub checks: usize,
    /// How many requirements, their parts not counted.
    pub requirements: usize,
    /// What the pack says and what its evidence shows instead.
    pub differences: Vec<String>,
}

/// The maker of a signature that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SignerFacts {
    /// The subject of the certificate.
    pub subject: String,
    /// The SHA-256 of the certificate.
    pub fingerprint: Sha256,
    /// The first moment of its validity.
    pub not_before: DateTime<Utc>,
    /// The last moment of its validity.
    pub not_after: DateTime<Utc>,
    /// How the reader came to believe it.
    pub trusted: Trusted,
}

impl SignerFacts {
    pub(super) fn of(facts: &SignatureFacts, trusted: Trusted) -> Self {
        let signer = &facts.signer;
        Self {
            subject: signer.subject().to_owned(),
            fingerprint: signer.fingerprint(),
            not_before: signer.not_before(),
            not_after: signer.not_after(),
            trusted,
        }
    }
}

/// One thing that is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Problem {
    /// The member; empty for the pack as a whole.
    pub path: String,
    /// What kind of thing.
    pub kind: ProblemKind,
    /// One sentence for people.
    pub message: String,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, path: &str, message: impl Into<String>) -> Self {
        Self { path: super::path::printable(path), kind, message: message.into() }
    }
}

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A member's bytes are not those that were signed.
    MemberAltered,
    /// A member that was signed is not there.
    MemberMissing,
    /// A member that was not signed.
    MemberExtra,
    /// A member without which a pack is not one was neither signed nor enclosed: the snapshot, the assessment, a report, the
    /// settings or the mappings.
    Incomplete,
    /// A member is there more than once.
    MemberDuplicate,
    /// A member's path leaves the folder, or is a link, or clashes with another where case does not count.
    PathEscapes,
    /// There is no `SHA256SUMS`.
    SumsMissing,
    /// `SHA256SUMS` has lines that are not what `sha256sum` writes.
    SumsMalformed,
    /// There is no `SHA256SUMS.p7s`.
    SignatureMissing,
    /// The signature over `SHA256SUMS` does not hold.
    SignatureInvalid,
    /// Signed by another than those the reader trusts.
    SignatureForeign,
    /// The reader named no signer to trust.
    SignerUntrusted,
    /// The signer's certificate had expired when the pack was signed.
    SignerExpired,
    /// The signer's certificate was not valid yet when the pack was signed.
    SignerNotYetValid,
    /// The report carries no signature.
    PdfUnsigned,
    /// The report's signature does not hold.
    PdfSignatureInvalid,
    /// Something was appended to the signed report.
    PdfAppended,
    /// The report's signature leaves a part of it out.
    PdfPartiallyCovered,
    /// The report was signed by another than the pack.
    PdfSignerDiffers,
    /// Larger than the limits allow: a zip bomb.
    TooLarge,
    /// The archive is not exactly what a pack is written as.
    ArchiveDamaged,
    /// The assessment is of another snapshot than the one in the pack.
    SnapshotMismatch,
    /// The evidence is not what the snapshot lists.
    EvidenceMismatch,
    /// The attested documents are not what the log of attestations says, or the log does not hold.
    AttestationMismatch,
    /// Judging the evidence again gave another result than a member says.
    AssessmentDiffers,
    /// Judging the evidence again takes more work than it may.
    JudgingTooCostly,
}

/// What a pack may cost to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many members.
    pub members: usize,
    /// How many bytes all members have unpacked.
    pub total: u64,
    /// How many times larger a member may be unpacked than packed, beyond its first 16 MiB.
    pub ratio: u64,
    /// How many times larger than the archive all its members together may be, beyond their first 256 MiB.
    pub total_ratio: u64,
    /// How many bytes of a member are ever held in memory at once.
    pub memory: u64,
}

impl Default for Limits {
    /// 500,000 members, 64 GiB, 250 : 1 for a member and 100 : 1 for all, 512 MiB.
    fn default() -> Self {
        Self { members: 500_000, total: 64 << 30, ratio: 250, total_ratio: 100, memory: 512 << 20 }
    }
}

/// Verifying could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file or folder cannot be read.
    #[error("cannot read {}", .path.display())]
    Unreadable {
        /// What was to be read.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}
