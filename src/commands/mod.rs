//! One file per subcommand: fetch from a room, hand to the next. The only room that knows the others.

mod context;
mod exit;
mod init;
mod keygen;
mod passphrase;
mod completions;

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::cli::{Cli, Command};

pub use exit::Exit;

use context::Context;

/// Runs a command: the result goes to `out`, progress and notes to stderr.
pub fn run(cli: Cli, now: DateTime<Utc>, out: &mut dyn Write) -> miette::Result<Exit> {
    let mut context = Context::new(cli.common, now, out);
    match cli.command {
        Command::Init(flags) => init::run(&flags, &mut context),
        Command::Keygen(flags) => keygen::run(&flags, &mut context),
        Command::Completions(flags) => completions::run(&flags, &mut context),
        _ => Ok(Exit::Error),
    }
}
