//! From blocks to pages.

use super::block::{Block, Heading, Item as ListItem, Kind, Paragraph, Report, Run};
use super::outline::Entry;
use super::page::{Flow, Item, Paint, Slab};
use super::running::{Running, number_contents};
use super::shape::Shaper;
use super::style::{Color, Face, Look, MARGIN, NAVY, RULE, TEXT_WIDTH};
use super::tags::{NodeId, Role, Tags};
use super::text;

/// A report with every mark in its place.
pub(super) struct Laid {
    pub(super) flow: Flow,
    pub(super) tags: Tags,
    pub(super) outline: Vec<Entry>,
}

/// The state of laying out.
pub(super) struct Layout<'s, 'f, 'a> {
    pub(super) shaper: &'s mut Shaper<'f, 'a>,
    pub(super) flow: Flow,
    pub(super) tags: Tags,
    outline: Vec<Entry>,
}

/// Lays a report out.
pub(super) fn lay_out(report: Report, shaper: &mut Shaper<'_, '_>) -> Laid {
    let mut layout = Layout { shaper, flow: Flow::new(), tags: Tags::new(), outline: Vec::new() };
    let headings: Vec<Entry> = report
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading(heading) => Some(Entry::of(heading)),
            _ => None,
        })
        .collect();
    let mut blocks = report.blocks.into_iter().peekable();
    while let Some(block) = blocks.next() {
        // What leads a table in is read with it.
        let leads_in = match (&block, blocks.peek()) {
            (_, Some(Block::Chart(_))) => true,
            (Block::Paragraph(_) | Block::Table(_), Some(Block::Table(table))) => !table.is_card() || !block.is_table(),
            (Block::Paragraph(first), Some(Block::Paragraph(next))) => {
                first.kind == Kind::Pre || next.kind == Kind::Pre
            }
            _ => false,
        };
        layout.block(block, &headings, leads_in);
    }
    layout.flow.settle();
    let Layout { shaper, mut flow, tags, outline } = layout;
    let running = Running { header: &report.header, footer: &report.footer, outline: &outline };
    running.add(&mut flow, shaper);
    number_contents(&mut flow, shaper);
    Laid { flow, tags, outline }
}

/// How a paragraph of its kind looks in running text.
pub(super) fn look_of(kind: Kind) -> Look {
    match kind {
        Kind::Body => Look::BODY,
        Kind::Lead => Look::LEAD,
        Kind::Small => Look::SMALL,
        Kind::Label => Look::LABEL,
        Kind::Pre => Look::PRE,
    }
}

impl Layout<'_, '_, '_> {
    fn block(&mut self, block: Block, headings: &[Entry], leads_in: bool) {
        match block {
            Block::Cover(cover) => self.cover(cover),
            Block::Contents { title, depth } => self.contents(&title, depth, headings),
            Block::Heading(heading) => self.heading(heading),
            Block::Paragraph(paragraph) => self.paragraph(paragraph, leads_in),
            Block::List(items) => self.list(items),
            Block::Table(table) => self.table(table, leads_in),
            Block::Chart(chart) => self.chart(chart),
            Block::PageBreak => self.flow.break_page(),
        }
    }

    fn heading(&mut self, heading: Heading) {
        self.outline.push(Entry::of(&heading));
        let look = Look::heading(heading.level);
        let node = self.tags.add(Tags::ROOT, Role::Heading(heading.level));
        let lines = text::set(self.shaper, &heading.runs, look, TEXT_WIDTH);
        let mut paint = Paint::default();
        paint.over.push(Item::Anchor { y: -6.0, id: heading.id });
        let mut height = 0.0;
        for line in lines {
            let below = line.height;
            line.place((MARGIN, height), TEXT_WIDTH, Some(node), &mut self.tags, &mut paint);
            height += below;
        }
        let (gap, after) = match heading.level {
            1 => (20.0, 16.0),
            2 => (18.0, 6.0),
            _ => (12.0, 4.0),
        };
        if heading.level == 1 {
            let (x, y) = (MARGIN, height + 4.0);
            paint.under.push(Item::Rect { x, y, w: 42.0, h: 2.2, radius: 0.0, fill: NAVY, node: None });
        }
        self.flow.push(Slab { gap, height: height + after, items: paint.items(), keep: true, head: false });
    }

    fn paragraph(&mut self, paragraph: Paragraph, leads_in: bool) {
        let node = self.tags.add(Tags::ROOT, Role::Paragraph);
        let look = look_of(paragraph.kind);
        if paragraph.kind == Kind::Pre {
            return self.preformatted(&paragraph.runs, node, leads_in);
        }
        let keep = leads_in || paragraph.kind == Kind::Label;
        self.lines(&paragraph.runs, look, (MARGIN, TEXT_WIDTH), (node, keep), 5.0);
    }

    /// Lines in a column, never one alone on a page.
    fn lines(
        &mut self,
        runs: &[Run],
        look: Look,
        (x, width): (f32, f32),
        (node, with_next): (NodeId, bool),
        after: f32,
    ) {
        let lines = text::set(self.shaper, runs, look, width);
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let mut paint = Paint::default();
            let mut height = line.height;
            line.place((x, 0.0), width, Some(node), &mut self.tags, &mut paint);
            if index + 1 == count {
                height += after;
            }
            // The first holds the second, the last but one holds the last.
            let keep = (with_next && index + 3 >= count) || (count > 1 && (index == 0 || index + 2 == count));
            self.flow.push(Slab { gap: 0.0, height, items: paint.items(), keep, head: false });
        }
    }

    fn preformatted(&mut self, runs: &[Run], node: NodeId, leads_in: bool) {
        let lines = text::set(self.shaper, runs, Look::COMMAND, TEXT_WIDTH - 24.0);
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let mut paint = Paint::default();
            let (first, last) = (index == 0, index + 1 == count);
            let top = if first { 5.0 } else { 0.0 };
            let height = line.height + top + if last { 5.0 } else { 0.0 };
            let (x, w) = (MARGIN, TEXT_WIDTH);
            paint.under.push(Item::Rect {
                x,
                y: 0.0,
                w,
                h: height,
                radius: 0.0,
                fill: Color(244, 246, 249),
                node: None,
            });
            paint.under.push(Item::Rect { x, y: 0.0, w: 2.4, h: height, radius: 0.0, fill: RULE, node: None });
            line.place((MARGIN + 12.0, top), w - 24.0, Some(node), &mut self.tags, &mut paint);
            let gap = if first { 3.0 } else { 0.0 };
            self.flow.push(Slab {
                gap,
                height,
                items: paint.items(),
                keep: if last { leads_in } else { count <= 12 },
                head: false,
            });
        }
        self.flow.space(5.0);
    }

    fn list(&mut self, items: Vec<ListItem>) {
        let numbered = items.iter().any(|item| item.mark != "•");
        let list = self.tags.add(Tags::ROOT, if numbered { Role::Numbers } else { Role::Bullets });
        let indent = if items.len() > 9 && numbered { 22.0 } else { 14.0 };
        for item in items {
            let node = self.tags.add(list, Role::Item);
            let label = self.tags.add(node, Role::Label);
            let body = self.tags.add(node, Role::Body);
            let mark = Run { text: item.mark, color: Some(NAVY), face: Some(Face::Bold), ..Run::default() };
            let mark = text::set(self.shaper, &[mark], Look::BODY, indent);
            let mut paint = Paint::default();
            for line in mark {
                line.place((MARGIN + 2.0, 0.0), indent, Some(label), &mut self.tags, &mut paint);
            }
            self.flow.push(Slab { items: paint.items(), keep: true, ..Slab::default() });
            for paragraph in item.paragraphs {
                let look = look_of(paragraph.kind);
                self.lines(&paragraph.runs, look, (MARGIN + indent, TEXT_WIDTH - indent), (body, false), 3.0);
            }
        }
        self.flow.space(4.0);
    }

    /// Lines at a fixed place; where they end is returned.
    pub(super) fn column(
        &mut self,
        runs: &[Run],
        look: Look,
        (x, mut y, width): (f32, f32, f32),
        node: NodeId,
        paint: &mut Paint,
    ) -> f32 {
        for line in text::set(self.shaper, runs, look, width) {
            let below = y + line.height;
            line.place((x, y), width, Some(node), &mut self.tags, paint);
            y = below;
        }
        y
    }
}
