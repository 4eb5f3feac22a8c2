//! `vault check`: everything in the vault against its hashes.

use serde::Serialize;

use super::amounts::{bytes, counted};
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::commands::table::visible;
use crate::vault::{Checked, LogKnown};

/// What `vault check` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct CheckResult<'a> {
    format: u32,
    /// Whether nothing is wrong.
    ok: bool,
    #[serde(flatten)]
    checked: &'a Checked,
}

pub(super) fn run(context: &mut Context<'_>) -> miette::Result<Exit> {
    let checked = context.open_vault()?.check_all().map_err(vault_fault)?;
    let ok = checked.problems.is_empty();
    if context.json() {
        context.print_json(&CheckResult { format: 1, ok, checked: &checked })?;
    } else {
        context.say(&summary(&checked))?;
    }
    Ok(if ok { Exit::Ok } else { Exit::Unverified })
}

/// What was looked at, and each problem with its remedy.
fn summary(checked: &Checked) -> String {
    let Checked { snapshots, pruned, blobs, stored, unnamed, problems, .. } = checked;
    let mut text = format!(
        "{} with evidence, {pruned} pruned; {} hold {}, {} on the disk",
        counted(*snapshots as u64, "snapshot"),
        counted(*blobs, "sound blob"),
        bytes(checked.bytes),
        bytes(*stored)
    );
    if unnamed.blobs > 0 {
        let count = counted(unnamed.blobs, "blob");
        // What a manifest names that cannot be read must not pass for rubbish.
        let whose = match problems.is_empty() {
            true => "no snapshot: `vault prune` takes them away",
            false => "no snapshot that can be read: nothing takes them away before the problems are mended",
        };
        text.push_str(&format!("\n{count} ({}) named by {whose}", bytes(unnamed.bytes)));
    }
    if checked.log == LogKnown::Unknown {
        text.push_str(
            "\nNot known: whether lines are missing from the end of the log of attestations. An older auditpack wrote this vault; \
             the next snapshot names where the log stands.",
        );
    }
    if problems.is_empty() {
        text.push_str("\nEvery link and every blob is what it was.");
        return text;
    }
    text.push_str(&format!("\n\n{}:", counted(problems.len() as u64, "problem")));
    for one in problems {
        text.push_str(&format!(
            "\n  {}  {}\n    {}\n    {}",
            one.kind.as_str(),
            visible(&one.path),
            visible(&one.message),
            visible(&one.remedy)
        ));
    }
    text
}
