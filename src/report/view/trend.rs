//! Readiness over time: the pack's own snapshot among those before it, as pictures, tables and words.

use serde::Serialize;

use super::plot::{Plot, class};
use super::summary::framework_title;
use super::text::{counted, number, period};
use super::{Badge, Link, Text};
use crate::document::{self, Chart};
use crate::model::{
    FixTimes, Judged, Keeping, OpenFinding, PeriodCoverage, Point, Severity, Sight, StaleSource, Trend, Verdict,
};
use crate::report::Input;

/// Bars of a chart in the PDF: as many as fit half a page with their table.
const BARS: usize = 7;
/// The oldest open findings that are shown.
const OLDEST: usize = 10;
/// Snapshots whose ids are listed, newest first; history.json has all.
const LISTED: usize = 104;

/// The section.
#[derive(Debug, Default, Serialize)]
pub(super) struct Section {
    /// Whether there is a history.
    known: bool,
    /// What is missing in it, or why there is none.
    note: Text,
    /// How many snapshots, from when to when.
    lead: Text,
    /// What the pack proves of it.
    proof: &'static str,
    /// What must be known to read the charts.
    alarms: Vec<Text>,
    /// How many weeks of each period have a snapshot.
    periods: Vec<Text>,
    frameworks: Vec<Drawn>,
    failing: Vec<Drawn>,
    fixes: Vec<FixRow>,
    open: Vec<OpenRow>,
    open_counted: String,
    open_more: String,
    fresh: String,
    stale: Vec<StaleRow>,
    snapshots: Vec<SnapshotRow>,
    snapshots_more: String,
}

/// A chart in both dresses: columns or lines for a screen, bars for paper.
#[derive(Debug, Serialize)]
struct Drawn {
    plot: Plot,
    title: Text,
    /// What it shows, for those who do not see it.
    alt: Text,
    heads: Vec<Text>,
    /// The newest snapshots, oldest first; `more` says that there are earlier ones.
    bars: Vec<Bar>,
    more: String,
}

/// A snapshot's bar, and its line of the table.
#[derive(Debug, Serialize)]
struct Bar {
    label: String,
    parts: Vec<Share>,
    total: usize,
}

#[derive(Debug, Serialize)]
struct Share {
    word: Text,
    class: &'static str,
    count: usize,
}

#[derive(Debug, Serialize)]
struct FixRow {
    severity: &'static str,
    fixed: usize,
    mean: String,
    measured: usize,
    open: usize,
    oldest: String,
}

#[derive(Debug, Serialize)]
struct OpenRow {
    days: String,
    severity: &'static str,
    check: Link,
    resource: Text,
    account: Text,
    region: Text,
    /// When it was seen last, if the pack's snapshot cannot see it.
    unseen: String,
}

#[derive(Debug, Serialize)]
struct StaleRow {
    source: Text,
    sight: Badge,
    whole: String,
}

#[derive(Debug, Serialize)]
struct SnapshotRow {
    date: String,
    id: String,
    period: String,
    failing: usize,
    new: usize,
    fixed: usize,
    gaps: usize,
    /// Where its evidence is.
    evidence: &'static str,
}

impl Section {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let note = Text::prose(input.trend_note);
        let Some(trend) = input.trend else { return Self { note, ..Self::default() } };
        let mut charts: Vec<Chart> = trend
            .frameworks(&input.settings.frameworks)
            .into_iter()
            .map(|id| document::status_chart(trend, id, framework_title(input, id).as_str()))
            .collect();
        charts.push(document::severity_chart(trend));
        let mut frameworks: Vec<Drawn> =
            charts.iter().enumerate().map(|(index, chart)| drawn(chart, index, trend)).collect();
        let failing = frameworks.split_off(frameworks.len().saturating_sub(1));
        let listed = trend.points.iter().rev().take(LISTED);
        Self {
            known: true,
            note,
            lead: lead(trend, input),
            proof: proof(trend),
            alarms: document::judged_otherwise(trend)
                .iter()
                .chain(&document::steps(trend))
                .map(|line| Text::prose(line))
                .collect(),
            periods: periods(trend),
            frameworks,
            failing,
            fixes: trend.fixes.iter().map(fix_row).collect(),
            open: trend.open.iter().take(OLDEST).map(|one| open_row(one, trend, input)).collect(),
            open_counted: counted(trend.open.len(), "open finding", "open findings"),
            open_more: more(trend.open.len(), OLDEST, "open finding", "open findings"),
            fresh: format!(
                "{} of {} sources were read whole in this pack's snapshot.",
                trend.freshness.sources.saturating_sub(trend.freshness.stale.len()),
                trend.freshness.sources
            ),
            stale: trend.freshness.stale.iter().map(stale_row).collect(),
            snapshots: listed.map(|point| snapshot_row(point, input)).collect(),
            snapshots_more: more(trend.points.len(), LISTED, "earlier snapshot", "earlier snapshots"),
        }
    }
}

fn more(all: usize, shown: usize, one: &str, many: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("And {} in history.json.", counted(more, &format!("more {one}"), &format!("more {many}"))),
    }
}

fn lead(trend: &Trend, input: &Input<'_>) -> Text {
    let newest = trend.freshness.newest.format("%Y-%m-%d");
    let said = match (trend.points.as_slice(), input.snapshot.previous) {
        ([_], None) => {
            format!("There is no earlier snapshot: that of {newest} is the first of its vault.")
        }
        ([_], Some(_)) => format!("No earlier snapshot than that of {newest} can be shown."),
        (points, _) => {
            let first = points.first().map(Point::date).unwrap_or_default();
            format!("{} from {first} to {newest}.", counted(points.len(), "snapshot", "snapshots"))
        }
    };
    let judged = match trend.points.iter().all(|point| point.judged == Judged::Today) {
        true => "They are all judged",
        false => "Those whose evidence is kept are judged",
    };
    let how = match trend.points.len() {
        1 => String::new(),
        _ => format!(
            " {judged} by the mappings and settings in this pack, each for its own period and with the \
             documents attested until the next one. Ages are counted to {newest}."
        ),
    };
    Text::prose(&format!("{said}{how}"))
}

fn proof(trend: &Trend) -> &'static str {
    match trend.points.len() {
        1 => "The one point is the assessment in this pack.",
        _ => {
            "What this pack can prove is its own snapshot, the last point. The earlier points rest on the earlier \
             snapshots listed below, whose evidence is not in this pack: whoever wants proof of them asks for their packs."
        }
    }
}

fn periods(trend: &Trend) -> Vec<Text> {
    let line = |coverage: &PeriodCoverage| {
        let without = document::weeks_without(coverage).map(|weeks| format!("; {weeks}")).unwrap_or_default();
        Text::prose(&format!("{}: {}{without}.", period(&coverage.period), coverage.words()))
    };
    trend.periods.iter().rev().map(line).collect()
}

fn drawn(chart: &Chart, index: usize, trend: &Trend) -> Drawn {
    let first = trend.points.len().saturating_sub(BARS);
    let bar = |(index, point): (usize, &Point)| {
        let count = |values: &[usize]| values.get(index).copied().unwrap_or_default();
        let parts: Vec<Share> = chart
            .series
            .iter()
            .map(|one| Share {
                word: Text::name(one.counts.words()),
                class: class(one.counts),
                count: count(&one.values),
            })
            .collect();
        let total = parts.iter().map(|part| part.count).sum();
        Bar { label: format!("{} {}", point.date(), point.snapshot.short()), parts, total }
    };
    let more = match first {
        0 => String::new(),
        _ => format!(
            "The newest {} of {} snapshots; history.json has all.",
            number(trend.points.len() - first),
            number(trend.points.len())
        ),
    };
    Drawn {
        plot: Plot::new(chart, index),
        title: Text::prose(&chart.title),
        alt: Text::prose(&format!(
            "{}, a bar a snapshot. {} The table below has the same numbers.",
            chart.title,
            chart.description.split_once(". ").map_or("", |(_, ends)| ends)
        )),
        heads: chart.series.iter().map(|one| Text::name(one.counts.words())).collect(),
        bars: trend.points.iter().enumerate().skip(first).map(bar).collect(),
        more,
    }
}

fn fix_row((severity, times): (Severity, &FixTimes)) -> FixRow {
    let FixTimes { fixed, mean_days, measured, open, oldest_days } = *times;
    FixRow {
        severity: severity.words(),
        fixed,
        mean: mean_days.map_or_else(|| "-".to_owned(), |mean| format!("{mean:.1}")),
        measured,
        open,
        oldest: oldest_days.map_or_else(|| "-".to_owned(), |oldest| oldest.to_string()),
    }
}

fn open_row(one: &OpenFinding, trend: &Trend, input: &Input<'_>) -> OpenRow {
    let listed = |verdict: Verdict| matches!(verdict, Verdict::Fail | Verdict::Undetermined);
    let shown = input.assessment.checks.iter().any(|check| check.id == one.check && listed(check.verdict));
    OpenRow {
        days: one.age.of_days(one.days),
        severity: one.severity.words(),
        check: match shown {
            true => Link::to_check(one.check.as_str()),
            false => Link::new(one.check.as_str(), "#findings".to_owned()),
        },
        resource: Text::name(&one.resource),
        account: Text::name(one.account.as_str()),
        region: Text::name(one.region.as_str()),
        unseen: match one.seen < trend.freshness.newest {
            true => format!("cannot be seen any more; seen last on {}", one.seen.format("%Y-%m-%d")),
            false => String::new(),
        },
    }
}

fn stale_row(one: &StaleSource) -> StaleRow {
    let class = if one.sight == Sight::None { "fail" } else { "undetermined" };
    StaleRow {
        source: Text::name(one.source.as_str()),
        sight: Badge::new(one.sight.words(), class),
        whole: one.whole.map_or_else(|| "never yet".to_owned(), |time| time.format("%Y-%m-%d").to_string()),
    }
}

fn snapshot_row(point: &Point, input: &Input<'_>) -> SnapshotRow {
    SnapshotRow {
        date: point.date(),
        id: point.snapshot.short(),
        period: period(&point.period),
        failing: point.failing.sum(),
        new: point.new,
        fixed: point.fixed,
        gaps: point.gaps,
        evidence: match (point.snapshot == input.id, point.evidence) {
            (true, _) => "in this pack",
            (false, Keeping::Whole) => "in the vault: ask for its pack",
            (false, Keeping::Manifest) => "pruned: ask for a pack made before",
        },
    }
}
