//! What a report is made of, before anything has a place.

use std::rc::Rc;

use super::style::{Align, Color, Face, Tone};

/// A whole report.
#[derive(Debug)]
pub(super) struct Report {
    /// The running header's left side; the current first-level heading stands at its right.
    pub(super) header: String,
    /// The running footer's left side; the page number stands at its right.
    pub(super) footer: String,
    pub(super) blocks: Vec<Block>,
}

/// A block.
#[derive(Debug)]
pub(super) enum Block {
    Cover(Cover),
    Contents { title: String, depth: u8 },
    Heading(Heading),
    Paragraph(Paragraph),
    List(Vec<Item>),
    Table(Table),
    Chart(Chart),
    PageBreak,
}

impl Block {
    /// Whether it is a table in any dress.
    pub(super) fn is_table(&self) -> bool {
        matches!(self, Self::Table(_))
    }
}

/// The first page.
#[derive(Debug)]
pub(super) struct Cover {
    pub(super) kicker: String,
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) facts: Vec<(String, Paragraph)>,
    pub(super) notes: Vec<Paragraph>,
}

/// A heading of level 1 to 3; it goes to the outline, levels 1 and 2 to the contents too.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) id: Rc<str>,
    pub(super) runs: Vec<Run>,
}

impl Heading {
    pub(super) fn plain(&self) -> String {
        let text: String = self.runs.iter().filter(|run| run.badge.is_none()).map(|run| run.text.as_str()).collect();
        text.trim().to_owned()
    }
}

/// A list's item: its mark, then paragraphs.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) mark: String,
    pub(super) paragraphs: Vec<Paragraph>,
}

/// Text with inline marks.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    pub(super) runs: Vec<Run>,
    pub(super) kind: Kind,
}

/// What a paragraph is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Body,
    Lead,
    Small,
    Label,
    Pre,
}

/// Text of one look.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) face: Option<Face>,
    pub(super) color: Option<Color>,
    pub(super) link: Option<Rc<str>>,
    pub(super) badge: Option<Tone>,
}

/// Rows and columns; also cards, notes and halves, which differ in dress and in what a screen reader says of them.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) dress: Dress,
    pub(super) columns: Vec<Column>,
    pub(super) head: Option<Row>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Whether it stands for itself rather than for the block before it.
    pub(super) fn is_card(&self) -> bool {
        matches!(self.dress, Dress::Card(_) | Dress::Note(_))
    }
}

/// A table's dress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dress {
    /// Hair lines between rows.
    Rules,
    /// Every second row shaded.
    Zebra,
    /// Hair lines, small and close: many rows that are looked up and not read.
    Dense,
    /// Labels and values beside a bar of the tone.
    Card(Tone),
    /// A tinted box.
    Note(Tone),
    /// One box, or two side by side, each under a bar of its tone.
    Halves([Tone; 2]),
}

impl Dress {
    /// Whether it is a table to a screen reader.
    pub(super) fn is_table(self) -> bool {
        matches!(self, Self::Rules | Self::Zebra | Self::Dense)
    }
}

/// A column: its share of the width and how its cells stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) share: f32,
    pub(super) align: Align,
    pub(super) face: Face,
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: Option<Rc<str>>,
    pub(super) cells: Vec<Cell>,
    /// A row that heads the ones below it.
    pub(super) section: bool,
}

/// A cell.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) span: usize,
    pub(super) paragraphs: Vec<Paragraph>,
}

/// A chart: bars of parts, or a ring.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) ring: bool,
    pub(super) title: String,
    pub(super) alt: String,
    pub(super) bars: Vec<Bar>,
}

/// A bar, or the one ring.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) parts: Vec<BarPart>,
}

/// A part of a bar.
#[derive(Debug)]
pub(super) struct BarPart {
    pub(super) label: String,
    pub(super) tone: Tone,
    pub(super) value: f32,
}
