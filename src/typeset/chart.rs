//! Charts as shapes. The words and numbers of a chart always stand in a table beside it too.

use super::block::{Bar, BarPart, Chart, Run};
use super::layout::Layout;
use super::page::{Item, Paint, Slab};
use super::style::{Align, Color, Face, Look, MARGIN, MUTED, TEXT_WIDTH, Tone, WHITE};
use super::tags::{NodeId, Tags};
use super::text;

const BAR_HEIGHT: f32 = 17.0;
/// From bar to bar: a long chart is denser, so that it shares its page.
const BAR_STEP: f32 = 25.0;
const LONG_STEP: f32 = 18.5;
const LONG: usize = 6;
const LABEL_WIDTH: f32 = 140.0;

fn run(text: impl Into<String>) -> [Run; 1] {
    [Run { text: text.into(), ..Run::default() }]
}

/// A whole number without a point.
fn number(value: f32) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

impl Layout<'_, '_, '_> {
    pub(super) fn chart(&mut self, chart: Chart) {
        let node = self.tags.add_figure(Tags::ROOT, &chart.alt);
        let mut paint = Paint::default();
        let look = Look { size: 9.0, leading: 13.0, ..Look::CELL_HEAD };
        let top = self.column(&run(chart.title), look, (MARGIN, 0.0, TEXT_WIDTH), node, &mut paint) + 5.0;
        let end = match (chart.ring, chart.bars.first()) {
            (true, Some(bar)) => self.ring(bar, top, node, &mut paint),
            _ => self.bars(&chart.bars, top, node, &mut paint),
        };
        let height = end + 6.0;
        paint.under.push(Item::Frame { x: MARGIN, y: 0.0, w: TEXT_WIDTH, h: height, node });
        // In a figure the shapes mean something: none of them is decoration.
        for item in &mut paint.under {
            if let Item::Rect { node: own, .. } | Item::Shape { node: own, .. } = item {
                *own = Some(node);
            }
        }
        self.flow.push(Slab { gap: 8.0, height: height + 4.0, items: paint.items(), keep: false, head: false });
    }

    fn bars(&mut self, bars: &[Bar], top: f32, node: NodeId, paint: &mut Paint) -> f32 {
        let total = |bar: &Bar| bar.parts.iter().map(|part| part.value).sum::<f32>();
        let longest = bars.iter().map(total).fold(1.0, f32::max);
        let room = TEXT_WIDTH - LABEL_WIDTH - 34.0;
        let step = if bars.len() > LONG { LONG_STEP } else { BAR_STEP };
        let mut y = top;
        for bar in bars {
            let label = Look { align: Align::Right, ..Look::CELL };
            let text_top = y + (BAR_HEIGHT - label.leading) / 2.0;
            let lines = text::set(self.shaper, &run(bar.label.as_str()), label, LABEL_WIDTH - 10.0).len();
            let label_top = y + (BAR_HEIGHT - label.leading * lines as f32) / 2.0;
            self.column(&run(bar.label.as_str()), label, (MARGIN, label_top, LABEL_WIDTH - 10.0), node, paint);
            let mut x = MARGIN + LABEL_WIDTH;
            for part in bar.parts.iter().filter(|part| part.value > 0.0) {
                let w = room * part.value / longest;
                self.segment(part, (x, y, w), node, paint);
                x += w;
            }
            let sum = Look { face: Face::Bold, ..Look::CELL };
            self.column(&run(number(total(bar))), sum, (x + 5.0, text_top, 34.0), node, paint);
            y += step;
        }
        self.legend(bars.iter().flat_map(|bar| &bar.parts), y, node, paint)
    }

    fn segment(&mut self, part: &BarPart, (x, y, w): (f32, f32, f32), node: NodeId, paint: &mut Paint) {
        let gap = if w > 3.0 { 0.8 } else { 0.0 };
        paint.under.push(rect(x, y, w - gap, BAR_HEIGHT, part.tone.bar()));
        let amount = number(part.value);
        if w < 7.0 + 5.0 * amount.len() as f32 {
            return;
        }
        let color = match part.tone {
            Tone::Undetermined | Tone::NotApplicable => Color(31, 41, 55),
            _ => WHITE,
        };
        let look = Look { face: Face::Bold, size: 7.8, ..Look::CELL }.with_color(color).with_align(Align::Center);
        self.column(&run(amount), look, (x, y + (BAR_HEIGHT - look.leading) / 2.0, w - gap), node, paint);
    }

    /// Every label once, in the order of its first use.
    fn legend<'p>(&mut self, parts: impl Iterator<Item = &'p BarPart>, y: f32, node: NodeId, paint: &mut Paint) -> f32 {
        let mut known: Vec<&BarPart> = Vec::new();
        for part in parts {
            if !known.iter().any(|other| other.label == part.label) {
                known.push(part);
            }
        }
        let (mut x, mut y) = (MARGIN + LABEL_WIDTH, y + 2.0);
        for part in known {
            let piece = self.shaper.shape(Face::Regular, &part.label, false);
            let width = (piece.width * 7.8 / 1000.0 + 1.0).min(TEXT_WIDTH - LABEL_WIDTH - 20.0);
            if x + width + 24.0 > MARGIN + TEXT_WIDTH && x > MARGIN + LABEL_WIDTH {
                (x, y) = (MARGIN + LABEL_WIDTH, y + 12.0);
            }
            paint.under.push(rect(x, y + 2.0, 7.0, 7.0, part.tone.bar()));
            let look = Look { size: 7.8, ..Look::CELL }.with_color(MUTED);
            self.column(&run(part.label.as_str()), look, (x + 11.0, y, width + 2.0), node, paint);
            x += width + 26.0;
        }
        y + 12.0
    }

    fn ring(&mut self, bar: &Bar, top: f32, node: NodeId, paint: &mut Paint) -> f32 {
        let total: f32 = bar.parts.iter().map(|part| part.value).sum();
        let (outer, inner) = (48.0, 29.0);
        let center = (MARGIN + outer + 10.0, top + outer + 2.0);
        let mut angle = 0.0;
        for part in bar.parts.iter().filter(|part| part.value > 0.0 && total > 0.0) {
            let turn = std::f32::consts::TAU * part.value / total;
            let points = sector(center, (inner, outer), angle, angle + turn);
            paint.under.push(Item::Shape { points, fill: part.tone.bar(), node: Some(node) });
            angle += turn;
        }
        let sum = Look { face: Face::Bold, size: 15.0, leading: 18.0, ..Look::BODY }.with_align(Align::Center);
        let left = center.0 - inner;
        let y = self.column(&run(number(total)), sum, (left, center.1 - 14.0, inner * 2.0), node, paint);
        let small = Look::RUNNING.with_align(Align::Center);
        self.column(&run(bar.label.as_str()), small, (left + 2.0, y - 1.0, inner * 2.0 - 4.0), node, paint);
        let mut y = top + 4.0;
        let x = center.0 + outer + 26.0;
        for part in &bar.parts {
            paint.under.push(rect(x, y + 2.4, 8.0, 8.0, part.tone.bar()));
            let look = Look { size: 8.8, leading: 13.0, ..Look::CELL };
            let amount = Look { face: Face::Bold, align: Align::Right, ..look };
            self.column(&run(number(part.value)), amount, (x + 12.0, y, 28.0), node, paint);
            y = self.column(&run(part.label.as_str()), look, (x + 48.0, y, 240.0), node, paint) + 4.0;
        }
        y.max(center.1 + outer + 2.0)
    }
}

fn rect(x: f32, y: f32, w: f32, h: f32, fill: Color) -> Item {
    Item::Rect { x, y, w, h, radius: 0.0, fill, node: None }
}

/// A piece of a ring, clockwise from the top; arcs as curves of at most a quarter turn.
fn sector(center: (f32, f32), (inner, outer): (f32, f32), from: f32, to: f32) -> Vec<(f32, f32, bool)> {
    let at = |radius: f32, angle: f32| (center.0 + radius * angle.sin(), center.1 - radius * angle.cos());
    let steps = (((to - from) / std::f32::consts::FRAC_PI_2).ceil() as usize).max(1);
    let mut points = Vec::new();
    for (radius, start, end) in [(outer, from, to), (inner, to, from)] {
        let step = (end - start) / steps as f32;
        let reach = radius * 4.0 / 3.0 * (step / 4.0).tan();
        let (x, y) = at(radius, start);
        points.push((x, y, false));
        for index in 0..steps {
            let (a, b) = (start + step * index as f32, start + step * (index + 1) as f32);
            let (p, q) = (at(radius, a), at(radius, b));
            points.push((p.0 + reach * a.cos(), p.1 + reach * a.sin(), true));
            points.push((q.0 - reach * b.cos(), q.1 - reach * b.sin(), true));
            points.push((q.0, q.1, false));
        }
    }
    points
}
