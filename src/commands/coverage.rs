//! `checks coverage`: what the catalog can evidence, for each requirement and each control.

use miette::IntoDiagnostic as _;

use super::context::Context;
use super::exit::Exit;
use super::table::Table;
use crate::assess::{Class, ControlCoverage, Coverage, FrameworkCoverage, RequirementCoverage, coverage};
use crate::cli::{By, Format};
use crate::model::{Catalog, harmless};

pub(super) fn run(catalog: &Catalog, by: By, context: &mut Context<'_>) -> miette::Result<Exit> {
    let coverage = coverage(catalog);
    match context.options.format {
        Format::Json => context.print_json(&coverage)?,
        Format::Csv => context.print(&csv(&coverage, by)?)?,
        _ => {
            context.say(&counts(&coverage))?;
            let list = match by {
                By::Requirement => requirements(&coverage),
                By::Control => controls(&coverage),
            };
            context.say(&list)?;
        }
    }
    Ok(Exit::Ok)
}

/// A line for each framework: how many of its requirements rest on what.
fn counts(coverage: &Coverage) -> String {
    let mut table =
        Table::new(["framework", "automated", "inherited", "manual", "nothing", "of", "controls", "checks"]);
    for framework in &coverage.frameworks {
        let of = |class: Class| framework.classes.of(class).to_string();
        table.row([
            framework.id.as_str(),
            &of(Class::Automated),
            &of(Class::Inherited),
            &of(Class::Manual),
            &of(Class::Nothing),
            &framework.requirements.to_string(),
            &framework.controls.to_string(),
            &framework.checks.to_string(),
        ]);
    }
    table.to_string()
}

fn requirements(coverage: &Coverage) -> String {
    coverage.frameworks.iter().map(|framework| format!("\n{}\n", requirement_table(framework))).collect()
}

fn requirement_table(framework: &FrameworkCoverage) -> String {
    let mut table = Table::new([
        framework.id.as_str(),
        "rests on",
        "responsibility",
        "controls",
        "checks",
        "AWS reports",
        "manual",
        "title",
    ]);
    for one in &framework.list {
        let indent = if one.parent.is_some() { "  " } else { "" };
        table.row([
            &format!("{indent}{}", one.id),
            one.class.words(),
            one.responsibility.words(),
            &one.controls.len().to_string(),
            &one.checks.len().to_string(),
            &joined(&one.reports),
            &one.manual.len().to_string(),
            &one.title,
        ]);
    }
    table.to_string()
}

/// The same control, seen from all frameworks.
fn controls(coverage: &Coverage) -> String {
    let mut text = String::new();
    for control in &coverage.controls {
        text.push_str(&format!("\n{}  {}\n", control.id, super::table::visible(&control.title)));
        for (framework, ids) in control.requirements.iter().filter(|(_, ids)| !ids.is_empty()) {
            text.push_str(&format!("  {framework:<16}{}\n", joined(ids)));
        }
        text.push_str(&format!("  {:<16}{}\n", "checks", joined(&control.checks)));
    }
    text
}

/// One table: a line for each requirement or each control.
fn csv(coverage: &Coverage, by: By) -> miette::Result<Vec<u8>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    match by {
        By::Requirement => {
            let heads = [
                "framework",
                "requirement",
                "part_of",
                "title",
                "rests_on",
                "responsibility",
                "controls",
                "checks",
                "aws_reports",
                "manual",
            ];
            lines.push(heads.map(str::to_owned).to_vec());
            for framework in &coverage.frameworks {
                lines.extend(framework.list.iter().map(|one| requirement_cells(framework, one)));
            }
        }
        By::Control => {
            let frameworks = coverage.frameworks.iter().map(|framework| framework.id.to_string());
            lines.push(["control", "title", "checks"].map(str::to_owned).into_iter().chain(frameworks).collect());
            lines.extend(coverage.controls.iter().map(control_cells));
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer.write_record(line.iter().map(|cell| harmless(cell))).into_diagnostic()?;
    }
    writer.into_inner().map_err(|error| error.into_error()).into_diagnostic()
}

fn requirement_cells(framework: &FrameworkCoverage, one: &RequirementCoverage) -> Vec<String> {
    vec![
        framework.id.to_string(),
        one.id.to_string(),
        one.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
        one.title.clone(),
        one.class.words().to_owned(),
        one.responsibility.words().to_owned(),
        joined(&one.controls),
        joined(&one.checks),
        joined(&one.reports),
        joined(&one.manual),
    ]
}

fn control_cells(control: &ControlCoverage) -> Vec<String> {
    let own = [control.id.to_string(), control.title.clone(), joined(&control.checks)];
    own.into_iter().chain(control.requirements.values().map(joined)).collect()
}

fn joined<'a, T: ToString + 'a>(items: impl IntoIterator<Item = &'a T>) -> String {
    items.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
