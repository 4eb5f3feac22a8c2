//! `diff`: what changed between two snapshots, quarters or packs.

mod page;
mod rest;

pub(super) use page::verdict;

use super::context::{Context, vault_fault};
use super::document;
use super::exit::Exit;
use super::history::Judge;
use super::sides::{self, Asked, Material, Shelf};
use crate::cli::{Diff, FailOn, Format};
use crate::compare::{self, Ages, Side};
use crate::model::{Catalog, CheckResult, Difference, Document, Known, Settings, Verdict};

pub(super) fn run(flags: &Diff, context: &mut Context<'_>) -> miette::Result<Exit> {
    let (before, after) = flags.sides();
    let compared = between(before, after, context)?;
    match context.common.format {
        Format::Json => context.print_json(&compared.difference)?,
        _ => document::print(&page::page(&compared.difference, context), context)?,
    }
    Ok(match flags.fail_on.iter().any(|which| compared.concerns(*which)) {
        true => Exit::Failing,
        false => Exit::Ok,
    })
}

/// A comparison as a document.
pub(super) fn changes(before: &str, after: &str, context: &Context<'_>) -> miette::Result<Document> {
    Ok(page::page(&between(before, after, context)?.difference, context))
}

/// A comparison, and the later side's checks.
pub(super) struct Compared {
    pub(super) difference: Difference,
    checks: Vec<CheckResult>,
}

impl Compared {
    /// Whether there is something of the kind that makes a command exit with 4.
    pub(super) fn concerns(&self, which: FailOn) -> bool {
        match which {
            FailOn::New => !self.difference.findings.new.is_empty(),
            _ => concerns(&self.checks, which),
        }
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
    let asked = [Asked::parse(before)?, Asked::parse(after)?];
    match asked.iter().any(|one| matches!(one, Asked::Snapshot(_))) {
        true => with_vault([before, after], &asked, context),
        false => {
            let [Asked::Pack(old), Asked::Pack(new)] = &asked else {
                return Err(miette::miette!("two packs were meant"));
            };
            compared(&sides::pack(before, old)?, &sides::pack(after, new)?, |_, _| Ok(Ages::default()))
        }
    }
}

fn with_vault(names: [&str; 2], asked: &[Asked; 2], context: &Context<'_>) -> miette::Result<Compared> {
    let catalog = context.catalog()?;
    let settings = context.settings(&catalog)?;
    let vault = context.open_vault()?;
    let chain = sides::chain(&vault)?;
    let attested = vault.attestations().map_err(vault_fault)?;
    let shelf = Shelf {
        judge: Judge { catalog: &catalog, settings: &settings, vault: &vault, log: &attested.log, chain: &chain },
    };
    let side = |name: &str, asked: &Asked| match asked {
        Asked::Snapshot(selector) => shelf.snapshot(name, selector, context),
        Asked::Pack(path) => sides::pack(name, path),
    };
    let [old, new] = asked;
    let (before, after) = (side(names[0], old)?, side(names[1], new)?);
    compared(&before, &after, |catalog: &Catalog, settings: &Settings| {
        let judge = Judge { catalog, settings, ..shelf.judge };
        let history = judge.history(context)?;
        let judgements: Vec<_> = history.entries.iter().map(|(judgement, _)| judgement).collect();
        Ok(Ages::new(&judgements, &[before.name.snapshot, after.name.snapshot]))
    })
}

/// Compares: the first side is judged by its own mappings and settings, and again by the second side's, so that what
/// these change is told apart from what the estate changed.
fn compared(
    before: &Material,
    after: &Material,
    ages: impl FnOnce(&Catalog, &Settings) -> miette::Result<Ages>,
) -> miette::Result<Compared> {
    sides::comparable(before, after)?;
    let (catalog, settings) = (&after.catalog, &after.settings);
    let new_facts = after.facts(catalog)?;
    let new = after.judge(catalog, settings, &new_facts);
    let old_facts = before.facts(catalog)?;
    let old = before.judge(catalog, settings, &old_facts);
    let own = match before.defined_as(after) && before.settings.exceptions == settings.exceptions {
        true => old.clone(),
        false => before.judge(&before.catalog, &before.settings, &before.facts(&before.catalog)?),
    };
    let sides = [
        Side { name: &before.name, snapshot: &before.snapshot, facts: &old_facts, assessment: &old, own: &own },
        Side { name: &after.name, snapshot: &after.snapshot, facts: &new_facts, assessment: &new, own: &new },
    ];
    let mut difference = compare::compare(catalog, sides[0], sides[1], &ages(catalog, settings)?);
    difference.definitions = compare::definition_changes(before.definitions(), after.definitions(), &own, &old);
    if let Some(why) = &before.unknown {
        difference.definitions.known = Known::Unknown(why.clone());
    }
    Ok(Compared { difference, checks: new.checks })
}
