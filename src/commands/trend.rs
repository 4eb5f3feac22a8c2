//! `trend`: readiness over all snapshots.

use miette::IntoDiagnostic as _;

use super::context::Context;
use super::document::{self, rows_shown};
use super::exit::Exit;
use crate::case::{Timeline, Yardstick};
use crate::cli::Format;
use crate::document::{
    Block, Cell, Chart, Counted, Document, Look, STACKED_STATUSES, Series, Shaped, judged_otherwise, severity_chart,
    status_chart, steps, weeks_without,
};
use crate::model::{FixTimes, FrameworkId, Judged, Keeping, Point, Severity, Status, Trend, Words as _, harmless};
use crate::vault::VaultError;

/// The oldest open findings that are shown.
const OLDEST: usize = 15;

pub(super) fn run(context: &mut Context<'_>) -> miette::Result<Exit> {
    let yardstick = context.yardstick()?;
    let trend = trend(&yardstick, context)?;
    match context.options.format {
        Format::Json => context.print_json(&trend)?,
        Format::Csv => context.print(&csv(&trend)?)?,
        _ => document::print(&page(&trend, &yardstick, context), context)?,
    }
    Ok(Exit::Ok)
}

/// The vault's history as a document.
pub(super) fn dashboard(context: &Context<'_>) -> miette::Result<Document> {
    let yardstick = context.yardstick()?;
    Ok(page(&trend(&yardstick, context)?, &yardstick, context))
}

/// The vault's history.
pub(super) fn trend(yardstick: &Yardstick, context: &Context<'_>) -> miette::Result<Trend> {
    let timeline = Timeline::open(&context.open_vault()?, yardstick)?;
    let history = timeline.history()?;
    context.notes(&history.notes);
    let settings = &yardstick.settings;
    let organization = timeline.organization().unwrap_or(&settings.organization);
    let trend = history.trend(organization, settings.period, context.now);
    Ok(trend.ok_or_else(|| VaultError::Empty(context.options.vault.clone()))?)
}

/// The dashboard: what is short first, then the pictures with their tables.
fn page(trend: &Trend, yardstick: &Yardstick, context: &Context<'_>) -> Document {
    let Yardstick { catalog, settings, .. } = yardstick;
    let shown = rows_shown(context);
    let mut page = Document::new(format!("Readiness of {}", trend.organization), facts(trend));
    for coverage in trend.periods.iter().rev() {
        page.line(format!("{} to {}: {}", coverage.period.start, coverage.period.end, coverage.words()));
    }
    if let Some(then) = judged_otherwise(trend) {
        page.alarm(then);
    }
    if let Some(line) = steps(trend) {
        page.alarm(line);
    }
    failing(trend, &mut page, shown);
    for id in trend.frameworks(&settings.frameworks) {
        let title = catalog.frameworks.get(id).map_or(id.as_str(), |framework| framework.title.as_str());
        page.heading(title);
        page.blocks.push(Block::Chart(status_chart(trend, id, title)));
        // Beside a chart its own table says the same.
        let rows = if context.options.format == Format::Html { 0 } else { trend.points.len() };
        page.table(
            "Requirements by status, a snapshot a line",
            &["snapshot", "satisfied", "awaiting evidence", "undetermined", "not met", "not applicable", "of"],
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

fn status_row(point: &Point, id: &FrameworkId) -> Option<Vec<Cell>> {
    let totals = point.frameworks.get(id)?;
    let mut row = vec![name(point)];
    row.extend(STACKED_STATUSES.iter().map(|status| Cell::number(totals.status.of(*status))));
    row.push(Cell::number(totals.requirements));
    Some(row)
}

fn owner_row(point: &Point, id: &FrameworkId) -> Option<Vec<Cell>> {
    let totals = point.frameworks.get(id)?;
    let mut row = vec![name(point)];
    for (_, counts) in totals.responsibility.iter() {
        row.extend([Cell::number(counts.of(Status::Satisfied)), Cell::number(counts.sum())]);
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
    Cell::from(format!("{} {}{mark}", point.date(), point.snapshot.short()))
}

fn failing(trend: &Trend, page: &mut Document, shown: usize) {
    page.heading("Failing findings");
    page.blocks.push(Block::Chart(severity_chart(trend)));
    let row = |point: &Point| {
        let mut row = vec![name(point)];
        row.extend(Severity::ALL.iter().map(|severity| Cell::number(point.failing.of(*severity))));
        row.extend([Cell::number(point.new), Cell::number(point.fixed), Cell::number(point.gaps)]);
        row
    };
    let heads = ["snapshot", "critical", "high", "medium", "low", "new", "fixed", "answers missing"];
    page.table("Failing findings, a snapshot a line", &heads, trend.points.iter().map(row).collect(), shown);
    if trend.points.len() > 1 {
        let values = |of: fn(&Point) -> usize| trend.points.iter().map(of).collect();
        page.blocks.push(Block::Chart(Chart {
            title: "Findings that came and that were fixed".to_owned(),
            description: "What each snapshot shows that the one before it did not.".to_owned(),
            shape: Shaped::Lines,
            points: trend.points.iter().map(Point::date).collect(),
            series: vec![
                Series { counts: Counted::New, values: values(|point| point.new) },
                Series { counts: Counted::Fixed, values: values(|point| point.fixed) },
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
    let row = |(severity, times): (Severity, &FixTimes)| {
        vec![
            Cell::from(severity.words()),
            Cell::number(times.fixed),
            times.mean_days.map_or_else(|| Cell::new("-", Look::Number), |mean| Cell::number(format!("{mean:.1}"))),
            Cell::number(times.measured),
            Cell::number(times.open),
            times.oldest_days.map_or_else(|| Cell::new("-", Look::Number), Cell::number),
        ]
    };
    let heads = ["severity", "fixed", "mean days", "measured", "still open", "oldest, days"];
    page.table("Time to fix by severity", &heads, trend.fixes.iter().map(row).collect(), shown);
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
            Cell::new(one.age.of_days(one.days), Look::Number),
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
    for coverage in trend.periods.iter().rev() {
        if let Some(weeks) = weeks_without(coverage) {
            page.line(format!("{} to {}: {weeks}", coverage.period.start, coverage.period.end));
        }
    }
}

/// A line for each snapshot, framework and responsibility; and the counts of findings on each.
fn csv(trend: &Trend) -> miette::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut heads = vec!["time", "snapshot", "period_start", "period_end", "judged", "framework", "responsibility"];
    let statuses = STACKED_STATUSES.map(|status| status.words().replace(' ', "-"));
    heads.extend(statuses.iter().map(String::as_str));
    heads.push("requirements");
    heads.extend(["failing_critical", "failing_high", "failing_medium", "failing_low", "new", "fixed", "gaps"]);
    writer.write_record(&heads).into_diagnostic()?;
    for point in &trend.points {
        for (id, totals) in &point.frameworks {
            for (owner, counts) in totals.responsibility.iter() {
                let judged = if point.judged == Judged::Today { "today" } else { "then" };
                let mut cells = vec![
                    point.time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                    point.snapshot.to_string(),
                    point.period.start.to_string(),
                    point.period.end.to_string(),
                    judged.to_owned(),
                    id.to_string(),
                    owner.words().to_owned(),
                ];
                cells.extend(STACKED_STATUSES.iter().map(|status| counts.of(*status).to_string()));
                cells.push(counts.sum().to_string());
                cells.extend(Severity::ALL.iter().map(|severity| point.failing.of(*severity).to_string()));
                cells.extend([point.new, point.fixed, point.gaps].map(|count| count.to_string()));
                writer.write_record(cells.iter().map(|cell| harmless(cell))).into_diagnostic()?;
            }
        }
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error).into_diagnostic()
}
