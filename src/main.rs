//! Parse, read the clock once, exit code.

use std::process::ExitCode;

use auditpack::cli::Cli;
use auditpack::commands::{self, Exit};
use clap::Parser as _;

fn main() -> ExitCode {
    let cli = Cli::parse().check().unwrap_or_else(|error| error.exit());
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let now = cli.everywhere.now.unwrap_or_else(chrono::Utc::now);
    let exit = commands::run(cli, now, &mut std::io::stdout().lock()).unwrap_or_else(|report| {
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{report:?}"));
        Exit::Error
    });
    ExitCode::from(exit.code())
}
