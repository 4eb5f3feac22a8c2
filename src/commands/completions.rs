//! `completions`: for the user's shell.

use clap::CommandFactory as _;

use super::context::Context;
use super::exit::Exit;
use crate::cli::{Cli, Completions};

pub(super) fn run(flags: &Completions, context: &mut Context<'_>) -> miette::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut Cli::command(), "auditpack", &mut script);
    context.print(&script)?;
    Ok(Exit::Ok)
}
