//! `vault merge`: takes another vault's snapshots into this one.

use serde::Serialize;

use super::amounts::counted;
use crate::cli::VaultMerge;
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::model::SnapshotId;
use crate::vault::{LogMerge, Merged, Vault};

/// What `vault merge` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct MergeResult {
    format: u32,
    /// The snapshots that came.
    snapshots: Vec<SnapshotId>,
    /// How many blobs came.
    blobs: u64,
    /// How many derived files came beside snapshots that were there.
    derived: u64,
    /// What became of the log of attestations.
    attestations: LogMerge,
    /// How many ends the chain has now; the next collection joins them.
    heads: usize,
}

pub(super) fn run(flags: &VaultMerge, context: &mut Context<'_>) -> miette::Result<Exit> {
    let from = Vault::open(&flags.from).map_err(vault_fault)?;
    let merged = Vault::merge(&context.options.vault, &from).map_err(vault_fault)?;
    if context.json() {
        let Merged { ref snapshots, blobs, derived, log, heads } = merged;
        let snapshots = snapshots.iter().map(|link| link.id).collect();
        context.print_json(&MergeResult { format: 1, snapshots, blobs, derived, attestations: log, heads })?;
    } else {
        context.say(&summary(&merged))?;
    }
    Ok(Exit::Ok)
}

fn summary(merged: &Merged) -> String {
    let Merged { snapshots, blobs, derived, log, heads } = merged;
    if snapshots.is_empty() && *blobs == 0 && *derived == 0 && *log == LogMerge::Kept {
        return "Nothing is new: all that the other vault holds is here already.".to_owned();
    }
    let mut text = format!("Merged: {} and {}", counted(snapshots.len() as u64, "snapshot"), counted(*blobs, "blob"));
    if *derived > 0 {
        text.push_str(&format!(", {} beside snapshots that were here", counted(*derived, "file")));
    }
    if *log == LogMerge::Taken {
        text.push_str(", and its log of attestations, which goes on where ours ended");
    }
    text.push('.');
    if *heads > 1 {
        text.push_str(&format!("\nThe chain has {heads} ends now: the next collection stands on all of them."));
    }
    text
}
