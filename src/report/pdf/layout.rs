//! From blocks to pages.

use std::rc::Rc;

use super::block::{Block, Cover, Heading, Item as ListItem, Kind, Paragraph, Report, Run};
use super::page::{Flow, Item, Page, Paint, Slab, Text};
use super::shape::Shaper;
use super::style::{
    Align, BOTTOM, Color, Face, HAIR, Look, MARGIN, MUTED, NAVY, PAGE_HEIGHT, PAGE_WIDTH, RULE, TEXT_WIDTH, Tone, WHITE,
};
use super::tags::{NodeId, Role, Tags};
use super::text;

/// A report with every mark in its place.
pub(super) struct Laid {
    pub(super) flow: Flow,
    pub(super) tags: Tags,
    pub(super) outline: Vec<Entry>,
}

/// An entry of the outline.
pub(super) struct Entry {
    pub(super) level: u8,
    pub(super) title: String,
    pub(super) id: Rc<str>,
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
        let leads_in = matches!(blocks.peek(), Some(Block::Table(_) | Block::Chart(_)));
        layout.block(block, &headings, leads_in);
    }
    layout.flow.settle();
    let Layout { shaper, mut flow, tags, outline } = layout;
    let running = Running { header: &report.header, footer: &report.footer, outline: &outline };
    running.add(&mut flow, shaper);
    number_contents(&mut flow, shaper);
    Laid { flow, tags, outline }
}

impl Entry {
    fn of(heading: &Heading) -> Self {
        Self { level: heading.level, title: heading.plain(), id: Rc::clone(&heading.id) }
    }
}

/// How a paragraph of its kind looks in running text.
fn look_of(kind: Kind) -> Look {
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
            Block::Table(table) => self.table(table),
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
            return self.preformatted(&paragraph.runs, node);
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

    fn preformatted(&mut self, runs: &[Run], node: NodeId) {
        let lines = text::set(self.shaper, runs, Look::PRE, TEXT_WIDTH - 24.0);
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let mut paint = Paint::default();
            let (first, last) = (index == 0, index + 1 == count);
            let top = if first { 7.0 } else { 0.0 };
            let height = line.height + top + if last { 7.0 } else { 0.0 };
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
            self.flow.push(Slab { gap, height, items: paint.items(), keep: count <= 12 && !last, head: false });
        }
        self.flow.space(8.0);
    }

    fn list(&mut self, items: Vec<ListItem>) {
        let list = self.tags.add(Tags::ROOT, Role::List);
        let indent = if items.iter().any(|item| item.mark.len() > 2 && item.mark != "•") { 22.0 } else { 14.0 };
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

    fn contents(&mut self, title: &str, depth: u8, headings: &[Entry]) {
        let look = Look::heading(1);
        let node = self.tags.add(Tags::ROOT, Role::Heading(1));
        let run = Run { text: title.to_owned(), ..Run::default() };
        let mut paint = Paint::default();
        for line in text::set(self.shaper, &[run], look, TEXT_WIDTH) {
            line.place((MARGIN, 0.0), TEXT_WIDTH, Some(node), &mut self.tags, &mut paint);
        }
        self.flow.push(Slab { gap: 16.0, height: 38.0, items: paint.items(), keep: true, head: false });
        let list = self.tags.add(Tags::ROOT, Role::Contents);
        for entry in headings.iter().filter(|entry| entry.level <= depth) {
            let node = self.tags.add(list, Role::Entry);
            self.contents_entry(entry, node);
        }
        self.flow.space(6.0);
    }

    fn contents_entry(&mut self, entry: &Entry, node: NodeId) {
        let (look, indent, gap) = match entry.level {
            1 => (Look { face: Face::Bold, ..Look::BODY }.with_color(NAVY), 0.0, 6.0),
            _ => (Look::BODY, 14.0, 0.0),
        };
        let link = self.tags.add(node, Role::Link);
        let run = Run { text: entry.title.clone(), ..Run::default() };
        let width = TEXT_WIDTH - indent - 40.0;
        let lines = text::set(self.shaper, &[run], look, width);
        let (mut height, mut end) = (0.0, 0.0);
        let mut paint = Paint::default();
        for line in lines {
            let below = line.height;
            end = MARGIN + indent + line.width;
            line.place((MARGIN + indent, height), width, Some(link), &mut self.tags, &mut paint);
            height += below;
        }
        let last = height - look.leading;
        let baseline = last + look.leading / 2.0 + look.size * 0.355;
        let right = PAGE_WIDTH - MARGIN;
        // Leaders stand on one grid down the page.
        let mut x = right - 24.0;
        while x > end + 6.0 {
            paint.under.push(Item::Rect { x, y: baseline - 0.9, w: 0.9, h: 0.9, radius: 0.0, fill: MUTED, node: None });
            x -= 4.0;
        }
        let to = Rc::clone(&entry.id);
        let (size, color) = (look.size, look.color);
        paint.over.push(Item::PageNumber { right, y: baseline, size, color, to, node: Some(link) });
        let (x, w, to) = (MARGIN + indent, TEXT_WIDTH - indent, Rc::clone(&entry.id));
        paint.over.push(Item::Link { x, y: 0.0, w, h: height, to, node: Some(link) });
        self.flow.push(Slab { gap, height: height + 1.6, items: paint.items(), keep: entry.level == 1, head: false });
    }

    fn cover(&mut self, cover: Cover) {
        let mut paint = Paint::default();
        let band = 310.0;
        let rect = |x, y, w, h, fill| Item::Rect { x, y, w, h, radius: 0.0, fill, node: None };
        paint.under.push(rect(0.0, 0.0, PAGE_WIDTH, band, NAVY));
        paint.under.push(rect(0.0, band, PAGE_WIDTH, 4.0, Tone::Info.bar()));
        let pale = Color(190, 208, 235);
        let title = Look { face: Face::Bold, size: 31.0, leading: 38.0, color: WHITE, align: Align::Left };
        let mut y = 104.0;
        for (words, look, role, after) in [
            (
                &cover.kicker,
                Look { face: Face::Bold, size: 11.0, leading: 16.0, ..title }.with_color(pale),
                Role::Paragraph,
                16.0,
            ),
            (&cover.title, title, Role::Heading(1), 10.0),
            (
                &cover.subtitle,
                Look { face: Face::Regular, size: 14.0, leading: 20.0, ..title }.with_color(pale),
                Role::Paragraph,
                0.0,
            ),
        ] {
            let node = self.tags.add(Tags::ROOT, role);
            let run = Run { text: words.clone(), ..Run::default() };
            y = self.column(&[run], look, (MARGIN, y, TEXT_WIDTH), node, &mut paint) + after;
        }
        y = band + 40.0;
        for (label, value) in cover.facts {
            let node = self.tags.add(Tags::ROOT, Role::Paragraph);
            let run = Run { text: label, ..Run::default() };
            let label_look = Look { size: 9.0, leading: 14.0, ..Look::LABEL };
            let below = self.column(&[run], label_look, (MARGIN, y, 110.0), node, &mut paint);
            let look = Look { size: 10.2, leading: 14.6, ..Look::BODY };
            let end = self.column(&value.runs, look, (MARGIN + 122.0, y, TEXT_WIDTH - 122.0), node, &mut paint);
            y = end.max(below) + 5.0;
            paint.under.push(rect(MARGIN, y, TEXT_WIDTH, 0.5, HAIR));
            y += 5.0;
        }
        y += 10.0;
        for note in cover.notes {
            let node = self.tags.add(Tags::ROOT, Role::Paragraph);
            let look = Look { size: 9.0, leading: 13.0, ..look_of(note.kind) };
            y = self.column(&note.runs, look, (MARGIN, y, TEXT_WIDTH), node, &mut paint) + 6.0;
        }
        let items = paint.items();
        self.flow.bare_page(items.into_iter().filter(|item| !is_below(item, PAGE_HEIGHT - 30.0)).collect());
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

/// Whether a mark lies below the page's end: a cover with too much on it.
fn is_below(item: &Item, end: f32) -> bool {
    match item {
        Item::Text(text) => text.y > end,
        Item::Rect { y, .. } => *y > end,
        _ => false,
    }
}

/// The running header and footer.
struct Running<'r> {
    header: &'r str,
    footer: &'r str,
    outline: &'r [Entry],
}

impl Running<'_> {
    fn add(&self, flow: &mut Flow, shaper: &mut Shaper<'_, '_>) {
        let starts: Vec<(usize, &str)> = self
            .outline
            .iter()
            .filter(|entry| entry.level == 1)
            .filter_map(|entry| flow.anchors.get(&entry.id).map(|(page, _)| (*page, entry.title.as_str())))
            .collect();
        let total = flow.pages.len();
        for (index, page) in flow.pages.iter_mut().enumerate().filter(|(_, page)| !page.bare) {
            let chapter = starts.iter().rev().find(|(start, _)| *start <= index).map_or("", |(_, title)| *title);
            let number = format!("Page {} of {total}", index + 1);
            let y = 40.0;
            line(page, shaper, self.header, y, Align::Left);
            line(page, shaper, chapter, y, Align::Right);
            let rule = |y| Item::Rect { x: MARGIN, y, w: TEXT_WIDTH, h: 0.5, radius: 0.0, fill: RULE, node: None };
            page.items.push(rule(46.0));
            page.items.push(rule(BOTTOM + 16.0));
            line(page, shaper, self.footer, BOTTOM + 28.0, Align::Left);
            line(page, shaper, &number, BOTTOM + 28.0, Align::Right);
        }
    }
}

/// Fills in the contents' page numbers, which are known only now.
fn number_contents(flow: &mut Flow, shaper: &mut Shaper<'_, '_>) {
    let Flow { pages, anchors, .. } = flow;
    for item in pages.iter_mut().flat_map(|page| &mut page.items) {
        if let Item::PageNumber { right, y, size, color, to, node } = item {
            let number = anchors.get(to).map_or_else(String::new, |(page, _)| (page + 1).to_string());
            let piece = shaper.shape(Face::Regular, &number, false);
            let x = *right - piece.width * *size / 1000.0;
            let glyphs = piece.glyphs.clone();
            *item = Item::Text(Text { x, y: *y, size: *size, color: *color, glyphs, node: *node });
        }
    }
}

/// One line of the running header or footer, cut where the other side begins.
fn line(page: &mut Page, shaper: &mut Shaper<'_, '_>, words: &str, y: f32, align: Align) {
    let look = Look::RUNNING;
    let room = if align == Align::Left { TEXT_WIDTH * 0.62 } else { TEXT_WIDTH * 0.36 };
    let piece = shaper.shape(look.face, words, false);
    let scale = look.size / 1000.0;
    let mut width = 0.0;
    let mut glyphs = piece.glyphs.clone();
    glyphs.retain(|glyph| {
        width += glyph.advance * scale;
        width <= room
    });
    let width: f32 = glyphs.iter().map(|glyph| glyph.advance * scale).sum();
    let x = if align == Align::Left { MARGIN } else { PAGE_WIDTH - MARGIN - width };
    page.items.push(Item::Text(Text { x, y, size: look.size, color: look.color, glyphs, node: None }));
}
