//! The command line: clap types only.

mod attest;
mod checks;
mod fail_on;
mod history;
mod options;
mod vault;

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use Format::{Json, Junit, Markdown, Table};
use options::{Cost, OneSnapshot, OwnMappings, OwnTemplates, Rules, SettingsFile, VaultFolder, formats};

pub use attest::{Attest, AttestAdd, AttestCommand, AttestList, AttestRequests, AttestWithdraw, NewDocument};
pub use checks::{By, Checks, ChecksCommand, ChecksExplain};
pub use fail_on::FailOn;
pub use history::{Calendar, Diff, Next, Order, Trend};
pub use options::{Everywhere, Format, Options};
pub use vault::{VaultCommand, VaultFlags, VaultMerge, VaultPrune};

/// AWS audit evidence: collected read-only, kept byte for byte, split by responsibility, signed, verifiable offline.
#[derive(Debug, Parser)]
#[command(name = "auditpack", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub everywhere: Everywhere,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
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

impl Cli {
    /// What clap's types cannot say: two sides are not three.
    pub fn check(self) -> Result<Self, clap::Error> {
        if let Command::Diff(diff) = &self.command
            && let Some(surplus) = diff.surplus()
        {
            let message = format!("`{}` names both sides already; omit `{surplus}`", diff.before);
            return Err(Self::command().error(clap::error::ErrorKind::TooManyValues, message));
        }
        Ok(self)
    }

    /// What the options of the command say.
    pub fn options(&self) -> Options {
        let options = Options::of(&self.everywhere);
        match &self.command {
            Command::Init(flags) => options.with(&flags.settings),
            Command::IamPolicy(flags) => options.with(&flags.rules),
            Command::Collect(flags) => options.with(&flags.rules).with(&flags.vault).printed(flags.format),
            Command::Attest(flags) => flags.options(options),
            Command::Assess(flags) => {
                options.with(&flags.rules).with(&flags.snapshot).with(&flags.cost).printed(flags.format)
            }
            Command::Diff(flags) => options.with(&flags.over_time).printed(flags.format),
            Command::Trend(flags) => options.with(&flags.over_time).printed(flags.format),
            Command::Next(flags) => options.with(&flags.over_time).printed(flags.format),
            Command::Calendar(flags) => options.with(&flags.over_time).printed(flags.format),
            Command::Bundle(flags) => {
                options.with(&flags.rules).with(&flags.snapshot).with(&flags.templates).with(&flags.cost)
            }
            Command::Verify(flags) => options.with(&flags.cost).printed(flags.format),
            Command::Checks(flags) => flags.command.options(options),
            Command::Vault(flags) => flags.command.options(options),
            Command::Keygen(flags) => options.with(&flags.rules),
            Command::Demo(flags) => options.with(&flags.mappings).with(&flags.templates),
            Command::Completions(_) => options,
        }
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
    /// The settings file to write.
    #[command(flatten)]
    pub settings: SettingsFile,
}

/// Flags of `iam-policy`.
#[derive(Debug, Args)]
pub struct IamPolicy {
    /// Write it as managed policies that IAM takes, of at most 6,144 characters each, into this folder.
    #[arg(long, value_name = "DIR")]
    pub split: Option<PathBuf>,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
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
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
}

/// Flags of `assess`.
#[derive(Debug, Args)]
pub struct Assess {
    /// Exit with 4: `any` (a check fails), `new` (a finding that the snapshot before did not have), `severity>=high`; several with commas.
    #[arg(long, value_name = "WHICH", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Markdown, Junit]))]
    pub format: Format,
    /// The snapshot.
    #[command(flatten)]
    pub snapshot: OneSnapshot,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
    /// What judging may cost.
    #[command(flatten)]
    pub cost: Cost,
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
    /// The snapshot.
    #[command(flatten)]
    pub snapshot: OneSnapshot,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
    /// The templates.
    #[command(flatten)]
    pub templates: OwnTemplates,
    /// What judging may cost.
    #[command(flatten)]
    pub cost: Cost,
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
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// What judging may cost.
    #[command(flatten)]
    pub cost: Cost,
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
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "auditpack-demo")]
    pub out: PathBuf,
    /// The mappings.
    #[command(flatten)]
    pub mappings: OwnMappings,
    /// The templates.
    #[command(flatten)]
    pub templates: OwnTemplates,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
