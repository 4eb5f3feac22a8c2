//! The command line of `attest`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::options::{Format, OneSnapshot, Options, OwnMappings, Rules, VaultFolder, formats};
use crate::model::AttestationId;
use Format::{Csv, Json, Markdown, Table};

/// Flags of `attest`.
#[derive(Debug, Args)]
pub struct Attest {
    /// What to do.
    #[command(subcommand)]
    pub command: AttestCommand,
}

impl Attest {
    /// What the options of the subcommand say.
    pub(super) fn options(&self, options: Options) -> Options {
        match &self.command {
            AttestCommand::Add(flags) => options.with(&flags.vault).with(&flags.mappings).printed(flags.format),
            AttestCommand::List(flags) => options.with(&flags.vault).printed(flags.format),
            AttestCommand::Withdraw(flags) => options.with(&flags.vault).printed(flags.format),
            AttestCommand::Requests(flags) => options.with(&flags.rules).with(&flags.snapshot).printed(flags.format),
        }
    }
}

/// What to do with manual evidence.
#[derive(Debug, Subcommand)]
pub enum AttestCommand {
    /// Attach a file, or the address of a document.
    Add(AttestAdd),
    /// List what was attached.
    List(AttestList),
    /// Take an attestation back; its history stays.
    Withdraw(AttestWithdraw),
    /// List what is still asked for, by owner.
    // `attest --requests` was its name once.
    #[command(long_flag_alias = "requests")]
    Requests(AttestRequests),
}

/// Flags of `attest add`.
#[derive(Debug, Args)]
pub struct AttestAdd {
    /// What is attached.
    #[command(flatten)]
    pub document: NewDocument,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
    /// The mappings.
    #[command(flatten)]
    pub mappings: OwnMappings,
}

/// What is attached, and for what.
#[derive(Debug, Args)]
pub struct NewDocument {
    /// The document; its bytes go into the vault, and into packs. `-` is the standard input.
    #[arg(value_name = "FILE", required_unless_present = "url", conflicts_with = "url")]
    pub file: Option<PathBuf>,
    /// The document's address instead; what stands there does not go into packs.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// What it is evidence for: a request, a requirement, a control, or a report (`cc1.1-code-of-conduct`, `soc2/CC1.1`,
    /// `control/key-rotation`, `report/DPA`); default: the targets of the attestation it replaces.
    #[arg(long = "for", value_name = "ID", required_unless_present = "replaces", num_args = 1.., value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Who answers for it.
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// What it is called; default: the file's name, or the address.
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The document's own date; default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<NaiveDate>,
    /// Last valid day; default: the document's date plus the validity the request allows, else one year.
    #[arg(long, value_name = "DATE")]
    pub valid_until: Option<NaiveDate>,
    /// What the reader should know besides.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The attestation whose place it takes.
    #[arg(long, value_name = "ID")]
    pub replaces: Option<AttestationId>,
}

/// Flags of `attest list`.
#[derive(Debug, Args)]
pub struct AttestList {
    /// Those replaced and withdrawn too.
    #[arg(long)]
    pub all: bool,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
}

/// Flags of `attest withdraw`.
#[derive(Debug, Args)]
pub struct AttestWithdraw {
    /// Which.
    #[arg(value_name = "ID")]
    pub id: AttestationId,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
}

/// Flags of `attest requests`.
#[derive(Debug, Args)]
pub struct AttestRequests {
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Csv, Markdown]))]
    pub format: Format,
    /// The snapshot.
    #[command(flatten)]
    pub snapshot: OneSnapshot,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
}
