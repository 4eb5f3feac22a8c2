//! Parse, read the clock once, exit code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use auditpack::cli::Cli;
use auditpack::commands::{self, Exit, Where};
use auditpack::model::panic_words;
use clap::Parser as _;

fn main() -> ExitCode {
    let cli = Cli::parse().check().unwrap_or_else(|error| error.exit());
    if let Where::Elsewhere(code) = commands::confine(&cli) {
        return code;
    }
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let now = cli.everywhere.now.unwrap_or_else(chrono::Utc::now);
    // A panic that is caught becomes a verdict or an error, in whose words it is told.
    std::panic::set_hook(Box::new(|_| {}));
    let run = move || match commands::run(cli, now, &mut std::io::stdout().lock()) {
        Ok(exit) => exit,
        Err(report) => told(format_args!("{}", words(&report))),
    };
    // The interpreter of expressions calls itself for each level of one: what a system gives its first thread differs.
    let ended = match std::thread::Builder::new().stack_size(STACK).spawn(run) {
        Ok(thread) => thread.join(),
        Err(error) => Ok(told(format_args!("Error: cannot start a thread: {error}\n"))),
    };
    let exit = ended.unwrap_or_else(|panic| {
        told(format_args!(
            "Error: auditpack broke off, which is a fault of its own: {}\n  help: please report it, with the command \
             and `auditpack --version`\n",
            panic_words(panic.as_ref())
        ))
    });
    ExitCode::from(exit.code())
}

/// Reserved, and used as far as it is needed.
const STACK: usize = 64 << 20;

/// A report with its places; plainly, where its layout breaks off.
fn words(report: &miette::Report) -> String {
    catch_unwind(AssertUnwindSafe(|| format!("{report:?}"))).unwrap_or_else(|_| {
        let related = report.related().into_iter().flatten().map(|one| format!("  {one}\n"));
        format!("Error: {report}\n{}", related.collect::<String>())
    })
}

fn told(words: std::fmt::Arguments<'_>) -> Exit {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), words);
    Exit::Error
}
