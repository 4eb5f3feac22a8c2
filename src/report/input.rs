//! What a report is made of.

use crate::model::{Assessment, Catalog, EvidenceFile, Settings, Snapshot, SnapshotId, Trend};

/// Everything a report says comes from here.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The mappings that judged.
    pub catalog: &'a Catalog,
    /// What the user wanted.
    pub settings: &'a Settings,
    /// What was collected.
    pub snapshot: &'a Snapshot,
    /// The snapshot's id.
    pub id: SnapshotId,
    /// The snapshot, judged.
    pub assessment: &'a Assessment,
    /// The evidence files of the pack, as `model::evidence_files` names them.
    pub files: &'a [EvidenceFile],
    /// Who signs the pack, if anyone does.
    pub signer: Option<SignerLine>,
    /// The tool that renders, `auditpack 0.1.0`.
    pub tool: &'a str,
    /// The snapshot among those before it, if that is known.
    pub trend: Option<&'a Trend>,
    /// What is missing in it, or why there is none; empty: nothing to be said.
    pub trend_note: &'a str,
}

/// Who signs, as the report prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerLine {
    /// The name in the signer's certificate.
    pub name: String,
    /// The certificate's SHA-256, as `openssl x509 -fingerprint -sha256` prints it.
    pub fingerprint: String,
}
