//! What stands before the text: the cover and the contents.

use std::rc::Rc;

use super::block::{Cover, Run};
use super::layout::{Layout, look_of};
use super::outline::Entry;
use super::page::{Item, Paint, Slab};
use super::style::{Color, Face, HAIR, Look, MARGIN, MUTED, NAVY, PAGE_HEIGHT, PAGE_WIDTH, TEXT_WIDTH, Tone, WHITE};
use super::tags::{NodeId, Role, Tags};
use super::text;

impl Layout<'_, '_, '_> {
    pub(super) fn contents(&mut self, title: &str, depth: u8, headings: &[Entry]) {
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

    pub(super) fn cover(&mut self, cover: Cover) {
        let mut paint = Paint::default();
        let band = 310.0;
        let rect = |x, y, w, h, fill| Item::Rect { x, y, w, h, radius: 0.0, fill, node: None };
        paint.under.push(rect(0.0, 0.0, PAGE_WIDTH, band, NAVY));
        paint.under.push(rect(0.0, band, PAGE_WIDTH, 4.0, Tone::Info.bar()));
        let pale = Color(190, 208, 235);
        let title = Look { face: Face::Bold, size: 31.0, leading: 38.0, ..Look::BODY }.with_color(WHITE);
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
        let list = self.tags.add(Tags::ROOT, Role::Terms);
        for (label, value) in cover.facts {
            let item = self.tags.add(list, Role::Item);
            let (term, body) = (self.tags.add(item, Role::Label), self.tags.add(item, Role::Body));
            let run = Run { text: label, ..Run::default() };
            let label_look = Look { size: 9.0, leading: 14.0, ..Look::LABEL };
            let below = self.column(&[run], label_look, (MARGIN, y, 110.0), term, &mut paint);
            let look = Look { size: 10.2, leading: 14.6, ..Look::BODY };
            let end = self.column(&value.runs, look, (MARGIN + 122.0, y, TEXT_WIDTH - 122.0), body, &mut paint);
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
}

/// Whether a mark lies below the page's end: a cover with too much on it.
fn is_below(item: &Item, end: f32) -> bool {
    match item {
        Item::Text(text) => text.y > end,
        Item::Rect { y, .. } => *y > end,
        _ => false,
    }
}
