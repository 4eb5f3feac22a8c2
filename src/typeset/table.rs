//! Tables, cards, notes and halves: rows that are not torn unless one is longer than a page.

use super::block::{Cell, Column, Dress, Kind, Row, Table};
use super::layout::Layout;
use super::page::{Item, Paint, Slab};
use super::style::{BODY_HEIGHT, Color, Face, HAIR, HEAD, Look, MARGIN, NAVY, RULE, SHADE, TEXT_WIDTH};
use super::tags::{NodeId, Role, Tags};
use super::text::{self, Line};

/// A table of no more rows is not torn if a page can hold it.
const SMALL: usize = 5;

/// Room inside a cell.
struct Pads {
    x: f32,
    y: f32,
    /// Between columns, belonging to none.
    gutter: f32,
    /// Left of the first column.
    indent: f32,
}

impl Pads {
    fn of(dress: Dress) -> Self {
        match dress {
            Dress::Rules | Dress::Zebra => Self { x: 4.6, y: 3.8, gutter: 0.0, indent: 0.0 },
            Dress::Dense => Self { x: 3.6, y: 1.9, gutter: 0.0, indent: 0.0 },
            Dress::Card(_) => Self { x: 6.0, y: 2.0, gutter: 0.0, indent: 6.0 },
            Dress::Note(_) => Self { x: 8.0, y: 7.0, gutter: 0.0, indent: 4.0 },
            Dress::Halves(_) => Self { x: 9.0, y: 8.0, gutter: 8.0, indent: 0.0 },
        }
    }
}

/// The height of the strips that tall halves are cut into, in points.
const STRIP: f32 = 150.0;

/// A cell whose lines are broken.
struct SetCell {
    x: f32,
    width: f32,
    lines: std::collections::VecDeque<Line>,
    node: Option<NodeId>,
}

/// What a row is in its table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Head,
    Section,
    Body { shaded: bool, first: bool, last: bool, keep: bool },
}

impl Layout<'_, '_, '_> {
    pub(super) fn table(&mut self, table: Table, leads_in: bool) {
        // A card is read with the table that follows it; tables among themselves are not.
        let leads_in = leads_in && table.is_card();
        let Table { dress, columns, head, rows } = table;
        let pads = Pads::of(dress);
        let edges = edges(&columns, &pads);
        let node = self.tags.add(Tags::ROOT, if dress.is_table() { Role::Table } else { Role::Group });
        let mut head_height = 0.0;
        if let Some(head) = head {
            head_height = self.row(head, dress, RowKind::Head, &columns, &edges, node, BODY_HEIGHT / 3.0);
        }
        // Tall halves flow over pages in strips without a seam; other rows are torn only when longer than a page.
        let room = if matches!(dress, Dress::Halves(_)) { STRIP } else { BODY_HEIGHT - head_height - 2.0 };
        let count = rows.len();
        let mut shaded = false;
        for (index, row) in rows.into_iter().enumerate() {
            let place = if row.section {
                shaded = false;
                RowKind::Section
            } else {
                // Neither the first row nor the last stands alone; a small table is whole.
                let inner = index + 1 < count && (count <= SMALL || index == 0 || index + 2 == count);
                let keep = inner || leads_in && index + 1 == count;
                RowKind::Body { shaded, first: index == 0, last: index + 1 == count, keep }
            };
            shaded = !shaded && place != RowKind::Section;
            self.row(row, dress, place, &columns, &edges, node, room);
        }
        if !leads_in {
            self.flow.end_head();
        }
        self.flow.space(10.0);
    }

    /// Sets a row and adds it to the flow, in as many strips as it needs; the height of the first is returned.
    #[expect(clippy::too_many_arguments, reason = "a row needs to know its table")]
    fn row(
        &mut self,
        row: Row,
        dress: Dress,
        place: RowKind,
        columns: &[Column],
        edges: &[f32],
        table: NodeId,
        room: f32,
    ) -> f32 {
        let pads = Pads::of(dress);
        let parent = if dress.is_table() { self.tags.add(table, Role::Row) } else { table };
        let mut cells = Vec::with_capacity(row.cells.len());
        let mut column = 0;
        for cell in row.cells {
            let (Some(shape), Some(left)) = (columns.get(column), edges.get(column)) else { break };
            column += cell.span;
            let right = edges.get(column).copied().unwrap_or(*left);
            let role = match (dress.is_table(), place) {
                (true, RowKind::Body { .. }) => Role::Cell,
                (true, _) => Role::HeadCell,
                (false, _) => Role::Paragraph,
            };
            let node = self.tags.add(parent, role);
            self.tags.nodes[node].span = cell.span;
            let width = right - left - 2.0 * pads.x - pads.gutter;
            let lines = self.cell(cell, dress, place, *shape, width);
            cells.push(SetCell { x: left + pads.x, width, lines: lines.into(), node: Some(node) });
        }
        let mut id = row.id;
        let mut first_height = None;
        loop {
            let seamless = matches!(dress, Dress::Halves(_));
            let top = if seamless && first_height.is_some() { 0.0 } else { pads.y };
            let (mut paint, mut height) = self.strip(&mut cells, top, room - 2.0 * pads.y);
            let torn = cells.iter().any(|cell| !cell.lines.is_empty());
            height += if seamless && torn { 0.0 } else { pads.y };
            // A card's rows stand close; its ends do not.
            if let (Dress::Card(_), RowKind::Body { first, last, .. }) = (dress, place) {
                if first && first_height.is_none() {
                    paint.under.iter_mut().chain(&mut paint.over).for_each(|item| item.shift(4.0));
                    height += 4.0;
                }
                height += if last && !torn { 4.0 } else { 0.0 };
            }
            dress_row(dress, place, edges, height, first_height.is_none(), &mut paint);
            if let Some(id) = id.take() {
                paint.over.push(Item::Anchor { y: -2.0, id });
            }
            let keep = !torn
                && match (dress, place) {
                    (_, RowKind::Head | RowKind::Section) => true,
                    (Dress::Card(_), RowKind::Body { last, keep, .. }) => !last || keep,
                    (_, RowKind::Body { keep, .. }) => keep,
                };
            let starts = first_height.is_none() && matches!(place, RowKind::Body { first: true, .. });
            let gap = if starts && !dress.is_table() { 6.0 } else { 0.0 };
            self.flow.push(Slab { gap, height, items: paint.items(), keep, head: place == RowKind::Head });
            first_height.get_or_insert(height);
            if !torn {
                return first_height.unwrap_or_default();
            }
        }
    }

    fn cell(&mut self, cell: Cell, dress: Dress, place: RowKind, column: Column, width: f32) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for paragraph in &cell.paragraphs {
            let look = look_of(paragraph.kind, dress, place, column);
            if let Some(last) = lines.last_mut() {
                last.height += 2.6;
                last.end_word(self.shaper);
            }
            let look = if cell.span == 1 { look.with_align(column.align) } else { look };
            lines.extend(text::set(self.shaper, &paragraph.runs, look, width));
        }
        lines
    }

    /// As many lines of every cell as fit into a strip; always at least one of each.
    fn strip(&mut self, cells: &mut [SetCell], top: f32, room: f32) -> (Paint, f32) {
        let mut paint = Paint::default();
        let mut tallest: f32 = 0.0;
        for cell in cells {
            let mut y = 0.0;
            while let Some(line) = cell.lines.front() {
                if y > 0.0 && y + line.height > room {
                    break;
                }
                let Some(line) = cell.lines.pop_front() else { break };
                let height = line.height;
                line.place((cell.x, top + y), cell.width, cell.node, &mut self.tags, &mut paint);
                y += height;
            }
            tallest = tallest.max(y);
        }
        (paint, top + tallest)
    }
}

/// Where the columns begin, and where the last ends.
fn edges(columns: &[Column], pads: &Pads) -> Vec<f32> {
    let total: f32 = columns.iter().map(|column| column.share).sum();
    let width = TEXT_WIDTH - pads.indent + pads.gutter;
    let mut x = MARGIN + pads.indent;
    let mut edges = vec![x];
    for column in columns {
        x += width * column.share / total;
        edges.push(x);
    }
    edges
}

fn look_of(kind: Kind, dress: Dress, place: RowKind, column: Column) -> Look {
    if matches!(place, RowKind::Head | RowKind::Section) {
        return Look::CELL_HEAD;
    }
    let body = match dress {
        Dress::Note(_) => Look { size: 9.0, leading: 12.8, ..Look::BODY },
        Dress::Card(_) => Look { size: 8.6, leading: 11.8, ..Look::CELL },
        Dress::Dense => Look { size: 7.6, leading: 9.8, ..Look::CELL },
        _ => Look::CELL,
    };
    match kind {
        Kind::Body if column.face == Face::Mono && dress == Dress::Dense => {
            Look { face: Face::Mono, size: 6.4, leading: 9.8, ..body }
        }
        Kind::Body if column.face == Face::Mono => Look { face: Face::Mono, size: 7.0, leading: 10.2, ..body },
        Kind::Small if dress == Dress::Dense => Look { size: 7.2, leading: 9.4, ..Look::SMALL },
        Kind::Body => body,
        Kind::Lead => Look { size: body.size + 1.0, leading: body.leading + 1.4, ..body },
        Kind::Small => Look { size: 7.4, leading: 10.2, ..Look::SMALL },
        Kind::Label => Look { leading: body.leading, ..Look::LABEL },
        Kind::Pre => Look { size: 7.0, leading: 10.0, ..Look::PRE },
    }
}

/// What lies under and around a row.
fn dress_row(dress: Dress, place: RowKind, edges: &[f32], height: f32, begins: bool, paint: &mut Paint) {
    let mut under = Vec::new();
    let mut rect = |x: f32, y: f32, w: f32, h: f32, fill: Color| {
        under.push(Item::Rect { x, y, w, h, radius: 0.0, fill, node: None });
    };
    let (x, w) = (MARGIN, TEXT_WIDTH);
    match (dress, place) {
        (Dress::Rules | Dress::Zebra | Dress::Dense, RowKind::Head) => {
            rect(x, 0.0, w, height, HEAD);
            rect(x, height - 0.9, w, 0.9, NAVY);
        }
        (Dress::Rules | Dress::Zebra | Dress::Dense, RowKind::Section) => {
            rect(x, 0.0, w, height, SHADE);
            rect(x, height - 0.5, w, 0.5, RULE);
        }
        (Dress::Rules | Dress::Dense, _) => rect(x, height - 0.5, w, 0.5, HAIR),
        (Dress::Zebra, RowKind::Body { shaded, .. }) => {
            if shaded {
                rect(x, 0.0, w, height, SHADE);
            }
        }
        (Dress::Card(tone), _) => {
            rect(x, 0.0, w, height, SHADE);
            rect(x, 0.0, 3.2, height, tone.bar());
        }
        (Dress::Note(tone), _) => {
            rect(x, 0.0, w, height, tone.tint());
            rect(x, 0.0, 3.2, height, tone.bar());
        }
        (Dress::Halves(tones), _) => {
            for (pair, color) in edges.windows(2).zip(tones) {
                let width = pair[1] - pair[0] - Pads::of(dress).gutter;
                rect(pair[0], 0.0, width, height, SHADE);
                if begins {
                    rect(pair[0], 0.0, width, 2.0, color.bar());
                }
            }
        }
    }
    paint.under.splice(0..0, under);
}
