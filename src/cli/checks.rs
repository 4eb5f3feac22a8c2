//! The command line of `checks`.

use clap::{Args, Subcommand, ValueEnum};

use super::options::{Cost, Format, OneSnapshot, Options, OwnMappings, Rules, formats};
use Format::{Csv, Json, Table};

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
    List(ChecksList),
    /// Show a check: what it reads, what is good, its examples, the requirements it supports; and what it said of the snapshot, if there is one, and why.
    Explain(ChecksExplain),
    /// Show what each requirement's evidence rests on: checks, AWS's reports, people, or nothing.
    Coverage(ChecksCoverage),
    /// Run the examples of all checks.
    Test(ChecksTest),
}

impl ChecksCommand {
    /// What the options of a subcommand say.
    pub(super) fn options(&self, options: Options) -> Options {
        match self {
            Self::List(flags) => options.with(&flags.mappings).printed(flags.format),
            Self::Explain(flags) => {
                options.with(&flags.rules).with(&flags.snapshot).with(&flags.cost).printed(flags.format)
            }
            Self::Coverage(flags) => options.with(&flags.mappings).printed(flags.format),
            Self::Test(flags) => options.with(&flags.mappings).with(&flags.cost),
        }
    }
}

/// Flags of `checks list`.
#[derive(Debug, Args)]
pub struct ChecksList {
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
    pub format: Format,
    /// The mappings.
    #[command(flatten)]
    pub mappings: OwnMappings,
}

/// Flags of `checks explain`.
#[derive(Debug, Args)]
pub struct ChecksExplain {
    /// The check's id.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Show all findings, not the first 20.
    #[arg(long)]
    pub all: bool,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json]))]
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

/// Flags of `checks coverage`.
#[derive(Debug, Args)]
pub struct ChecksCoverage {
    /// What has a line.
    #[arg(long, value_enum, default_value_t = By::Requirement)]
    pub by: By,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Csv]))]
    pub format: Format,
    /// The mappings.
    #[command(flatten)]
    pub mappings: OwnMappings,
}

/// Flags of `checks test`.
#[derive(Debug, Args)]
pub struct ChecksTest {
    /// The mappings.
    #[command(flatten)]
    pub mappings: OwnMappings,
    /// What judging may cost.
    #[command(flatten)]
    pub cost: Cost,
}

/// What has a line in the coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Each requirement of each framework.
    Requirement,
    /// Each control, with the requirements of all frameworks.
    Control,
}
