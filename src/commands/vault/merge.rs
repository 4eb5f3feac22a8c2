//! `vault merge`: takes another vault's snapshots into this one.

use serde_json::json;

use super::counted;
use crate::cli::VaultMerge;
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::vault::{LogMerge, Merged, Vault};

pub(super) fn run(flags: &VaultMerge, context: &mut Context<'_>) -> miette::Result<Exit> {
    let from = Vault::open(&flags.from).map_err(vault_fault)?;
    let merged = Vault::merge(&context.common.vault, &from).map_err(vault_fault)?;
    if context.json() {
        let ids: Vec<_> = merged.snapshots.iter().map(|link| link.id).collect();
        context.print_json(&json!({
            "format": 1, "snapshots": ids, "blobs": merged.blobs, "derived": merged.derived, "attestations": merged.log,
            "heads": merged.heads,
        }))?;
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
