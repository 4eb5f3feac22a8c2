//! What a page has beside its content stream: links, and where things stand.

use super::super::tags::NodeId;

/// What a page has beside its content stream.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) links: Vec<PageLink>,
    pub(super) frames: Vec<(NodeId, [f32; 4])>,
}

/// A link's rectangle, target and node.
pub(super) struct PageLink {
    pub(super) rect: [f32; 4],
    pub(super) to: std::rc::Rc<str>,
    pub(super) node: Option<NodeId>,
}

/// Two decimals are a hundredth of a point: finer than any printer, and the streams stay small.
pub(super) fn round(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}
