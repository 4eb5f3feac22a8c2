//! The command line of `vault`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::options::{Format, Options, Rules, VaultFolder, formats};
use crate::vault::KeepPolicy;
use Format::{Json, Table};

/// Flags of `vault`.
#[derive(Debug, Args)]
pub struct VaultFlags {
    /// What to do with it.
    #[command(subcommand)]
    pub command: VaultCommand,
}

/// What to do with the vault.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// List the snapshots in the order of their chain.
    List(VaultLook),
    /// Check every link of the chain, every blob and the log of attestations against their hashes.
    #[command(
        after_help = "Exit codes: 0 all is as it was written, 5 it is not (each problem is listed), 1 error, 2 usage."
    )]
    Check(VaultLook),
    /// Give up the evidence of snapshots that a policy does not keep; their manifests stay, so that the chain holds.
    Prune(VaultPrune),
    /// Take the snapshots of another vault into this one; into a new folder it is a copy, checked on the way.
    Merge(VaultMerge),
}

impl VaultCommand {
    /// What the options of a subcommand say.
    pub(super) fn options(&self, options: Options) -> Options {
        match self {
            Self::List(flags) | Self::Check(flags) => options.with(&flags.vault).printed(flags.format),
            Self::Prune(flags) => options.with(&flags.vault).with(&flags.rules).printed(flags.format),
            Self::Merge(flags) => options.with(&flags.vault).printed(flags.format),
        }
    }
}

/// Flags of `vault list` and `vault check`.
#[derive(Debug, Args)]
pub struct VaultLook {
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
}

/// Flags of `vault prune`.
#[derive(Debug, Args)]
pub struct VaultPrune {
    /// What is kept: the newest snapshot of each of the last N spans of time that have one, `weekly 13, quarterly 8`; the
    /// words are `last`, `daily`, `weekly`, `monthly`, `quarterly`, `yearly`; the newest snapshot is always kept.
    #[arg(long, value_name = "POLICY")]
    pub keep: KeepPolicy,
    /// Only say what would go.
    #[arg(long)]
    pub dry_run: bool,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
}

/// Flags of `vault merge`.
#[derive(Debug, Args)]
pub struct VaultMerge {
    /// The other vault's folder; it is only read.
    #[arg(value_name = "FROM")]
    pub from: PathBuf,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
}
