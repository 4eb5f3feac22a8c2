//! Why there is no case.

use crate::assess::TooCostly;
use crate::bundle::{LogError, PackReadError, VerifyError};
use crate::catalog::Faults;
use crate::model::{Period, Sha256, SnapshotId};
use crate::vault::VaultError;

/// Why something cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The vault cannot give it.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The mappings or settings are not valid.
    #[error(transparent)]
    Definitions(#[from] Faults),
    /// The pack cannot be read at all.
    #[error(transparent)]
    Pack(#[from] VerifyError),
    /// A member of the pack cannot be read.
    #[error(transparent)]
    Member(#[from] PackReadError),
    /// The pack's log of attestations cannot be read.
    #[error(transparent)]
    Attestations(#[from] LogError),
    /// A member is not what it should be.
    #[error("`{path}` cannot be read")]
    Malformed {
        /// The member.
        path: &'static str,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// A body is not in the pack.
    #[error("the pack has no evidence {0}")]
    NoEvidence(Sha256),
    /// Something that the vault keeps beside a snapshot is not valid JSON, or could not be made.
    #[error("what the vault keeps beside a snapshot is not valid JSON")]
    Json(#[source] serde_json::Error),
    /// The snapshot does not say by which mappings and settings it was collected.
    #[error("snapshot {} does not name them: an older auditpack took it", .0.short())]
    Unnamed(SnapshotId),
    /// The settings are not among what the snapshot was collected by.
    #[error("the settings are not among them")]
    NoSettings,
    /// The snapshot was collected for another period.
    #[error(
        "the settings say the period {} to {}, but snapshot {} was collected for {} to {}",
        wanted.start, wanted.end, snapshot.short(), collected.start, collected.end
    )]
    Period {
        /// The period of the settings.
        wanted: Period,
        /// The snapshot.
        snapshot: SnapshotId,
        /// Its period.
        collected: Period,
    },
    /// The vault has no such snapshot in its chain.
    #[error("the snapshot {} is not in the chain", .0.short())]
    NotInChain(SnapshotId),
    /// The mappings ask for more work than they may.
    #[error(transparent)]
    TooCostly(#[from] TooCostly),
    /// No snapshot was judged.
    #[error("no snapshot was judged")]
    NothingJudged,
    /// The sides cannot be compared.
    #[error(transparent)]
    Side(#[from] SideFault),
}

/// Why two sides are not compared.
#[derive(Debug, thiserror::Error)]
pub enum SideFault {
    /// It names neither a pack nor a snapshot.
    #[error("`{asked}`: {why}")]
    NotNamed {
        /// What was asked for.
        asked: String,
        /// What a snapshot can be called.
        why: String,
    },
    /// The pack is not there or cannot be read.
    #[error("`{asked}` cannot be compared")]
    NoPack {
        /// What was asked for.
        asked: String,
        /// Why not.
        source: VerifyError,
    },
    /// The pack is not intact or not whole.
    #[error("`{asked}` is not a whole pack as it was signed, and is not compared: {first}")]
    Altered {
        /// What was asked for.
        asked: String,
        /// The first of its problems.
        first: String,
    },
    /// Two organizations.
    #[error(
        "`{}` is of \u{201c}{}\u{201d}, `{}` of \u{201c}{}\u{201d}: two organizations have no history in common",
        .0[0], .0[1], .0[2], .0[3]
    )]
    Organizations([String; 4]),
    /// The earlier side is the later one.
    #[error("`{}` ({}) is later than `{}` ({})", .0[0], .0[1], .0[2], .0[3])]
    Order([String; 4]),
    /// No account in common.
    #[error("`{}` and `{}` have no account in common: everything would be new and nothing fixed", .0[0], .0[1])]
    Accounts([String; 2]),
}

impl CaseError {
    /// What the user can do about it.
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::Vault(error) => error.remedy(),
            Self::Period { .. } => {
                "set the snapshot's period in the settings, choose another snapshot with `--snapshot`, or collect again"
            }
            Self::Side(fault) => fault.remedy(),
            Self::TooCostly(_) => "if you trust who wrote these mappings, let judging cost more: `--limit 10`",
            Self::Member(PackReadError::Changed(_)) => "verify a copy that nothing else writes to",
            _ => return None,
        })
    }
}

impl SideFault {
    fn remedy(&self) -> &'static str {
        match self {
            Self::NotNamed { .. } => "a pack is a `.zip` file, or the folder that it was unpacked to",
            Self::NoPack { .. } => "name a pack that is there: a `.zip` file, or the folder that it was unpacked to",
            Self::Altered { .. } => "`auditpack verify` names every problem; compare an intact copy",
            Self::Organizations(_) => {
                "compare snapshots of one organization; a name that changed is set back in `auditpack.toml`"
            }
            Self::Order(_) => "name the earlier one first",
            Self::Accounts(_) => "compare snapshots that have at least one account in common",
        }
    }
}
