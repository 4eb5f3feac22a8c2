//! `diff`: what changed between two snapshots, quarters or packs.

mod cells;
mod page;
mod rest;

pub(super) use cells::verdict;

use super::context::Context;
use super::document;
use super::exit::Exit;
use crate::case::{self, Compared, Timeline};
use crate::cli::{Diff, FailOn, Format};
use crate::document::Document;
use crate::model::{CheckResult, Verdict};

pub(super) fn run(flags: &Diff, context: &mut Context<'_>) -> miette::Result<Exit> {
    let (before, after) = flags.sides();
    let compared = between(before, after, context)?;
    match context.options.format {
        Format::Json => context.print_json(&compared.difference)?,
        _ => document::print(&page::page(&compared.difference, context), context)?,
    }
    Ok(match flags.fail_on.iter().any(|which| shows(&compared, *which)) {
        true => Exit::Failing,
        false => Exit::Ok,
    })
}

/// A comparison as a document.
pub(super) fn changes(before: &str, after: &str, context: &Context<'_>) -> miette::Result<Document> {
    Ok(page::page(&between(before, after, context)?.difference, context))
}

/// Whether there is something of the kind that makes a command exit with 4.
pub(super) fn shows(compared: &Compared, which: FailOn) -> bool {
    match which {
        FailOn::New => !compared.difference.findings.new.is_empty(),
        _ => concerns(&compared.checks, which),
    }
}

/// Whether a failing check is of the kind that makes a command exit with 4.
pub(super) fn concerns(checks: &[CheckResult], which: FailOn) -> bool {
    checks.iter().filter(|check| check.verdict == Verdict::Fail).any(|check| match which {
        FailOn::Any => true,
        FailOn::New => false,
        // Severities are declared worst first.
        FailOn::Severity(least) => check.severity <= least,
    })
}

/// Compares two sides as the user names them.
pub(super) fn between(before: &str, after: &str, context: &Context<'_>) -> miette::Result<Compared> {
    let timeline = || -> miette::Result<Timeline> {
        let yardstick = context.yardstick()?;
        Ok(Timeline::open(&context.open_vault()?, &yardstick)?)
    };
    let compared = case::between([before, after], context.options.limit, timeline)?;
    context.notes(&compared.notes);
    Ok(compared)
}
