//! `vault list`: the snapshots in the order of their chain.

use serde::Serialize;

use super::amounts::counted;
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::commands::table::Table;
use crate::model::{ChainProblem, Link};

/// What `vault list` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct ListResult<'a> {
    format: u32,
    /// Oldest first.
    snapshots: &'a [Link],
    /// What is wrong with the chain.
    problems: &'a [ChainProblem],
}

pub(super) fn run(context: &mut Context<'_>) -> miette::Result<Exit> {
    let chain = context.open_vault()?.chain().map_err(vault_fault)?;
    if !chain.problems.is_empty() {
        let count = counted(chain.problems.len() as u64, "problem");
        context.note(&format!("the chain does not hold, {count}: `auditpack vault check` names what is wrong"));
    }
    if context.json() {
        context.print_json(&ListResult { format: 1, snapshots: &chain.links, problems: &chain.problems })?;
        return Ok(Exit::Ok);
    }
    if chain.links.is_empty() {
        context.note("the vault holds no snapshot yet; `auditpack collect` takes one");
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(["time", "id", "period", "kept", "tool"]);
    for link in &chain.links {
        table.row([
            &link.time.format("%Y-%m-%d %H:%M UTC").to_string(),
            &link.id.short(),
            &format!("{} to {}", link.period.start, link.period.end),
            link.keeping.words(),
            &link.tool,
        ]);
    }
    context.say(&table.to_string())?;
    Ok(Exit::Ok)
}
