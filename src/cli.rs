//! The command line: clap types only.

mod attest;
mod fail_on;
mod history;
mod vault;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::vault::Selector;

pub use attest::{Attest, AttestAdd, AttestCommand, AttestList, AttestWithdraw};
pub use fail_on::FailOn;
pub use history::{Calendar, Diff, Next, Order, Trend};
pub use vault::{VaultCommand, VaultFlags, VaultMerge, VaultPrune};

/// AWS audit evidence: collected read-only, kept byte for byte, split by responsibility, signed, verifiable offline.
#[derive(Debug, Parser)]
#[command(name = "auditpack", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// The settings file.
    #[arg(long, global = true, value_name = "FILE", default_value = "auditpack.toml")]
    pub config: PathBuf,
    /// The folder that keeps the evidence.
    #[arg(long, global = true, value_name = "DIR", default_value = "vault")]
    pub vault: PathBuf,
    /// The snapshot: `latest`, `previous`, the newest of a quarter (`2026-Q3`) or until a day (`2026-09-30`), or the first digits of its id.
    #[arg(long, global = true, value_name = "ID", default_value = "latest")]
    pub snapshot: Selector,
    /// A folder with checks, controls, frameworks and sources of your own: they add to the embedded ones, or replace those of the same id.
    #[arg(long, global = true, value_name = "DIR")]
    pub mappings: Option<PathBuf>,
    /// A folder of templates; its files replace embedded ones of the same name.
    #[arg(long, global = true, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// No progress, no notes.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More on stderr; twice for the SDK's log.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The time to work at, for tests and recordings.
    #[arg(long, global = true, hide = true, env = "AUDITPACK_NOW", hide_env = true, value_name = "TIME")]
    pub now: Option<DateTime<Utc>>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For machines; the schemas are in `docs/schema`.
    Json,
    /// For spreadsheets.
    Csv,
    /// For tickets, pull requests and chats.
    Markdown,
    /// A page that stands alone.
    Html,
    /// Test results, as continuous integration reads them.
    Junit,
    /// A calendar file (iCalendar).
    Ics,
}

impl Format {
    /// As the command line names it.
    fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented settings file.
    Init(Init),
    /// Print the least-privilege read-only IAM policy for the chosen sources.
    IamPolicy(IamPolicy),
    /// Snapshot the evidence into the vault; every gap is disclosed.
    #[command(after_help = "Exit codes: 0 complete, 3 evidence incomplete (the gaps are listed), 1 error, 2 usage.")]
    Collect(Collect),
    /// Attach documents as manual evidence, and list what is still asked for.
    Attest(Attest),
    /// Judge a snapshot.
    #[command(
        after_help = "Exit codes: 0 ok, 3 evidence incomplete, 4 failing controls (only with --fail-on), 1 error, 2 usage."
    )]
    Assess(Assess),
    /// What changed between two snapshots, quarters or packs.
    #[command(after_help = "Exit codes: 0 ok, 4 what --fail-on names, 1 error, 2 usage.")]
    Diff(Diff),
    /// Readiness over all snapshots, how long fixing takes, how old the evidence is.
    Trend(Trend),
    /// The shortest list of actions that closes the most requirements.
    Next(Next),
    /// What is due: documents, exceptions, certificates, AWS's reports, the next snapshot.
    Calendar(Calendar),
    /// Render and sign the pack.
    Bundle(Bundle),
    /// Check a pack's hashes, signatures and trust, offline.
    #[command(
        after_help = "Exit codes: 0 intact and trusted, 5 verification failed or signer not trusted, 1 error, 2 usage."
    )]
    Verify(Verify),
    /// List, explain or test the checks; show what they cover.
    Checks(Checks),
    /// List, check, prune and merge what the vault holds.
    Vault(VaultFlags),
    /// Make a signing key and its certificate (P-256).
    Keygen(Keygen),
    /// The whole flow on an embedded sample account: no credentials, no network.
    Demo(Demo),
    /// Print the completions of a shell.
    Completions(Completions),
}

impl Command {
    /// The command's name, and the forms that its result has.
    fn formats(&self) -> (&'static str, &'static [Format]) {
        use Format::{Csv, Html, Ics, Json, Junit, Markdown, Table};
        match self {
            Self::Attest(attest) if attest.lists_requests() => ("attest --requests", &[Table, Json, Csv, Markdown]),
            Self::Checks(Checks { command: ChecksCommand::Coverage { .. } }) => {
                ("checks coverage", &[Table, Json, Csv])
            }
            Self::Assess(_) => ("assess", &[Table, Json, Markdown, Junit]),
            Self::Diff(_) => ("diff", &[Table, Json, Markdown, Html]),
            Self::Trend(_) => ("trend", &[Table, Json, Csv, Markdown, Html]),
            Self::Next(_) => ("next", &[Table, Json, Csv, Markdown, Html]),
            Self::Calendar(_) => ("calendar", &[Table, Json, Csv, Markdown, Html, Ics]),
            Self::Checks(_) => ("this part of checks (`checks coverage` has `csv` too)", &[Table, Json]),
            Self::Attest(_) => {
                ("this part of attest (`attest --requests` has `csv` and `markdown` too)", &[Table, Json])
            }
            _ => ("this command", &[Table, Json]),
        }
    }
}

impl Cli {
    /// What clap's types cannot say: which forms the result of a command has, and that two sides are not three.
    pub fn check(self) -> Result<Self, clap::Error> {
        if let Command::Diff(diff) = &self.command
            && let Some(surplus) = diff.surplus()
        {
            let message = format!("`{}` names both sides already; omit `{surplus}`", diff.before);
            return Err(Self::command().error(clap::error::ErrorKind::TooManyValues, message));
        }
        let (name, formats) = self.command.formats();
        let over_time =
            matches!(self.command, Command::Diff(_) | Command::Trend(_) | Command::Next(_) | Command::Calendar(_));
        if over_time && self.common.snapshot != Selector::Latest {
            let help = if name == "diff" {
                "name both sides: `diff A B`"
            } else {
                "it looks at all of them, and from the newest"
            };
            let message = format!("`--snapshot` is not for {name}: {help}");
            return Err(Self::command().error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        if formats.contains(&self.common.format) {
            return Ok(self);
        }
        let known: Vec<String> = formats.iter().map(|format| format!("`{}`", format.word())).collect();
        let message =
            format!("`--format {}` is not for {name}; it has {}", self.common.format.word(), known.join(", "));
        Err(Self::command().error(clap::error::ErrorKind::InvalidValue, message))
    }
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The organization's name, as the pack will print it.
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    /// Write over a settings file that is there.
    #[arg(long)]
    pub force: bool,
}

/// Flags of `iam-policy`.
#[derive(Debug, Args)]
pub struct IamPolicy {
    /// Write it as managed policies that IAM takes, of at most 6,144 characters each, into this folder.
    #[arg(long, value_name = "DIR")]
    pub split: Option<PathBuf>,
}

/// Flags of `collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// Go on with the collection that was interrupted.
    #[arg(long)]
    pub resume: bool,
    /// The most calls under way at once.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,
}

/// Flags of `assess`.
#[derive(Debug, Args)]
pub struct Assess {
    /// Exit with 4: `any` (a check fails), `new` (a finding that the snapshot before did not have), `severity>=high`; several with commas.
    #[arg(long, value_name = "WHICH", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
}

/// Flags of `bundle`.
#[derive(Debug, Args)]
pub struct Bundle {
    /// The pack to write; default: `auditpack-<organization>-<end of period>.zip`.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The signer.
    #[command(flatten)]
    pub signing: Signing,
    /// Put the AWS Artifact documents themselves into the pack; they are confidential.
    #[arg(long)]
    pub include_aws_reports: bool,
}

/// The signer; the settings file names one too.
#[derive(Debug, Clone, Args)]
pub struct Signing {
    /// The signing key, PKCS#8 PEM; its pass phrase is asked for, or taken from AUDITPACK_KEY_PASSPHRASE.
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// The signer's certificate and its chain, PEM.
    #[arg(long, value_name = "PEM")]
    pub certificate: Option<PathBuf>,
}

/// Flags of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The pack: a .zip file, or the folder it was unpacked to.
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// A certificate that you got from the signer over a separate channel, not from the pack; may be given again.
    #[arg(long, value_name = "PEM")]
    pub trust: Vec<PathBuf>,
    /// The SHA-256 fingerprint of the signer's certificate, got over a separate channel, not from the pack.
    #[arg(long, value_name = "HEX")]
    pub fingerprint: Vec<String>,
    /// Judge the raw evidence of the pack again and compare.
    #[arg(long)]
    pub reperform: bool,
}

/// Flags of `checks`.
#[derive(Debug, Args)]
pub struct Checks {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ChecksCommand,
}

/// What to do with the checks.
#[derive(Debug, Subcommand)]
pub enum ChecksCommand {
    /// List the checks.
    List,
    /// Show a check: what it reads, what is good, its examples, the requirements it supports; and what it said of the snapshot, if there is one, and why.
    Explain {
        /// The check's id.
        #[arg(value_name = "ID")]
        id: String,
        /// Show all findings, not the first 20.
        #[arg(long)]
        all: bool,
    },
    /// Show what each requirement's evidence rests on: checks, AWS's reports, people, or nothing.
    Coverage {
        /// What has a line.
        #[arg(long, value_enum, default_value_t = By::Requirement)]
        by: By,
    },
    /// Run the examples of all checks.
    Test,
}

/// What has a line in the coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Each requirement of each framework.
    Requirement,
    /// Each control, with the requirements of all frameworks.
    Control,
}

/// Flags of `keygen`.
#[derive(Debug, Args)]
pub struct Keygen {
    /// The organization's name in the certificate; default: the settings file's.
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    /// The key file to write.
    #[arg(long, value_name = "PEM", default_value = "auditpack-key.pem")]
    pub key: PathBuf,
    /// The certificate file to write.
    #[arg(long, value_name = "PEM", default_value = "auditpack-certificate.pem")]
    pub certificate: PathBuf,
    /// For how many days the certificate is valid.
    #[arg(long, value_name = "N", default_value_t = 730, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: u32,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "auditpack-demo")]
    pub out: PathBuf,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
