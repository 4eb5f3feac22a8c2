//! What is added when all pages are known: running headers and footers, and the contents' page numbers.

use super::outline::Entry;
use super::page::{Flow, Item, Page, Text};
use super::shape::Shaper;
use super::style::{Align, BOTTOM, Face, Look, MARGIN, PAGE_WIDTH, RULE, TEXT_WIDTH};

/// The running header and footer.
pub(super) struct Running<'r> {
    pub(super) header: &'r str,
    pub(super) footer: &'r str,
    pub(super) outline: &'r [Entry],
}

impl Running<'_> {
    pub(super) fn add(&self, flow: &mut Flow, shaper: &mut Shaper<'_, '_>) {
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
pub(super) fn number_contents(flow: &mut Flow, shaper: &mut Shaper<'_, '_>) {
    let Flow { pages, anchors, .. } = flow;
    for item in pages.iter_mut().flat_map(|page| &mut page.items) {
        if let Item::PageNumber { right, y, size, color, to, node } = item {
            let number = anchors.get(to).map_or_else(String::new, |(page, _)| format!(" {}", page + 1));
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
