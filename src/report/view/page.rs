//! A result for people as a page of its own.

use serde::Serialize;

use super::Text;
use super::plot::Plot;
use super::text::anchor;
use crate::document::{Block, Cell, Document, Look};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    title: Text,
    facts: Vec<Text>,
    sections: Vec<Section>,
}

/// A heading and what stands below it.
#[derive(Debug, Default, Serialize)]
struct Section {
    anchor: String,
    heading: Text,
    parts: Vec<PageItem>,
}

/// A line, an alarm, a table or a chart: one of them.
#[derive(Debug, Default, Serialize)]
struct PageItem {
    kind: &'static str,
    text: Text,
    heads: Vec<Head>,
    rows: Vec<Vec<Shown>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plot: Option<Plot>,
}

#[derive(Debug, Serialize)]
struct Head {
    text: Text,
    class: &'static str,
}

#[derive(Debug, Serialize)]
struct Shown {
    text: Text,
    /// `badge`, `code`, `number` or nothing.
    kind: &'static str,
    class: &'static str,
}

impl Page {
    pub(crate) fn new(document: &Document) -> Self {
        let mut sections = vec![Section::default()];
        let mut charts = 0;
        for block in &document.blocks {
            if let Block::Heading(heading) = block {
                let anchor = anchor("section", &sections.len().to_string());
                sections.push(Section { anchor, heading: Text::name(heading), parts: Vec::new() });
                continue;
            }
            if let Some(section) = sections.last_mut() {
                section.parts.push(part(block, &mut charts));
            }
        }
        sections.retain(|section| !section.parts.is_empty());
        Self {
            title: Text::name(&document.title),
            facts: document.facts.iter().map(|fact| Text::name(fact)).collect(),
            sections,
        }
    }
}

fn part(block: &Block, charts: &mut usize) -> PageItem {
    match block {
        Block::Heading(text) | Block::Line(text) => {
            PageItem { kind: "line", text: Text::name(text), ..PageItem::default() }
        }
        Block::Alarm(text) => PageItem { kind: "alarm", text: Text::name(text), ..PageItem::default() },
        Block::Chart(chart) => {
            *charts += 1;
            PageItem { kind: "chart", plot: Some(Plot::new(chart, *charts - 1)), ..PageItem::default() }
        }
        Block::Table(grid) => {
            let class = |index: usize| {
                let first = grid.rows.first().and_then(|row| row.get(index));
                if first.is_some_and(|cell| cell.look == Look::Number) { "number" } else { "" }
            };
            let head = |(index, head): (usize, &String)| Head { text: Text::name(head), class: class(index) };
            PageItem {
                kind: "table",
                text: Text::name(&grid.caption),
                heads: grid.heads.iter().enumerate().map(head).collect(),
                rows: grid.rows.iter().map(|row| row.iter().map(shown).collect()).collect(),
                plot: None,
            }
        }
    }
}

fn shown(cell: &Cell) -> Shown {
    let (kind, class) = match cell.look {
        Look::Plain => ("", ""),
        Look::Code => ("code", ""),
        Look::Number => ("number", ""),
        Look::Pass => ("badge", "pass"),
        Look::Fail => ("badge", "fail"),
        Look::Undetermined => ("badge", "undetermined"),
        Look::Awaiting => ("badge", "awaiting"),
        Look::Aside => ("badge", "na"),
    };
    Shown { text: Text::name(&cell.text), kind, class }
}
