//! Charts over time as shapes: where each column, line and label stands. The numbers stand in a table beside it too.

use serde::Serialize;

use super::Text;
use super::text::{anchor, number};
use crate::document::{Chart, Counted, Series, Shaped};
use crate::model::{Severity, Status};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 36.0;
/// Room for the names at the ends of lines.
const NAMES: f64 = 150.0;
/// Two names closer than this would lie on each other.
const NAME_STEP: f64 = 15.0;
/// Room for the right half of the last date.
const DATE: f64 = 36.0;
/// Dates below the axis; more would run into each other.
const DATES: usize = 8;
const WIDEST_COLUMN: f64 = 46.0;
/// Marks on lines are drawn where there is room for them.
const MARKED: usize = 40;

/// A chart, ready to be drawn.
#[derive(Debug, Serialize)]
pub(crate) struct Plot {
    id: String,
    title: Text,
    description: Text,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    ground: f64,
    shape: &'static str,
    ticks: Vec<Tick>,
    dates: Vec<Mark>,
    columns: Vec<Segment>,
    lines: Vec<PlotLine>,
    legend: Vec<Legend>,
    heads: Vec<Text>,
    rows: Vec<Vec<Text>>,
}

#[derive(Debug, Serialize)]
struct Tick {
    y: f64,
    label: String,
}

#[derive(Debug, Serialize)]
struct Mark {
    x: f64,
    y: f64,
    text: Text,
}

/// A part of a column.
#[derive(Debug, Serialize)]
struct Segment {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    class: &'static str,
    text: Text,
}

#[derive(Debug, Serialize)]
struct PlotLine {
    class: &'static str,
    points: String,
    marks: Vec<Mark>,
    name: Mark,
}

#[derive(Debug, Serialize)]
struct Legend {
    class: &'static str,
    name: Text,
}

impl Plot {
    pub(crate) fn new(chart: &Chart, index: usize) -> Self {
        let frame = Frame::new(chart);
        let (columns, lines) = match chart.shape {
            Shaped::Stack => (frame.columns(chart), Vec::new()),
            Shaped::Lines => (Vec::new(), frame.lines(chart)),
        };
        Self {
            id: anchor("chart", &(index + 1).to_string()),
            title: Text::prose(&chart.title),
            description: Text::prose(&chart.description),
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: round(frame.right),
            ground: HEIGHT - BOTTOM,
            shape: match chart.shape {
                Shaped::Stack => "stack",
                Shaped::Lines => "lines",
            },
            ticks: frame.ticks(),
            dates: frame.dates(chart),
            columns,
            lines,
            legend: chart
                .series
                .iter()
                .map(|one| Legend { class: class(one.counts), name: Text::name(one.counts.words()) })
                .collect(),
            heads: chart.series.iter().map(|one| Text::name(one.counts.words())).collect(),
            rows: rows(chart),
        }
    }
}

/// The class of `style.css` that colors a series, as badges have it.
pub(super) fn class(counts: Counted) -> &'static str {
    match counts {
        Counted::Requirements(Status::Satisfied) => "pass",
        Counted::Requirements(Status::AwaitingEvidence) => "awaiting",
        Counted::Requirements(Status::Undetermined) => "undetermined",
        Counted::Requirements(Status::Gap) => "fail",
        Counted::Requirements(Status::NotApplicable) => "na",
        Counted::Findings(Severity::Critical) => "critical",
        Counted::Findings(Severity::High) => "high",
        Counted::Findings(Severity::Medium) => "medium",
        Counted::Findings(Severity::Low) => "low",
        Counted::New => "new",
        Counted::Fixed => "fixed",
    }
}

/// A row of numbers a date.
fn rows(chart: &Chart) -> Vec<Vec<Text>> {
    let row = |(index, date): (usize, &String)| {
        let values = chart.series.iter().map(|one| Text::name(&number(value(one, index))));
        std::iter::once(Text::name(date)).chain(values).collect()
    };
    chart.points.iter().enumerate().map(row).collect()
}

fn value(series: &Series, index: usize) -> usize {
    series.values.get(index).copied().unwrap_or_default()
}

/// Tenths are enough for a screen, and keep the file small.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Where the axes lie.
struct Frame {
    right: f64,
    /// The distance between two points.
    step: f64,
    /// The value at the top.
    most: f64,
    /// The distance between two ticks.
    tick: f64,
}

impl Frame {
    fn new(chart: &Chart) -> Self {
        let right = match chart.shape {
            Shaped::Stack => WIDTH - DATE,
            Shaped::Lines => WIDTH - NAMES,
        };
        let at = |index: usize| chart.series.iter().map(move |one| value(one, index));
        let highest = |index: usize| match chart.shape {
            Shaped::Stack => at(index).sum::<usize>(),
            Shaped::Lines => at(index).max().unwrap_or_default(),
        };
        let most = (0..chart.points.len()).map(highest).max().unwrap_or_default().max(1);
        let tick = nice(most);
        let most = tick * (most as f64 / tick).ceil();
        Self { right, step: (right - LEFT) / chart.points.len().max(1) as f64, most, tick }
    }

    fn x(&self, index: usize) -> f64 {
        LEFT + self.step * (index as f64 + 0.5)
    }

    fn y(&self, value: f64) -> f64 {
        let room = HEIGHT - BOTTOM - TOP;
        HEIGHT - BOTTOM - room * value / self.most
    }

    fn ticks(&self) -> Vec<Tick> {
        let count = (self.most / self.tick).round() as usize;
        let tick = |index: usize| {
            let value = self.tick * index as f64;
            Tick { y: round(self.y(value)), label: number(value as usize) }
        };
        (0..=count).map(tick).collect()
    }

    /// Every so-manieth date, and the last.
    fn dates(&self, chart: &Chart) -> Vec<Mark> {
        let every = chart.points.len().div_ceil(DATES).max(1);
        let last = chart.points.len().saturating_sub(1);
        let shown = |index: &usize| *index == last || (index.is_multiple_of(every) && last - index >= every);
        let mark = |index: usize| {
            let text = Text::name(chart.points.get(index).map_or("", String::as_str));
            Mark { x: round(self.x(index)), y: HEIGHT - BOTTOM + 20.0, text }
        };
        (0..chart.points.len()).filter(shown).map(mark).collect()
    }

    fn columns(&self, chart: &Chart) -> Vec<Segment> {
        let width = (self.step * 0.72).min(WIDEST_COLUMN);
        let mut segments = Vec::new();
        for (index, date) in chart.points.iter().enumerate() {
            let mut below = 0;
            for series in chart.series.iter().filter(|one| value(one, index) > 0) {
                let count = value(series, index);
                let (top, bottom) = (self.y((below + count) as f64), self.y(below as f64));
                segments.push(Segment {
                    x: round(self.x(index) - width / 2.0),
                    y: round(top),
                    width: round(width),
                    height: round(bottom - top),
                    class: class(series.counts),
                    text: Text::name(&format!("{date}: {} {}", number(count), series.counts.words())),
                });
                below += count;
            }
        }
        segments
    }

    fn lines(&self, chart: &Chart) -> Vec<PlotLine> {
        let ends: Vec<f64> =
            chart.series.iter().map(|one| self.y(one.values.last().copied().unwrap_or_default() as f64)).collect();
        let names = apart(&ends);
        let line = |(series, name): (&Series, f64)| {
            let place = |index: usize| (round(self.x(index)), round(self.y(value(series, index) as f64)));
            let all = (0..chart.points.len()).map(place);
            let points = all.map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
            let mark = |(index, date): (usize, &String)| {
                let (x, y) = place(index);
                let text = Text::name(&format!("{date}: {} {}", number(value(series, index)), series.counts.words()));
                Mark { x, y, text }
            };
            let marks = match chart.points.len() <= MARKED {
                true => chart.points.iter().enumerate().map(mark).collect(),
                false => Vec::new(),
            };
            let last = series.values.last().copied().unwrap_or_default();
            let text = Text::name(&format!("{} {}", series.counts.words(), number(last)));
            let x = round(self.x(chart.points.len().saturating_sub(1)) + 12.0);
            PlotLine { class: class(series.counts), points, marks, name: Mark { x, y: round(name + 4.0), text } }
        };
        chart.series.iter().zip(names).map(line).collect()
    }
}

/// A step of one, two or five times a power of ten that makes at most five ticks of a number.
fn nice(most: usize) -> f64 {
    let mut step = 1;
    loop {
        for times in [1, 2, 5] {
            if most <= step * times * 5 {
                return (step * times) as f64;
            }
        }
        step *= 10;
    }
}

/// Moves places apart that lie too close, and none below the axis.
fn apart(places: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places.get(*b).partial_cmp(&places.get(*a)).unwrap_or(std::cmp::Ordering::Equal));
    let mut moved = places.to_vec();
    let mut lowest = HEIGHT - BOTTOM;
    // From the lowest one up: what has no room moves up.
    for index in order {
        if let Some(place) = moved.get_mut(index) {
            *place = place.min(lowest);
            lowest = *place - NAME_STEP;
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::{apart, nice};

    #[test]
    fn ticks_are_round_and_few() {
        for (most, step) in [(1, 1.0), (5, 1.0), (6, 2.0), (61, 20.0), (123, 50.0), (1_001, 500.0), (10_000, 2_000.0)] {
            assert_eq!(nice(most), step, "{most}");
        }
    }

    #[test]
    fn names_at_the_ends_of_lines_never_lie_on_each_other() {
        let moved = apart(&[214.0, 214.0, 100.0, 210.0]);
        let mut sorted = moved.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|two| two[1] - two[0] >= 15.0), "{moved:?}");
        assert_eq!(moved[2], 100.0, "what has room stays");
    }
}
