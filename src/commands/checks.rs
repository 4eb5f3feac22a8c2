//! `checks`: list, explain, test.

use std::collections::BTreeMap;

use miette::miette;
use serde_json::json;

use super::context::Context;
use super::exit::Exit;
use super::table::Table;
use crate::cli::{Checks, ChecksCommand};
use crate::model::{Catalog, Check, CheckId, Per};

pub(super) fn run(flags: &Checks, context: &mut Context<'_>) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    match &flags.command {
        ChecksCommand::List => list(&catalog, context),
        ChecksCommand::Explain { id } => explain(&catalog, id, context),
        ChecksCommand::Test => test(&catalog, context),
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

/// The requirements that a check supports through the controls, by framework.
fn requirements<'a>(catalog: &'a Catalog, check: &CheckId) -> BTreeMap<&'a str, Vec<&'a str>> {
    let controls: Vec<_> =
        catalog.controls.values().filter(|control| control.checks.contains(check)).map(|control| &control.id).collect();
    let mut supported = BTreeMap::<&str, Vec<&str>>::new();
    for framework in catalog.frameworks.values() {
        for requirement in &framework.requirements {
            if requirement.controls.iter().any(|control| controls.contains(&control)) {
                supported.entry(framework.id.as_str()).or_default().push(requirement.id.as_str());
            }
        }
    }
    supported
}

fn explain(catalog: &Catalog, id: &str, context: &mut Context<'_>) -> miette::Result<Exit> {
    let check = catalog
        .checks
        .get(&CheckId::from(id))
        .ok_or_else(|| miette!(help = "`auditpack checks list` names them all", "there is no check `{id}`"))?;
    let supported = requirements(catalog, &check.id);
    if context.json() {
        context.print_json(&json!({
            "format": 1, "id": check.id, "title": check.title, "severity": check.severity, "source": check.source,
            "pass": check.pass.text(), "why": check.why, "remedy": check.remedy, "config_rules": check.config_rules,
            "requirements": supported,
        }))?;
        return Ok(Exit::Ok);
    }
    context.say(&explanation(catalog, check, &supported))?;
    Ok(Exit::Ok)
}

fn explanation(catalog: &Catalog, check: &Check, supported: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut lines = vec![format!("{}  ({})", check.id, check.severity.words()), check.title.clone(), String::new()];
    let mut line = |name: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("{name:<11}{}", text.replace('\n', "\n           ")));
        }
    };
    let source = catalog.sources.get(&check.source).map(|source| source.title.as_str()).unwrap_or_default();
    line("source", &format!("{} — {source}", check.source));
    let reads: Vec<_> = check.reads.iter().map(|source| source.as_str()).collect();
    line("reads too", &reads.join(", "));
    line(
        "judges",
        match check.per {
            Per::Row => "each row",
            Per::Region => "all rows of a region at once",
            Per::Account => "all rows of an account at once",
        },
    );
    line("when", check.when.as_ref().map(|when| when.text()).unwrap_or_default());
    line("pass", check.pass.text());
    line("no rows", check.none.words());
    line("why", &check.why);
    line("remedy", &check.remedy);
    line("config", &check.config_rules.join(", "));
    for name in &check.params {
        if let Some(param) = catalog.params.get(name) {
            line("parameter", &format!("{name} = {} — {}", param.default, param.title));
        }
    }
    for (framework, ids) in supported {
        line(framework, &ids.join(", "));
    }
    for example in &check.examples {
        let verdict = example.verdict.map_or("not judged", |verdict| verdict.words());
        let row = if example.row.is_null() { json!(example.rows) } else { example.row.clone() };
        line(
            "example",
            &format!("{verdict}: {row}{}{}", if example.note.is_empty() { "" } else { " — " }, example.note),
        );
    }
    lines.join("\n")
}

fn test(catalog: &Catalog, context: &mut Context<'_>) -> miette::Result<Exit> {
    let faults = crate::assess::run_examples(catalog);
    for fault in &faults {
        context.say(&fault.to_string())?;
    }
    let examples: usize = catalog.checks.values().map(|check| check.examples.len()).sum();
    context.note(&format!("{examples} examples of {} checks, {} wrong", catalog.checks.len(), faults.len()));
    Ok(if faults.is_empty() { Exit::Ok } else { Exit::Error })
}
