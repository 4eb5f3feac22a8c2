//! One file per subcommand: fetch from a room, hand to the next. The only room that knows the others.

mod assess;
mod attest;
mod bundle;
mod calendar;
mod checks;
mod collect;
mod completions;
mod confined;
mod context;
mod coverage;
mod demo;
mod diff;
mod document;
mod exit;
mod explain;
mod fault;
mod iam_policy;
mod identity;
mod init;
mod keygen;
mod lines;
mod log;
mod next;
mod passphrase;
mod progress;
#[cfg(test)]
mod schemas;
mod supported;
mod table;
mod trend;
mod vault;
mod verify;

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::cli::{Cli, Command};

pub use confined::{Where, confine};
pub use exit::Exit;

use context::Context;

/// Runs a command: the result goes to `out`, progress and notes to stderr.
pub fn run(cli: Cli, now: DateTime<Utc>, out: &mut dyn Write) -> miette::Result<Exit> {
    let options = cli.options();
    log::start(options.verbose);
    let mut context = Context::new(options, now, out);
    match cli.command {
        Command::Init(flags) => init::run(&flags, &mut context),
        Command::IamPolicy(flags) => iam_policy::run(&flags, &mut context),
        Command::Collect(flags) => collect::run(&flags, &mut context),
        Command::Attest(flags) => attest::run(&flags, &mut context),
        Command::Assess(flags) => assess::run(&flags, &mut context),
        Command::Diff(flags) => diff::run(&flags, &mut context),
        Command::Trend(_) => trend::run(&mut context),
        Command::Next(flags) => next::run(&flags, &mut context),
        Command::Calendar(flags) => calendar::run(&flags, &mut context),
        Command::Bundle(flags) => bundle::run(&flags, &mut context),
        Command::Verify(flags) => verify::run(&flags, &mut context),
        Command::Checks(flags) => checks::run(&flags, &mut context),
        Command::Vault(flags) => vault::run(&flags, &mut context),
        Command::Keygen(flags) => keygen::run(&flags, &mut context),
        Command::Demo(flags) => demo::run(&flags, &mut context),
        Command::Completions(flags) => completions::run(&flags, &mut context),
    }
}
