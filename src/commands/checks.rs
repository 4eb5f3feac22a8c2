//! `checks`: list, test.

use serde_json::json;

use super::context::Context;
use super::exit::Exit;
use super::supported::requirements;
use super::table::Table;
use crate::cli::{Checks, ChecksCommand};
use crate::model::Catalog;

pub(super) fn run(flags: &Checks, context: &mut Context<'_>) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    match &flags.command {
        ChecksCommand::List(_) => list(&catalog, context),
        ChecksCommand::Explain(flags) => super::explain::run(&catalog, flags, context),
        ChecksCommand::Coverage(flags) => super::coverage::run(&catalog, flags.by, context),
        ChecksCommand::Test(_) => test(&catalog, context),
    }
}

fn list(catalog: &Catalog, context: &mut Context<'_>) -> miette::Result<Exit> {
    if context.json() {
        let checks: Vec<_> = catalog
            .checks
            .values()
            .map(|check| {
                json!({
                    "id": check.id, "title": check.title, "severity": check.severity, "source": check.source,
                    "requirements": requirements(catalog, &check.id),
                })
            })
            .collect();
        context.print_json(&json!({ "format": 1, "checks": checks }))?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(["check", "severity", "source", "title"]);
    for check in catalog.checks.values() {
        table.row([check.id.as_str(), check.severity.words(), check.source.as_str(), &check.title]);
    }
    context.say(&table.to_string())?;
    context.note(&format!("{} checks", catalog.checks.len()));
    Ok(Exit::Ok)
}

fn test(catalog: &Catalog, context: &mut Context<'_>) -> miette::Result<Exit> {
    let faults = crate::assess::run_examples(catalog);
    for fault in &faults {
        context.say(&fault.to_string())?;
    }
    let of_sources = crate::facts::run_examples(catalog);
    for fault in &of_sources {
        context.say(&fault.to_string())?;
    }
    let examples: usize = catalog.checks.values().map(|check| check.examples.len()).sum();
    context.note(&format!("{examples} examples of {} checks, {} wrong", catalog.checks.len(), faults.len()));
    let examples: usize = catalog.source_examples.values().map(Vec::len).sum();
    let (with, wrong) = (catalog.source_examples.len(), of_sources.len());
    context.note(&format!("{examples} examples of {with} of {} sources, {wrong} wrong", catalog.sources.len()));
    for id in catalog.own_sources.iter().filter(|id| !catalog.source_examples.contains_key(*id)) {
        context.note(&format!("source {id} of your own has no example: that its replies are read right is not tested"));
    }
    Ok(if faults.is_empty() && of_sources.is_empty() { Exit::Ok } else { Exit::Error })
}
