//! `vault prune`: gives evidence up by a policy.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::amounts::{bytes, counted};
use crate::case::{Timeline, Yardstick};
use crate::cli::VaultPrune;
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::model::{Link, SnapshotId};
use crate::vault::{Prune, Pruning, Vault};

/// What `vault prune` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct PruneResult {
    format: u32,
    /// What is kept.
    policy: String,
    /// Whether nothing was changed.
    dry_run: bool,
    /// The snapshots whose evidence goes.
    pruned: Vec<Row>,
    /// Those that keep it.
    kept: Vec<Row>,
    /// How many blobs go.
    blobs: u64,
    /// How many bytes they have on the disk.
    bytes: u64,
    /// How many stay that nothing names, because nothing says what the vault must hold: an older version wrote it.
    unknown: u64,
}

/// A snapshot.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row {
    id: SnapshotId,
    time: DateTime<Utc>,
}

pub(super) fn run(flags: &VaultPrune, context: &mut Context<'_>) -> miette::Result<Exit> {
    let how = if flags.dry_run { Prune::Show } else { Prune::Do };
    let vault = context.open_vault()?;
    if how == Prune::Do {
        judge_first(&vault, context)?;
    }
    let pruning = vault.prune(&flags.keep, context.now, how).map_err(vault_fault)?;
    if context.json() {
        let Pruning { pruned, kept, blobs, bytes, unknown } = &pruning;
        let rows = |links: &[Link]| links.iter().map(|link| Row { id: link.id, time: link.time }).collect();
        context.print_json(&PruneResult {
            format: 1,
            policy: flags.keep.to_string(),
            dry_run: flags.dry_run,
            pruned: rows(pruned),
            kept: rows(kept),
            blobs: *blobs,
            bytes: *bytes,
            unknown: *unknown,
        })?;
    } else {
        context.say(&summary(&pruning, how))?;
        if pruning.unknown > 0 {
            context.note(&format!(
                "note: {} named by nothing stay: an older auditpack wrote this vault, and nothing in it says whether its log of \
                 attestations and its newest snapshots are all there",
                counted(pruning.unknown, "blob")
            ));
        }
    }
    Ok(Exit::Ok)
}

/// What is pruned cannot be judged any more: the last judgement is made while its evidence is here, so that `trend` keeps
/// its point. Without settings, as beside a vault that was copied, what was judged before is all that stays.
fn judge_first(vault: &Vault, context: &Context<'_>) -> miette::Result<()> {
    let catalog = context.catalog()?;
    let settings = match context.settings(&catalog) {
        Ok(settings) => settings,
        Err(_) if !context.options.config.exists() => {
            context.note("note: there are no settings here: snapshots are not judged once more before they are pruned");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let yardstick = Yardstick::new(Arc::new(catalog), Arc::new(settings), context.options.limit);
    let history = Timeline::open(vault, &yardstick)?.history()?;
    context.notes(&history.notes);
    Ok(())
}

fn summary(pruning: &Pruning, how: Prune) -> String {
    let Pruning { pruned, kept, blobs, bytes: size, .. } = pruning;
    let mut text: String = pruned
        .iter()
        .map(|link| format!("  {}  {}\n", link.time.format("%Y-%m-%d %H:%M UTC"), link.id.short()))
        .collect();
    if pruned.is_empty() && *blobs == 0 {
        return format!("Nothing goes: the policy keeps {}.", counted(kept.len() as u64, "snapshot"));
    }
    text.push_str(&format!(
        "{} {} and {} ({}); {} with evidence left. Manifests stay.",
        if how == Prune::Do { "Gone: the evidence of" } else { "Would go: the evidence of" },
        counted(pruned.len() as u64, "snapshot"),
        counted(*blobs, "blob"),
        bytes(*size),
        counted(kept.len() as u64, "snapshot"),
    ));
    text
}
