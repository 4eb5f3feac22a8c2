//! Options that several commands have, in groups: each command has those that it reads, and clap refuses the others.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::{PossibleValuesParser, Resettable, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::vault::Selector;

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub struct Everywhere {
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

/// The settings file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files and folders")]
pub struct SettingsFile {
    /// The settings file.
    #[arg(long, value_name = "FILE", default_value = CONFIG)]
    pub config: PathBuf,
}

/// The vault.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files and folders")]
pub struct VaultFolder {
    /// The folder that keeps the evidence.
    #[arg(long, value_name = "DIR", default_value = VAULT)]
    pub vault: PathBuf,
}

/// A snapshot of the vault.
#[derive(Debug, Clone, Args)]
pub struct OneSnapshot {
    /// The snapshot: `latest`, `previous`, the newest of a quarter (`2026-Q3`) or until a day (`2026-09-30`), or the first digits of its id.
    #[arg(long, value_name = "ID", default_value = "latest")]
    pub snapshot: Selector,
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
}

/// Mappings of the user's own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files and folders")]
pub struct OwnMappings {
    /// A folder with checks, controls, frameworks and sources of your own: they add to the embedded ones, or replace those of the same id.
    #[arg(long, value_name = "DIR")]
    pub mappings: Option<PathBuf>,
}

/// What judging by mappings of others may cost.
#[derive(Debug, Clone, Copy, Args)]
pub struct Cost {
    /// Judging by mappings that are not the program's own may cost N times as much as usual.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// Templates of the user's own.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files and folders")]
pub struct OwnTemplates {
    /// A folder of templates; its files replace embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
}

/// What judges evidence.
#[derive(Debug, Clone, Args)]
pub struct Rules {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsFile,
    /// The mappings.
    #[command(flatten)]
    pub mappings: OwnMappings,
}

/// What looks over the snapshots of a vault.
#[derive(Debug, Clone, Args)]
pub struct OverTime {
    /// The vault.
    #[command(flatten)]
    pub vault: VaultFolder,
    /// The settings and the mappings.
    #[command(flatten)]
    pub rules: Rules,
    /// The templates of a page.
    #[command(flatten)]
    pub templates: OwnTemplates,
    /// What judging may cost.
    #[command(flatten)]
    pub cost: Cost,
}

/// How results are printed; each command has some of them.
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

/// The formats that a command has.
pub(super) fn formats<const N: usize>(all: [Format; N]) -> impl TypedValueParser<Value = Format> {
    // The names alone, so that `--help` stays a line an option.
    let named = all.iter().filter_map(ValueEnum::to_possible_value);
    PossibleValuesParser::new(named.map(|value| value.help(Resettable::Reset)))
        .try_map(|word| Format::from_str(&word, false))
}

const CONFIG: &str = "auditpack.toml";
const VAULT: &str = "vault";

/// What the options of a command say, in one place; those that the command does not have are as by default.
#[derive(Debug, Clone)]
pub struct Options {
    /// The settings file.
    pub config: PathBuf,
    /// The vault.
    pub vault: PathBuf,
    /// The snapshot.
    pub snapshot: Selector,
    /// The user's own mappings.
    pub mappings: Option<PathBuf>,
    /// The user's own templates.
    pub templates: Option<PathBuf>,
    /// How the result is printed.
    pub format: Format,
    /// No progress, no notes.
    pub quiet: bool,
    /// How much more goes to stderr.
    pub verbose: u8,
    /// How many times the usual judging may cost.
    pub limit: u32,
}

impl Options {
    /// Those of every command.
    pub(super) fn of(everywhere: &Everywhere) -> Self {
        Self {
            config: CONFIG.into(),
            vault: VAULT.into(),
            snapshot: Selector::Latest,
            mappings: None,
            templates: None,
            format: Format::Table,
            quiet: everywhere.quiet,
            verbose: everywhere.verbose,
            limit: 1,
        }
    }

    /// Takes what a group says.
    pub(super) fn with(mut self, group: &impl Group) -> Self {
        group.tell(&mut self);
        self
    }

    /// Takes the format.
    pub(super) fn printed(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

/// A group of options.
pub(super) trait Group {
    /// Writes what the user gave.
    fn tell(&self, options: &mut Options);
}

impl Group for SettingsFile {
    fn tell(&self, options: &mut Options) {
        options.config.clone_from(&self.config);
    }
}

impl Group for VaultFolder {
    fn tell(&self, options: &mut Options) {
        options.vault.clone_from(&self.vault);
    }
}

impl Group for OneSnapshot {
    fn tell(&self, options: &mut Options) {
        options.snapshot.clone_from(&self.snapshot);
        self.vault.tell(options);
    }
}

impl Group for OwnMappings {
    fn tell(&self, options: &mut Options) {
        options.mappings.clone_from(&self.mappings);
    }
}

impl Group for OwnTemplates {
    fn tell(&self, options: &mut Options) {
        options.templates.clone_from(&self.templates);
    }
}

impl Group for Rules {
    fn tell(&self, options: &mut Options) {
        self.settings.tell(options);
        self.mappings.tell(options);
    }
}

impl Group for Cost {
    fn tell(&self, options: &mut Options) {
        options.limit = self.limit;
    }
}

impl Group for OverTime {
    fn tell(&self, options: &mut Options) {
        self.vault.tell(options);
        self.rules.tell(options);
        self.templates.tell(options);
        self.cost.tell(options);
    }
}
