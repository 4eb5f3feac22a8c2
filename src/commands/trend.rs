//! `trend`: readiness over all snapshots.

use std::collections::{BTreeMap, BTreeSet};

use miette::{IntoDiagnostic as _, miette};

use super::context::{Context, vault_fault};
use super::diff::age;
use super::document::{self, rows_shown};
use super::exit::Exit;
use super::history::{History, Judge};
use super::sides;
use crate::cli::Format;
use crate::compare;
use crate::model::{
    Catalog, Cell, Chart, Document, FrameworkId, FrameworkTotals, Judged, Keeping, Look, Point, Series, Shaped,
    Steadiness, Trend, harmless,
};

/// Weeks without a snapshot that are named of a period.
const WEEKS: usize = 6;
/// The oldest open findings that are shown.
const OLDEST: usize = 15;

/// Statuses as totals name them, as people read them, and the class that colors them; from the ground up.
const STATUSES: [(&str, &str, &str); 5] = [
    ("satisfied", "satisfied", "pass"),
    ("awaiting-evidence", "awaiting evidence", "awaiting"),
    ("undetermined", "undetermined", "undetermined"),
    ("gap", "gap", "fail"),
    ("not-applicable", "not applicable", "na"),
];
const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];
const OWNERS: [&str; 3] = ["inherited", "shared", "customer"];

pub(super) fn run(context: &mut Context<'_>) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let order = context.settings(&catalog)?.frameworks;
    let trend = trend(&catalog, context)?;
    match context.common.format {
        Format::Json => context.print_json(&trend)?,
        Format::Csv => context.print(&csv(&trend)?)?,
        _ => document::print(&page(&trend, &catalog, &order, context), context)?,
    }
    Ok(Exit::Ok)
}

/// The vault's history as a document.
pub(super) fn dashboard(context: &Context<'_>) -> miette::Result<Document> {
    let catalog = context.catalog()?;
    let order = context.settings(&catalog)?.frameworks;
    Ok(page(&trend(&catalog, context)?, &catalog, &order, context))
}

/// The vault's history.
pub(super) fn trend(catalog: &Catalog, context: &Context<'_>) -> miette::Result<Trend> {
    let settings = context.settings(catalog)?;
    let vault = context.open_vault()?;
    let chain = sides::chain(&vault)?;
    let attested = vault.attestations().map_err(vault_fault)?;
    let judge = Judge { catalog, settings: &settings, vault: &vault, log: &attested.log, chain: &chain };
    let History { entries, yardstick } = judge.history(context)?;
    let entries: Vec<_> = entries.iter().map(|(judgement, keeping)| (judgement, *keeping)).collect();
    let organization = chain.organization().unwrap_or(&settings.organization);
    compare::trend(organization, &entries, yardstick, settings.period, context.now).ok_or_else(|| {
        miette!(
            help = "collect evidence first: `auditpack collect`",
            "the vault `{}` holds no snapshot yet",
            vault.root().display()
        )
    })
}

/// The dashboard: what is short first, then the pictures with their tables.
fn page(trend: &Trend, catalog: &Catalog, order: &[FrameworkId], context: &Context<'_>) -> Document {
    let shown = rows_shown(context);
    let mut page = Document::new(format!("Readiness of {}", trend.organization), facts(trend));
    for coverage in trend.periods.iter().rev() {
        page.line(format!("{} to {}: {}", coverage.period.start, coverage.period.end, coverage.words()));
    }
    if let Some(then) = pruned(trend) {
        page.alarm(then);
    }
    if let Some(line) = steps(trend) {
        page.alarm(line);
    }
    for id in frameworks(trend, order) {
        let title = catalog.frameworks.get(id).map_or(id.as_str(), |framework| framework.title.as_str());
        page.heading(title);
        page.blocks.push(crate::model::Block::Chart(statuses(trend, id, title)));
        // Beside a chart its own table says the same.
        let rows = if context.common.format == Format::Html { 0 } else { trend.points.len() };
        page.table(
            "Requirements by status, a snapshot a line",
            &["snapshot", "satisfied", "awaiting evidence", "undetermined", "gap", "not applicable", "of"],
            trend.points.iter().take(rows).filter_map(|point| status_row(point, id)).collect(),
            shown,
        );
        page.table(
            "Satisfied, by who is responsible",
            &["snapshot", "inherited", "of", "shared", "of", "customer", "of"],
            trend.points.iter().filter_map(|point| owner_row(point, id)).collect(),
            shown,
        );
    }
    failing(trend, &mut page, shown);
    fixing(trend, &mut page, shown);
    oldest(trend, &mut page, shown.min(OLDEST.max(shown / 20)));
    freshness(trend, &mut page, shown);
    page
}

fn facts(trend: &Trend) -> Vec<String> {
    let first = trend.points.first().map_or(trend.now, |point| point.time);
    let snapshots = trend.points.len();
    vec![
        format!(
            "{snapshots} {} from {} to {}",
            if snapshots == 1 { "snapshot" } else { "snapshots" },
            first.format("%Y-%m-%d"),
            trend.freshness.newest.format("%Y-%m-%d")
        ),
        format!("newest evidence: {} old on {}", days(trend.freshness.days), trend.now.format("%Y-%m-%d")),
        "all judged by today's mappings and settings, each for its own period and with the documents of its time"
            .to_owned(),
    ]
}

/// "1 day", "12 days".
fn days(days: i64) -> String {
    format!("{days} {}", if days == 1 { "day" } else { "days" })
}

fn pruned(trend: &Trend) -> Option<String> {
    let then = trend.points.iter().filter(|point| point.judged == Judged::Then).count();
    (then > 0).then(|| {
        format!(
            "{then} of {} snapshots are shown as they were judged before their evidence was pruned, by the mappings and \
             settings of that time: steps beside them may come from these.",
            trend.points.len()
        )
    })
}

/// Where what was collected by changed: the steps there may come from it.
fn steps(trend: &Trend) -> Option<String> {
    let changed = |point: &&Point| point.definitions == Steadiness::Changed;
    let dates: Vec<String> =
        trend.points.iter().filter(changed).map(|point| point.time.format("%Y-%m-%d").to_string()).collect();
    (!dates.is_empty()).then(|| {
        let (shown, more) = dates.split_at(dates.len().min(6));
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        format!(
            "Mappings or settings changed before {}{more}: what was asked there may differ (`auditpack diff` tells these \
             changes from the estate's).",
            shown.join(", ")
        )
    })
}

/// The frameworks that any point has: those of the settings in their order, then what only older points have.
pub(super) fn frameworks<'a>(trend: &'a Trend, order: &'a [FrameworkId]) -> Vec<&'a FrameworkId> {
    let known: BTreeSet<&FrameworkId> = trend.points.iter().flat_map(|point| point.frameworks.keys()).collect();
    let first = order.iter().filter(|id| known.contains(id));
    first.chain(known.iter().copied().filter(|id| !order.contains(id))).collect()
}

fn date(point: &Point) -> String {
    point.time.format("%Y-%m-%d").to_string()
}

fn count(counts: &BTreeMap<String, usize>, key: &str) -> usize {
    counts.get(key).copied().unwrap_or_default()
}

fn status_row(point: &Point, id: &FrameworkId) -> Option<Vec<Cell>> {
    let totals = point.frameworks.get(id)?;
    let mut row = vec![name(point)];
    row.extend(STATUSES.iter().map(|(key, ..)| Cell::number(count(&totals.status, key))));
    row.push(Cell::number(totals.requirements));
    Some(row)
}

fn owner_row(point: &Point, id: &FrameworkId) -> Option<Vec<Cell>> {
    let totals = point.frameworks.get(id)?;
    let mut row = vec![name(point)];
    for owner in OWNERS {
        let counts = totals.responsibility.get(owner);
        row.push(Cell::number(counts.map_or(0, |counts| count(counts, "satisfied"))));
        row.push(Cell::number(counts.map_or(0, |counts| counts.values().sum::<usize>())));
    }
    Some(row)
}

/// A snapshot's date, and what its reader must know of it.
fn name(point: &Point) -> Cell {
    let mark = match (point.evidence, point.judged) {
        (Keeping::Manifest, _) => " (pruned)",
        (Keeping::Whole, Judged::Then) => " (judged then)",
        (Keeping::Whole, Judged::Today) => "",
    };
    Cell::from(format!("{} {}{mark}", date(point), point.snapshot.short()))
}

/// The chart of a framework's requirements.
pub(super) fn statuses(trend: &Trend, id: &FrameworkId, title: &str) -> Chart {
    let of = |point: &Point, key: &str| {
        point.frameworks.get(id).map_or(0, |totals: &FrameworkTotals| count(&totals.status, key))
    };
    let series = |(key, name, class): &(&str, &str, &'static str)| Series {
        name: (*name).to_owned(),
        class,
        values: trend.points.iter().map(|point| of(point, key)).collect(),
    };
    let last = trend.points.last();
    let satisfied = |point: Option<&Point>| point.map_or(0, |point| of(point, "satisfied"));
    let all = last.and_then(|point| point.frameworks.get(id)).map_or(0, |totals| totals.requirements);
    Chart {
        title: format!("{title}: requirements by status"),
        description: format!(
            "A column a snapshot. Satisfied: {} in the first, {} of {all} in the last.",
            satisfied(trend.points.first()),
            satisfied(last)
        ),
        shape: Shaped::Stack,
        points: trend.points.iter().map(date).collect(),
        series: STATUSES.iter().map(series).collect(),
    }
}

/// The chart of failing findings.
pub(super) fn severities(trend: &Trend) -> Chart {
    let series = |severity: &&'static str| Series {
        name: (*severity).to_owned(),
        class: severity,
        values: trend.points.iter().map(|point| count(&point.failing, severity)).collect(),
    };
    let sum = |point: Option<&Point>| point.map_or(0, |point| point.failing.values().sum::<usize>());
    Chart {
        title: "Failing findings by severity".to_owned(),
        description: format!(
            "A line a severity. Failing findings: {} in the first snapshot, {} in the last.",
            sum(trend.points.first()),
            sum(trend.points.last())
        ),
        shape: Shaped::Lines,
        points: trend.points.iter().map(date).collect(),
        series: SEVERITIES.iter().map(series).collect(),
    }
}

fn failing(trend: &Trend, page: &mut Document, shown: usize) {
    page.heading("Failing findings");
    page.blocks.push(crate::model::Block::Chart(severities(trend)));
    let row = |point: &Point| {
        let mut row = vec![name(point)];
        row.extend(SEVERITIES.iter().map(|severity| Cell::number(count(&point.failing, severity))));
        row.extend([Cell::number(point.new), Cell::number(point.fixed), Cell::number(point.gaps)]);
        row
    };
    let heads = ["snapshot", "critical", "high", "medium", "low", "new", "fixed", "answers missing"];
    page.table("Failing findings, a snapshot a line", &heads, trend.points.iter().map(row).collect(), shown);
    if trend.points.len() > 1 {
        let values = |of: fn(&Point) -> usize| trend.points.iter().map(of).collect();
        page.blocks.push(crate::model::Block::Chart(Chart {
            title: "Findings that came and that were fixed".to_owned(),
            description: "What each snapshot shows that the one before it did not.".to_owned(),
            shape: Shaped::Lines,
            points: trend.points.iter().map(date).collect(),
            series: vec![
                Series { name: "new".to_owned(), class: "new", values: values(|point| point.new) },
                Series { name: "fixed".to_owned(), class: "fixed", values: values(|point| point.fixed) },
            ],
        }));
    }
}

fn fixing(trend: &Trend, page: &mut Document, shown: usize) {
    page.heading("Time to fix");
    page.line(
        "From the first snapshot that shows a finding to the first that shows it fixed, so no finer than snapshots are \
         apart. Findings of the first snapshot have no known beginning and are not in the mean.",
    );
    let row = |severity: &&str| {
        let times = trend.fixes.get(*severity).copied().unwrap_or_default();
        vec![
            Cell::from(*severity),
            Cell::number(times.fixed),
            times.mean_days.map_or_else(|| Cell::new("-", Look::Number), |mean| Cell::number(format!("{mean:.1}"))),
            Cell::number(times.measured),
            Cell::number(times.open),
            times.oldest_days.map_or_else(|| Cell::new("-", Look::Number), Cell::number),
        ]
    };
    let heads = ["severity", "fixed", "mean days", "measured", "still open", "oldest, days"];
    page.table("Time to fix by severity", &heads, SEVERITIES.iter().map(row).collect(), shown);
}

fn oldest(trend: &Trend, page: &mut Document, shown: usize) {
    page.heading(format!("Oldest open findings ({} open)", trend.open.len()));
    let row = |one: &crate::model::OpenFinding| {
        let unseen = if one.seen < trend.freshness.newest {
            format!("last seen {}", one.seen.format("%Y-%m-%d"))
        } else {
            String::new()
        };
        vec![
            Cell::new(age(one.days, one.age), Look::Number),
            Cell::from(one.severity.words()),
            Cell::code(one.check.as_str()),
            Cell::code(one.resource.as_str()),
            Cell::from(format!("{} {}", one.account, one.region)),
            Cell::from(unseen),
        ]
    };
    let heads = ["days", "severity", "check", "resource", "where", "sight"];
    page.table("Oldest first; a + means that it may be older", &heads, trend.open.iter().map(row).collect(), shown);
}

fn freshness(trend: &Trend, page: &mut Document, shown: usize) {
    page.heading("Freshness of the evidence");
    let freshness = &trend.freshness;
    page.line(format!(
        "The newest snapshot is {} old; {} of {} sources were read whole.",
        days(freshness.days),
        freshness.sources - freshness.stale.len(),
        freshness.sources
    ));
    let row = |one: &crate::model::StaleSource| {
        let whole = one.whole.map_or_else(|| "never".to_owned(), |time| time.format("%Y-%m-%d").to_string());
        vec![Cell::code(one.source.as_str()), Cell::new(one.sight.words(), Look::Undetermined), Cell::from(whole)]
    };
    let heads = ["source", "newest snapshot", "last read whole"];
    page.table(
        "Sources that the newest snapshot does not show whole",
        &heads,
        freshness.stale.iter().map(row).collect(),
        shown,
    );
    for coverage in trend.periods.iter().rev().filter(|coverage| !coverage.missing.is_empty()) {
        let (named, more) = coverage.missing.split_at(coverage.missing.len().min(WEEKS));
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        page.line(format!(
            "{} to {}: no snapshot in the weeks that begin {}{more}",
            coverage.period.start,
            coverage.period.end,
            named.join(", ")
        ));
    }
}

/// A line for each snapshot, framework and responsibility; and the counts of findings on each.
fn csv(trend: &Trend) -> miette::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut heads = vec!["time", "snapshot", "period_start", "period_end", "judged", "framework", "responsibility"];
    heads.extend(STATUSES.iter().map(|(key, ..)| *key));
    heads.push("requirements");
    heads.extend(["failing_critical", "failing_high", "failing_medium", "failing_low", "new", "fixed", "gaps"]);
    writer.write_record(&heads).into_diagnostic()?;
    for point in &trend.points {
        for (id, totals) in &point.frameworks {
            for owner in OWNERS {
                let none = BTreeMap::new();
                let counts = totals.responsibility.get(owner).unwrap_or(&none);
                let judged = if point.judged == Judged::Today { "today" } else { "then" };
                let mut cells = vec![
                    point.time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                    point.snapshot.to_string(),
                    point.period.start.to_string(),
                    point.period.end.to_string(),
                    judged.to_owned(),
                    id.to_string(),
                    owner.to_owned(),
                ];
                cells.extend(STATUSES.iter().map(|(key, ..)| count(counts, key).to_string()));
                cells.push(counts.values().sum::<usize>().to_string());
                cells.extend(SEVERITIES.iter().map(|severity| count(&point.failing, severity).to_string()));
                cells.extend([point.new, point.fixed, point.gaps].map(|count| count.to_string()));
                writer.write_record(cells.iter().map(|cell| harmless(cell))).into_diagnostic()?;
            }
        }
    }
    writer.into_inner().map_err(|error| miette!("{}", error.error()))
}
