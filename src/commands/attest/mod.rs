//! `attest`: documents that people attach, and what is still asked of them.

pub(super) mod add;
pub(super) mod list;
pub(super) mod requests;
mod targets;
mod words;

use serde::Serialize;

use super::context::{Context, vault_fault};
use super::exit::Exit;
use crate::attestations::LogEvent;
use crate::cli::{Attest, AttestCommand, AttestWithdraw};
use crate::model::AttestationId;

/// `attest withdraw`
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct WithdrawResult<'a> {
    format: u32,
    withdrawn: AttestationId,
    reason: &'a str,
}

pub(super) fn run(flags: &Attest, context: &mut Context<'_>) -> miette::Result<Exit> {
    match &flags.command {
        AttestCommand::Add(flags) => add::run(&flags.document, context),
        AttestCommand::List(flags) => list::run(flags, context),
        AttestCommand::Withdraw(flags) => withdraw(flags, context),
        AttestCommand::Requests(_) => requests::run(context),
    }
}

fn withdraw(flags: &AttestWithdraw, context: &mut Context<'_>) -> miette::Result<Exit> {
    let reason = words::line("--reason", &flags.reason)?;
    let mut attesting = context.open_vault()?.attesting().map_err(vault_fault)?;
    attesting
        .record(LogEvent::Withdrawn { id: flags.id, reason: reason.clone(), recorded: context.now })
        .map_err(vault_fault)?;
    if context.json() {
        context.print_json(&WithdrawResult { format: 1, withdrawn: flags.id, reason: &reason })?;
    } else {
        context.say(&format!("{} withdrawn: {reason}", flags.id))?;
    }
    Ok(Exit::Ok)
}
