//! The template's elements as blocks. `templates/report.pdf.xml` shows each of them in use.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::PdfError;
use super::block::{
    Bar, BarPart, Block, Cell, Chart, Column, Cover, Dress, Heading, Item, Kind, Paragraph, Report, Row, Run, Table,
};
use super::inline::{paragraph, paragraphs, tone};
use super::shape::plain;
use super::style::{Align, Face, Tone};
use super::xml::{self, Element};

/// No printed table has more.
const MAX_COLUMNS: usize = 16;

/// Reads a report.
pub(super) fn read(source: &str) -> Result<Report, PdfError> {
    let source = xml::legal(source);
    let document = xml::parse(&source)?;
    let root = xml::root(&document)?;
    if root.name() != "report" {
        return Err(root.wrong(format!("the root is <{}>, not <report>", root.name())));
    }
    let mut ids = Ids::default();
    let mut blocks = Vec::new();
    for element in root.elements()? {
        blocks.push(block(element, &mut ids)?);
    }
    Ok(Report { header: plain(root.text("header"), false), footer: plain(root.text("footer"), false), blocks })
}

/// Places that links lead to: each once.
#[derive(Default)]
struct Ids {
    taken: BTreeSet<Rc<str>>,
    headings: usize,
}

impl Ids {
    fn take(&mut self, element: Element<'_>) -> Result<Option<Rc<str>>, PdfError> {
        let Some(id) = element.attribute("id") else { return Ok(None) };
        let id: Rc<str> = id.into();
        if !self.taken.insert(Rc::clone(&id)) {
            return Err(element.wrong(format!("the id `{id}` is taken twice")));
        }
        Ok(Some(id))
    }

    fn heading(&mut self, element: Element<'_>) -> Result<Rc<str>, PdfError> {
        self.headings += 1;
        let own = format!("\u{0}heading-{}", self.headings);
        Ok(self.take(element)?.unwrap_or_else(|| own.into()))
    }
}

fn block(element: Element<'_>, ids: &mut Ids) -> Result<Block, PdfError> {
    Ok(match element.name() {
        "cover" => Block::Cover(cover(element)?),
        "contents" => {
            let depth = if element.attribute("depth") == Some("1") { 1 } else { 2 };
            Block::Contents { title: element.text("title").to_owned(), depth }
        }
        "h1" => Block::Heading(heading(element, 1, ids)?),
        "h2" => Block::Heading(heading(element, 2, ids)?),
        "h3" => Block::Heading(heading(element, 3, ids)?),
        "p" | "pre" => Block::Paragraph(paragraph(element)?),
        "list" => Block::List(list(element)?),
        "table" => Block::Table(table(element, ids)?),
        "card" => Block::Table(card(element, ids)?),
        "note" => Block::Table(note(element)?),
        "halves" => Block::Table(halves(element)?),
        "chart" => Block::Chart(chart(element)?),
        "page-break" => Block::PageBreak,
        other => return Err(element.wrong(format!("<{other}> is not a block of a report"))),
    })
}

fn cover(element: Element<'_>) -> Result<Cover, PdfError> {
    let text = |name| plain(element.attribute(name).unwrap_or_default(), false);
    let mut cover = Cover {
        kicker: text("kicker"),
        title: text("title"),
        subtitle: text("subtitle"),
        facts: Vec::new(),
        notes: Vec::new(),
    };
    for child in element.elements()? {
        match child.name() {
            "fact" => cover.facts.push((plain(child.text("label"), false), paragraph(child)?)),
            "p" => cover.notes.push(paragraph(child)?),
            other => return Err(child.wrong(format!("<{other}> has no place in <cover>"))),
        }
    }
    Ok(cover)
}

fn heading(element: Element<'_>, level: u8, ids: &mut Ids) -> Result<Heading, PdfError> {
    Ok(Heading { level, id: ids.heading(element)?, runs: paragraph(element)?.runs })
}

fn list(element: Element<'_>) -> Result<Vec<Item>, PdfError> {
    let numbered = element.attribute("kind") == Some("numbers");
    let mut items = Vec::new();
    for (index, child) in element.elements()?.into_iter().enumerate() {
        if child.name() != "item" {
            return Err(child.wrong(format!("<{}> has no place in <list>", child.name())));
        }
        let mark = if numbered { format!("{}.", index + 1) } else { "•".to_owned() };
        items.push(Item { mark, paragraphs: paragraphs(child)? });
    }
    Ok(items)
}

fn table(element: Element<'_>, ids: &mut Ids) -> Result<Table, PdfError> {
    let shares = element.attribute("columns").ok_or_else(|| element.wrong("<table> needs `columns`, as in `3 2 1`"))?;
    let mut columns = Vec::new();
    for share in shares.split_whitespace() {
        let number: f32 = share.parse().map_err(|_| element.wrong(format!("`{share}` is not a share of the width")))?;
        if !(number > 0.0 && number.is_finite()) {
            return Err(element.wrong(format!("`{share}` is not a share of the width")));
        }
        columns.push(Column { share: number, align: Align::Left, face: Face::Regular });
    }
    if columns.is_empty() || columns.len() > MAX_COLUMNS {
        return Err(element.wrong(format!("a table has 1 to {MAX_COLUMNS} columns")));
    }
    for (column, word) in columns.iter_mut().zip(element.text("kinds").split_whitespace()) {
        match word {
            "text" => {}
            "number" => column.align = Align::Right,
            "center" => column.align = Align::Center,
            "code" => column.face = Face::Mono,
            other => return Err(element.wrong(format!("`{other}` is not text, number, center or code"))),
        }
    }
    let dress = match element.attribute("dress") {
        None => Dress::Rules,
        Some("zebra") => Dress::Zebra,
        Some("dense") => Dress::Dense,
        Some(other) => return Err(element.wrong(format!("`{other}` is not zebra or dense"))),
    };
    let mut table = Table { dress, columns, head: None, rows: Vec::new() };
    for child in element.elements()? {
        let row = row(child, &table.columns, ids)?;
        match child.name() {
            "head" => table.head = Some(row),
            _ => table.rows.push(row),
        }
    }
    Ok(table)
}

fn row(element: Element<'_>, columns: &[Column], ids: &mut Ids) -> Result<Row, PdfError> {
    let section = match element.name() {
        "section" => true,
        "row" | "head" => false,
        other => return Err(element.wrong(format!("<{other}> has no place in <table>"))),
    };
    let mut cells = Vec::new();
    let mut used = 0;
    for child in element.elements()? {
        if child.name() != "cell" {
            return Err(child.wrong(format!("<{}> has no place in <{}>", child.name(), element.name())));
        }
        let span =
            child.attribute("span").map_or(Ok(1), str::parse).map_err(|_| child.wrong("`span` is not a number"))?;
        let span: usize = span;
        if span == 0 || span > columns.len() - used {
            return Err(child.wrong(format!("the row has more cells than the table's {} columns", columns.len())));
        }
        used += span;
        cells.push(Cell { span, paragraphs: paragraphs(child)? });
    }
    while used < columns.len() {
        cells.push(Cell { span: 1, paragraphs: Vec::new() });
        used += 1;
    }
    Ok(Row { id: ids.take(element)?, cells, section })
}

fn whole(paragraphs: Vec<Paragraph>, span: usize) -> Row {
    Row { id: None, cells: vec![Cell { span, paragraphs }], section: false }
}

fn card(element: Element<'_>, ids: &mut Ids) -> Result<Table, PdfError> {
    let column = |share| Column { share, align: Align::Left, face: Face::Regular };
    let mut rows = Vec::new();
    for child in element.elements()? {
        match child.name() {
            "title" | "p" => {
                let mut title = paragraph(child)?;
                if child.name() == "title" {
                    title.runs.iter_mut().filter(|run| run.badge.is_none()).for_each(|run| {
                        run.face.get_or_insert(Face::Bold);
                    });
                }
                rows.push(whole(vec![title], 2));
            }
            "fact" => {
                let label = Run { text: plain(child.text("label"), false), ..Run::default() };
                let label = Paragraph { runs: vec![label], kind: Kind::Label };
                let cells =
                    vec![Cell { span: 1, paragraphs: vec![label] }, Cell { span: 1, paragraphs: paragraphs(child)? }];
                rows.push(Row { id: None, cells, section: false });
            }
            other => return Err(child.wrong(format!("<{other}> has no place in <card>"))),
        }
    }
    if let (Some(first), id) = (rows.first_mut(), ids.take(element)?) {
        first.id = id;
    }
    let dress = Dress::Card(tone(element, Tone::NotApplicable)?);
    Ok(Table { dress, columns: vec![column(1.0), column(4.6)], head: None, rows })
}

fn note(element: Element<'_>) -> Result<Table, PdfError> {
    let column = Column { share: 1.0, align: Align::Left, face: Face::Regular };
    let dress = Dress::Note(tone(element, Tone::Info)?);
    Ok(Table { dress, columns: vec![column], head: None, rows: vec![whole(paragraphs(element)?, 1)] })
}

fn halves(element: Element<'_>) -> Result<Table, PdfError> {
    let column = Column { share: 1.0, align: Align::Left, face: Face::Regular };
    let (mut cells, mut tones) = (Vec::new(), [Tone::Info; 2]);
    for (index, half) in element.elements()?.into_iter().enumerate() {
        if half.name() != "half" || index > 1 {
            return Err(half.wrong("<halves> holds one or two <half>"));
        }
        tones[index] = tone(half, Tone::Info)?;
        cells.push(Cell { span: 1, paragraphs: paragraphs(half)? });
    }
    let columns = vec![column; cells.len().max(1)];
    let rows = vec![Row { id: None, cells, section: false }];
    Ok(Table { dress: Dress::Halves(tones), columns, head: None, rows })
}

fn chart(element: Element<'_>) -> Result<Chart, PdfError> {
    let mut bars = Vec::new();
    for bar in element.elements()? {
        let mut parts = Vec::new();
        for part in bar.elements()? {
            let value: f32 = part.text("value").parse().unwrap_or(f32::NAN);
            if !(value.is_finite() && value >= 0.0) {
                return Err(part.wrong(format!("`{}` is not an amount", part.text("value"))));
            }
            parts.push(BarPart { label: plain(part.text("label"), false), tone: tone(part, Tone::Info)?, value });
        }
        bars.push(Bar { label: plain(bar.text("label"), false), parts });
    }
    let ring = element.attribute("kind") == Some("ring");
    let alt = element.attribute("alt").ok_or_else(|| element.wrong("<chart> needs `alt`, what it shows in words"))?;
    Ok(Chart { ring, title: plain(element.text("title"), false), alt: plain(alt, false), bars })
}
