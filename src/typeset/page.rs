//! Pages as lists of marks, and the flow that fills them. Lengths are points from the page's top left corner.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::shape::Glyph;
use super::style::{BODY_HEIGHT, BOTTOM, Color, TOP};
use super::tags::NodeId;

/// A mark on a page.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Text(Text),
    Rect {
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        radius: f32,
        fill: Color,
        node: Option<NodeId>,
    },
    /// A filled outline: `(x, y, control point of a curve)`.
    Shape {
        points: Vec<(f32, f32, bool)>,
        fill: Color,
        node: Option<NodeId>,
    },
    Link {
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        to: Rc<str>,
        node: Option<NodeId>,
    },
    /// A place that links lead to.
    Anchor {
        y: f32,
        id: Rc<str>,
    },
    /// The number of the page where a place is, ending at `right`; known when all pages are.
    PageNumber {
        right: f32,
        y: f32,
        size: f32,
        color: Color,
        to: Rc<str>,
        node: Option<NodeId>,
    },
    /// The bounds of a figure.
    Frame {
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        node: NodeId,
    },
}

/// Glyphs on a baseline.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) color: Color,
    pub(super) glyphs: Vec<Glyph>,
    pub(super) node: Option<NodeId>,
}

impl Item {
    pub(super) fn shift(&mut self, down: f32) {
        match self {
            Self::Text(text) => text.y += down,
            Self::Shape { points, .. } => points.iter_mut().for_each(|point| point.1 += down),
            Self::Rect { y, .. }
            | Self::Link { y, .. }
            | Self::Anchor { y, .. }
            | Self::PageNumber { y, .. }
            | Self::Frame { y, .. } => *y += down,
        }
    }

    /// The same mark without a meaning of its own: a table's head on its second page.
    fn repeated(&self) -> Option<Self> {
        let mut item = self.clone();
        match &mut item {
            Self::Text(Text { node, .. }) | Self::Rect { node, .. } | Self::Shape { node, .. } => *node = None,
            Self::Link { .. } | Self::Anchor { .. } | Self::PageNumber { .. } | Self::Frame { .. } => return None,
        }
        Some(item)
    }

    pub(super) fn node(&self) -> Option<NodeId> {
        match self {
            Self::Text(Text { node, .. })
            | Self::Rect { node, .. }
            | Self::Shape { node, .. }
            | Self::PageNumber { node, .. } => *node,
            Self::Link { .. } | Self::Anchor { .. } | Self::Frame { .. } => None,
        }
    }
}

/// Marks in the making: what lies under goes first.
#[derive(Debug, Default)]
pub(super) struct Paint {
    pub(super) under: Vec<Item>,
    pub(super) over: Vec<Item>,
}

impl Paint {
    pub(super) fn items(mut self) -> Vec<Item> {
        self.under.append(&mut self.over);
        self.under
    }
}

/// A strip across the page that is never torn; its marks count from its top.
#[derive(Debug, Default)]
pub(super) struct Slab {
    /// Room above, left out at a page's top.
    pub(super) gap: f32,
    pub(super) height: f32,
    pub(super) items: Vec<Item>,
    /// Not at a page's foot without the next one.
    pub(super) keep: bool,
    /// A table's head: it stands again on every page until `Flow::end_head`.
    pub(super) head: bool,
}

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) items: Vec<Item>,
    /// Without running header and footer.
    pub(super) bare: bool,
}

/// Fills pages from top to bottom.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) pages: Vec<Page>,
    pub(super) anchors: BTreeMap<Rc<str>, (usize, f32)>,
    y: f32,
    /// To be left above the next strip.
    room: f32,
    kept: Vec<Slab>,
    head: Option<(Vec<Item>, f32)>,
}

impl Flow {
    pub(super) fn new() -> Self {
        Self { pages: vec![Page::default()], anchors: BTreeMap::new(), y: TOP, room: 0.0, kept: Vec::new(), head: None }
    }

    /// Adds a strip; one that keeps waits for its next.
    pub(super) fn push(&mut self, mut slab: Slab) {
        slab.gap += std::mem::take(&mut self.room);
        let keep = slab.keep;
        self.kept.push(slab);
        if !keep {
            self.settle();
        }
    }

    /// Places what waits.
    pub(super) fn settle(&mut self) {
        let group = std::mem::take(&mut self.kept);
        if group.is_empty() {
            return;
        }
        let height: f32 = group.iter().map(|slab| slab.gap + slab.height).sum();
        let fits_a_page = height <= BODY_HEIGHT - self.head.as_ref().map_or(0.0, |(_, height)| *height);
        if fits_a_page && self.y + height > BOTTOM {
            self.turn();
        }
        for slab in group {
            if self.y + slab.gap + slab.height > BOTTOM && !self.is_at_top() {
                self.turn();
            }
            self.place(slab);
        }
    }

    fn is_at_top(&self) -> bool {
        self.y <= TOP + self.head.as_ref().map_or(0.0, |(_, height)| *height) + 0.01
    }

    fn place(&mut self, slab: Slab) {
        if self.y > TOP + 0.01 {
            self.y += slab.gap;
        }
        if slab.head {
            self.head = Some((slab.items.iter().filter_map(Item::repeated).collect(), slab.height));
        }
        self.put(slab.items);
        self.y += slab.height;
    }

    fn put(&mut self, items: Vec<Item>) {
        let number = self.pages.len() - 1;
        for mut item in items {
            item.shift(self.y);
            if let Item::Anchor { y, id } = &item {
                self.anchors.insert(Rc::clone(id), (number, *y));
                continue;
            }
            if let Some(page) = self.pages.last_mut() {
                page.items.push(item);
            }
        }
    }

    fn turn(&mut self) {
        self.pages.push(Page::default());
        self.y = TOP;
        if let Some((items, height)) = self.head.clone() {
            self.put(items);
            self.y += height;
        }
    }

    /// The table is at its end: its head is not needed any more.
    pub(super) fn end_head(&mut self) {
        self.settle();
        self.head = None;
    }

    /// Leaves room before the next strip, which a page's end swallows.
    pub(super) fn space(&mut self, height: f32) {
        self.room += height;
    }

    /// Goes on at the top of a page.
    pub(super) fn break_page(&mut self) {
        self.end_head();
        self.room = 0.0;
        if self.y > TOP + 0.01 {
            self.turn();
        }
    }

    /// Fills a page of its own, without running header and footer.
    pub(super) fn bare_page(&mut self, items: Vec<Item>) {
        self.break_page();
        if let Some(page) = self.pages.last_mut() {
            page.items.extend(items);
            page.bare = true;
        }
        self.turn();
    }
}
