//! Pages as a PDF: the only place that knows printpdf and lopdf.
//!
//! printpdf writes content streams and fonts. It leaves out the structure tree, a nested outline, metadata, the output
//! intent and a stable `/ID`: these are added to its lopdf document before saving.

mod document;
mod embed;
mod extra;
mod structure;

use std::collections::BTreeMap;

use self::embed::{GlyphTexts, Used};
use self::extra::{Extra, PageLink, round};
use self::structure::Marks;
use super::fonts::Fonts;
use super::layout::Laid;
use super::page::{Item, Page, Text};
use super::shape::Glyph;
use super::style::{Color, PAGE_HEIGHT};
use super::tags::{NodeId, Tags};
use super::{DocumentInfo, PdfError};
use printpdf::{
    Codepoint, Color as PdfColor, DictItem, FontId, LinePoint, Mm, Op, PaintMode, PdfDocument, PdfFont, PdfFontHandle,
    PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rect, Rgb, TextItem, TextMatrix, WindingOrder,
};

/// Writes the document; `content` identifies what it was made of.
pub(super) fn write(
    laid: Laid,
    fonts: &Fonts<'_>,
    texts: &GlyphTexts,
    info: &DocumentInfo,
    content: [u8; 32],
) -> Result<Vec<u8>, PdfError> {
    let Laid { flow, tags, outline } = laid;
    let used = Used::gather(fonts, texts)?;
    let mut document = PdfDocument::new(&info.title);
    for (index, font) in &used.fonts {
        document.resources.fonts.map.insert(font_id(*index), PdfFont::new(font.clone()));
    }
    let mut marks = Marks::new(&tags);
    let mut extras = Vec::with_capacity(flow.pages.len());
    for (index, page) in flow.pages.into_iter().enumerate() {
        let (ops, extra) = Painter::new(&used, &tags, &mut marks, index).paint(page);
        document.pages.push(PdfPage::new(Mm(210.0), Mm(297.0), ops));
        extras.push(extra);
    }
    let mut lopdf = printpdf::serialize::to_lopdf_doc(&document, &PdfSaveOptions::default(), &mut Vec::new());
    drop(document);
    document::finish(
        &mut lopdf,
        document::Parts { tags, marks, extras, anchors: flow.anchors, outline, fonts, info, content },
    )
}

fn font_id(index: u8) -> FontId {
    FontId(format!("T{index}"))
}

/// Turns a page's marks into operators.
struct Painter<'p, 't> {
    used: &'p Used<'t>,
    tags: &'p Tags,
    marks: &'p mut Marks,
    page: usize,
    ops: Vec<Op>,
    extra: Extra,
    /// The marked content that is open: its node, or decoration.
    open: Option<Option<NodeId>>,
    in_text: bool,
    font: Option<(u8, f32)>,
    color: Option<Color>,
}

impl<'p, 't> Painter<'p, 't> {
    fn new(used: &'p Used<'t>, tags: &'p Tags, marks: &'p mut Marks, page: usize) -> Self {
        let (ops, extra) = (Vec::new(), Extra::default());
        Self { used, tags, marks, page, ops, extra, open: None, in_text: false, font: None, color: None }
    }

    fn paint(mut self, page: Page) -> (Vec<Op>, Extra) {
        for item in page.items {
            match item {
                Item::Link { x, y, w, h, to, node } => {
                    let rect = [x, PAGE_HEIGHT - y - h, x + w, PAGE_HEIGHT - y].map(round);
                    self.extra.links.push(PageLink { rect, to, node });
                }
                Item::Frame { x, y, w, h, node } => {
                    self.extra.frames.push((node, [x, PAGE_HEIGHT - y - h, x + w, PAGE_HEIGHT - y].map(round)));
                }
                Item::Anchor { .. } | Item::PageNumber { .. } => {}
                item => self.mark(item),
            }
        }
        self.close();
        (self.ops, self.extra)
    }

    fn mark(&mut self, item: Item) {
        let node = item.node();
        if self.open != Some(node) {
            self.close();
            self.begin(node);
        }
        match item {
            Item::Text(text) => self.text(&text),
            Item::Rect { x, y, w, h, radius, fill, .. } => {
                self.end_text();
                self.fill(fill);
                if radius > 0.0 {
                    self.polygon(&rounded(x, y, w, h, radius));
                } else {
                    let [x, y, width, height] = [x, PAGE_HEIGHT - y - h, w, h].map(|value| Pt(round(value)));
                    let (mode, winding_order) = (Some(PaintMode::Fill), Some(WindingOrder::NonZero));
                    self.ops.push(Op::DrawRectangle { rectangle: Rect { x, y, width, height, mode, winding_order } });
                }
            }
            Item::Shape { points, fill, .. } => {
                self.end_text();
                self.fill(fill);
                self.polygon(&points);
            }
            Item::Link { .. } | Item::Anchor { .. } | Item::PageNumber { .. } | Item::Frame { .. } => {}
        }
    }

    fn begin(&mut self, node: Option<NodeId>) {
        let op = match node {
            None => Op::BeginMarkedContent { tag: "Artifact".to_owned() },
            Some(node) => {
                let number = self.marks.mark(self.tags, node, self.page);
                let map = BTreeMap::from([("MCID".to_owned(), DictItem::Int(number))]);
                let tag = self.tags.nodes[node].role.name().to_owned();
                Op::BeginMarkedContentWithProperties { tag, properties: DictItem::Dict { map } }
            }
        };
        self.ops.push(op);
        self.open = Some(node);
    }

    fn close(&mut self) {
        self.end_text();
        if self.open.take().is_some() {
            self.ops.push(Op::EndMarkedContent);
        }
    }

    fn end_text(&mut self) {
        if std::mem::take(&mut self.in_text) {
            self.ops.push(Op::EndTextSection);
        }
    }

    fn fill(&mut self, color: Color) {
        if self.color.replace(color) != Some(color) {
            let [r, g, b] = [color.0, color.1, color.2].map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0);
            self.ops.push(Op::SetFillColor { col: PdfColor::Rgb(Rgb { r, g, b, icc_profile: None }) });
        }
    }

    fn polygon(&mut self, points: &[(f32, f32, bool)]) {
        let point = |(x, y, bezier): &(f32, f32, bool)| LinePoint {
            p: Point { x: Pt(round(*x)), y: Pt(round(PAGE_HEIGHT - y)) },
            bezier: *bezier,
        };
        let rings = vec![PolygonRing { points: points.iter().map(point).collect() }];
        let polygon = Polygon { rings, mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
        self.ops.push(Op::DrawPolygon { polygon });
    }

    fn text(&mut self, text: &Text) {
        if !std::mem::replace(&mut self.in_text, true) {
            self.ops.push(Op::StartTextSection);
        }
        self.fill(text.color);
        let mut x = text.x;
        let mut run: Vec<Codepoint> = Vec::with_capacity(text.glyphs.len());
        let mut start = x;
        let mut font = None;
        for glyph in &text.glyphs {
            let displaced = glyph.dx != 0.0 || glyph.dy != 0.0;
            if font != Some(glyph.font) || displaced {
                self.show(std::mem::take(&mut run), font, (start, text.y), text.size);
                (font, start) = (Some(glyph.font), x);
            }
            let Some(code) = self.code(glyph) else { continue };
            if displaced {
                let place = (x + glyph.dx * text.size / 1000.0, text.y - glyph.dy * text.size / 1000.0);
                self.show(vec![code], font, place, text.size);
                font = None;
            } else {
                run.push(code);
            }
            x += glyph.advance * text.size / 1000.0;
        }
        self.show(run, font, (start, text.y), text.size);
    }

    fn code(&self, glyph: &Glyph) -> Option<Codepoint> {
        let used = self.used.glyphs.get(&(glyph.font, glyph.id))?;
        Some(Codepoint::with_cid(used.id, used.width - glyph.advance, used.text.to_owned()))
    }

    fn show(&mut self, codes: Vec<Codepoint>, font: Option<u8>, (x, y): (f32, f32), size: f32) {
        let (Some(font), false) = (font, codes.is_empty()) else { return };
        if self.font.replace((font, size)) != Some((font, size)) {
            self.ops.push(Op::SetFont { font: PdfFontHandle::External(font_id(font)), size: Pt(round(size)) });
        }
        let matrix = TextMatrix::Raw([1.0, 0.0, 0.0, 1.0, round(x), round(PAGE_HEIGHT - y)]);
        self.ops.push(Op::SetTextMatrix { matrix });
        self.ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(codes)] });
    }
}

/// A rectangle with round corners.
fn rounded(x: f32, y: f32, w: f32, h: f32, radius: f32) -> Vec<(f32, f32, bool)> {
    let r = radius.min(w / 2.0).min(h / 2.0);
    let k = r * 0.448;
    let (right, bottom) = (x + w, y + h);
    let corners = [
        [(right - r, y), (right - k, y), (right, y + k), (right, y + r)],
        [(right, bottom - r), (right, bottom - k), (right - k, bottom), (right - r, bottom)],
        [(x + r, bottom), (x + k, bottom), (x, bottom - k), (x, bottom - r)],
        [(x, y + r), (x, y + k), (x + k, y), (x + r, y)],
    ];
    corners
        .iter()
        .flat_map(|c| [(c[0], false), (c[1], true), (c[2], true), (c[3], false)])
        .map(|(p, b)| (p.0, p.1, b))
        .collect()
}
