//! The command line of what looks over time: `diff`, `trend`, `next`, `calendar`.

use clap::{Args, ValueEnum};

use super::fail_on::FailOn;
use super::options::{Format, OverTime, formats};
use Format::{Csv, Html, Ics, Json, Markdown, Table};

/// Flags of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The earlier side: a snapshot (`previous`, an id, a date), a quarter (`2026-Q2`), or a pack; also both as `2026-Q2..2026-Q3`.
    #[arg(value_name = "A", default_value = "previous")]
    pub before: String,
    /// The later side [default: latest]
    #[arg(value_name = "B")]
    pub after: Option<String>,
    /// Exit with 4: `new` (a finding is new), `any` (a check fails on the later side), `severity>=high`; several with commas.
    #[arg(long, value_name = "WHICH", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Markdown, Html]))]
    pub format: Format,
    /// Settings, mappings, vault and templates.
    #[command(flatten)]
    pub over_time: OverTime,
}

impl Diff {
    /// Both sides; `A..B` in one word is both.
    pub fn sides(&self) -> (&str, &str) {
        self.both_in_one().unwrap_or((&self.before, self.after.as_deref().unwrap_or("latest")))
    }

    /// The side that is one too many: the first word names both already.
    pub(super) fn surplus(&self) -> Option<&str> {
        self.both_in_one().and(self.after.as_deref())
    }

    fn both_in_one(&self) -> Option<(&str, &str)> {
        // A path may have two dots, and then it has a slash beside them.
        let apart = |(before, after): &(&str, &str)| !before.is_empty() && !after.is_empty() && !after.starts_with('/');
        self.before.split_once("..").filter(apart)
    }
}

/// Flags of `trend`.
#[derive(Debug, Args)]
pub struct Trend {
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Csv, Markdown, Html]))]
    pub format: Format,
    /// Settings, mappings, vault and templates.
    #[command(flatten)]
    pub over_time: OverTime,
}

/// Flags of `next`.
#[derive(Debug, Args)]
pub struct Next {
    /// How many actions are shown; 0: all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Only those of this owner.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// How they are sorted.
    #[arg(long, value_enum, default_value_t = Order::Requirements)]
    pub by: Order,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Csv, Markdown, Html]))]
    pub format: Format,
    /// Settings, mappings, vault and templates.
    #[command(flatten)]
    pub over_time: OverTime,
}

/// How actions are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// As they close requirements soonest; what is severe counts more.
    Requirements,
    /// Worst first.
    Severity,
    /// Oldest first.
    Age,
    /// By who has to act.
    Owner,
}

/// Flags of `calendar`.
#[derive(Debug, Args)]
pub struct Calendar {
    /// How many days ahead to look.
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub days: u16,
    /// How the result is printed.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats([Table, Json, Csv, Markdown, Html, Ics]))]
    pub format: Format,
    /// Settings, mappings, vault and templates.
    #[command(flatten)]
    pub over_time: OverTime,
}
