//! `vault`: its history, listed, checked, pruned and merged.

mod amounts;
pub(super) mod check;
pub(super) mod list;
pub(super) mod merge;
pub(super) mod prune;

use super::context::Context;
use super::exit::Exit;
use crate::cli::{VaultCommand, VaultFlags};

pub(super) fn run(flags: &VaultFlags, context: &mut Context<'_>) -> miette::Result<Exit> {
    match &flags.command {
        VaultCommand::List(_) => list::run(context),
        VaultCommand::Check(_) => check::run(context),
        VaultCommand::Prune(flags) => prune::run(flags, context),
        VaultCommand::Merge(flags) => merge::run(flags, context),
    }
}
