//! The command line of `attest`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::model::AttestationId;

/// Flags of `attest`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Attest {
    /// List what is still asked for, by owner; `--format csv` and `--format markdown` too.
    #[arg(long)]
    pub requests: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<AttestCommand>,
}

impl Attest {
    /// Whether the open requests are to be listed.
    pub fn lists_requests(&self) -> bool {
        self.requests || matches!(self.command, Some(AttestCommand::Requests))
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
    /// List what is still asked for, by owner: the same as `attest --requests`.
    Requests,
}

/// Flags of `attest add`.
#[derive(Debug, Args)]
pub struct AttestAdd {
    /// The document; its bytes go into the vault, and into packs.
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
}
