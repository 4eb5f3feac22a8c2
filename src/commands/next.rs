//! `next`: the shortest list of actions that closes the most requirements.

use std::collections::BTreeSet;

use miette::IntoDiagnostic as _;

use super::context::Context;
use super::document;
use super::exit::Exit;
use super::lines::AGAIN;
use super::table::visible;
use super::trend;
use crate::awscli::show_again;
use crate::case::{Case, StoredSnapshot, Yardstick};
use crate::cli::{Format, Next, Order};
use crate::compare::{self, Action, ActionKind, ActionPlan, By, Owners, Since};
use crate::document::{Cell, Document, Look};
use crate::model::{CheckResult, Finding, Row, Settings, Severity, did_you_mean, harmless};

/// Requirements named of an action before the rest is counted.
const NAMED: usize = 6;

pub(super) fn run(flags: &Next, context: &mut Context<'_>) -> miette::Result<Exit> {
    let mut plan = plan(context)?;
    let by = match flags.by {
        Order::Requirements => By::Requirements,
        Order::Severity => By::Severity,
        Order::Age => By::Age,
        Order::Owner => By::Owner,
    };
    compare::sort(&mut plan.actions, by);
    let all = plan.actions.len();
    if let Some(owner) = &flags.owner {
        let own = |action: &Action| action.owner.to_lowercase() == owner.to_lowercase();
        if !plan.actions.iter().any(own) {
            // A slip in a name looks like work that is done.
            let known: BTreeSet<String> = plan.actions.iter().map(|action| visible(&action.owner)).collect();
            let known: Vec<String> = known.into_iter().collect();
            let near = did_you_mean(owner, known.iter().map(String::as_str));
            context.note(&format!(
                "note: `{}` owns no action; {near}the owners are {}",
                visible(owner),
                known.join(", ")
            ));
        }
        plan.actions.retain(own);
    }
    if flags.top > 0 {
        plan.actions.truncate(flags.top);
    }
    match context.options.format {
        Format::Json => context.print_json(&plan)?,
        Format::Csv => context.print(&csv(&plan)?)?,
        _ => document::print(&page(&plan, all), context)?,
    }
    Ok(Exit::Ok)
}

/// What to do next, with the ages that the vault's history shows.
fn plan(context: &Context<'_>) -> miette::Result<ActionPlan> {
    let case = context.case()?;
    let trend = trend::trend(&case.yardstick, context)?;
    let command = |check: &CheckResult, finding: &Finding| shown_by(&case, check, finding);
    let Yardstick { catalog, settings, .. } = &case.yardstick;
    Ok(compare::next(catalog, &case.assessment, &trend.open, settings.as_ref(), &command))
}

/// The AWS CLI command that shows the fact of a finding again; it changes nothing.
fn shown_by(case: &Case<StoredSnapshot>, check: &CheckResult, finding: &Finding) -> Option<String> {
    let Yardstick { catalog, .. } = &case.yardstick;
    let check = catalog.checks.get(&check.id)?;
    let source = catalog.sources.get(&check.source)?;
    let own = |row: &&Row| {
        (&row.account, &row.region, &row.resource) == (&finding.account, &finding.region, &finding.resource)
    };
    let row = case.facts.rows.get(&check.source).and_then(|rows| rows.iter().find(own));
    show_again(source, check, row, &finding.region)
}

impl Owners for Settings {
    fn owner(&self, id: &str, role: &str) -> String {
        self.owners.of(id, role).to_owned()
    }
}

fn page(plan: &ActionPlan, all: usize) -> Document {
    let mut page = Document::new(
        "What to do next",
        vec![
            format!("snapshot {} of {}", plan.snapshot.short(), plan.time.format("%Y-%m-%d %H:%M UTC")),
            format!("{} of {} requirements are open", plan.open, plan.requirements),
        ],
    );
    if plan.actions.is_empty() {
        page.line(if plan.open == 0 { "Nothing is open." } else { "Nothing to do for this owner." });
    }
    for (number, action) in plan.actions.iter().enumerate() {
        one(number + 1, action, plan, &mut page);
    }
    if all > plan.actions.len() {
        page.heading("And more");
        page.line(format!("{} of {all} actions are shown; `--top 0` shows all", plan.actions.len()));
    }
    if !plan.accepted.is_empty() {
        page.heading("Accepted for now");
        page.line(format!(
            "These checks fail, and every finding is covered by an exception that runs; {} open {} for them.",
            plan.excepted,
            if plan.excepted == 1 { "requirement waits" } else { "requirements wait" }
        ));
        let row = |one: &crate::compare::Accepted| {
            vec![
                Cell::code(one.check.as_str()),
                Cell::number(one.findings),
                Cell::from(one.until.to_string()),
                Cell::from(one.approver.as_str()),
            ]
        };
        let heads = ["check", "findings", "until", "approver"];
        page.table("Accepted", &heads, plan.accepted.iter().map(row).collect(), usize::MAX);
    }
    page
}

fn one(number: usize, action: &Action, plan: &ActionPlan, page: &mut Document) {
    page.heading(match action.kind {
        ActionKind::Collect | ActionKind::Report => format!("{number}. {}: {}", action.kind.words(), action.title),
        kind => format!("{number}. {} {}: {}", kind.words(), action.id, action.title),
    });
    let mut about = Vec::new();
    about.extend(action.severity.map(|severity: Severity| severity.words().to_owned()));
    about.push(format!("owner {}", action.owner));
    about.extend(action.since.map(open_for));
    page.line(about.join(", "));
    let waiting: Vec<String> =
        action.requirements.iter().take(NAMED).map(|one| format!("{} {}", one.framework, one.id)).collect();
    let more = action.requirements.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    page.line(format!(
        "{} waiting: {}{more}",
        counted(action.requirements.len(), "requirement is", "requirements are"),
        waiting.join(", ")
    ));
    page.line(match action.closes {
        0 => "closes none yet, but brings them nearer".to_owned(),
        closes => {
            format!(
                "closes {closes} (together with the actions above: {} of {} open requirements)",
                action.closed, plan.open
            )
        }
    });
    page.line(action.remedy.as_str());
    if let Some(command) = &action.command {
        page.line(format!("{AGAIN}{command}"));
    }
    let row = |one: &crate::compare::ActionFinding| {
        vec![
            Cell::code(one.resource.as_str()),
            Cell::from(format!("{} {}", one.account, one.region)),
            Cell::new(one.reason.as_str(), Look::Plain),
        ]
    };
    let heads = ["resource", "where", "why"];
    let caption = format!("Findings of {}", action.id);
    page.table(&caption, &heads, action.examples.iter().map(row).collect(), usize::MAX);
    if action.findings > action.examples.len() && !action.examples.is_empty() {
        page.line(format!("and {} more", action.findings - action.examples.len()));
    }
}

fn open_for(since: Since) -> String {
    format!("open for {} days, since {}", since.age.of_days(since.days), since.time.format("%Y-%m-%d"))
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn csv(plan: &ActionPlan) -> miette::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = [
        "kind",
        "id",
        "title",
        "severity",
        "owner",
        "since",
        "days",
        "findings",
        "requirements",
        "closes",
        "closed",
        "remedy",
        "command",
    ];
    writer.write_record(heads).into_diagnostic()?;
    for action in &plan.actions {
        let waiting: Vec<String> =
            action.requirements.iter().map(|one| format!("{}/{}", one.framework, one.id)).collect();
        let cells = [
            action.kind.words().to_owned(),
            action.id.clone(),
            action.title.clone(),
            action.severity.map(|severity| severity.words().to_owned()).unwrap_or_default(),
            action.owner.clone(),
            action.since.map(|since| since.time.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            action.since.map(|since| since.days.to_string()).unwrap_or_default(),
            action.findings.to_string(),
            waiting.join(" "),
            action.closes.to_string(),
            action.closed.to_string(),
            action.remedy.clone(),
            action.command.clone().unwrap_or_default(),
        ];
        writer.write_record(cells.iter().map(|cell| harmless(cell))).into_diagnostic()?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error).into_diagnostic()
}
