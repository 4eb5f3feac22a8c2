//! What each mark on a page is, for screen readers: the structure tree.

/// A node's number.
pub(super) type NodeId = usize;

/// A structure element's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Heading(u8),
    Paragraph,
    /// A list with dots.
    Bullets,
    /// A list with numbers.
    Numbers,
    /// A list whose marks are words.
    Terms,
    Item,
    Label,
    Body,
    Contents,
    Entry,
    Table,
    Row,
    HeadCell,
    Cell,
    Group,
    Figure,
    Link,
}

impl Role {
    /// The PDF's name of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Document => "Document",
            Self::Heading(1) => "H1",
            Self::Heading(2) => "H2",
            Self::Heading(_) => "H3",
            Self::Paragraph => "P",
            Self::Bullets | Self::Numbers | Self::Terms => "L",
            Self::Item => "LI",
            Self::Label => "Lbl",
            Self::Body => "LBody",
            Self::Contents => "TOC",
            Self::Entry => "TOCI",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::HeadCell => "TH",
            Self::Cell => "TD",
            Self::Group => "Div",
            Self::Figure => "Figure",
            Self::Link => "Link",
        }
    }
}

/// A structure element.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) role: Role,
    pub(super) parent: Option<NodeId>,
    pub(super) alt: Option<String>,
    pub(super) span: usize,
    /// It joins its parent's content where it is first painted, not where it was made.
    pub(super) lazy: bool,
}

/// The tree; its first node is the document.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) nodes: Vec<Node>,
}

impl Tags {
    /// The document's node.
    pub(super) const ROOT: NodeId = 0;

    pub(super) fn new() -> Self {
        Self { nodes: vec![Node { role: Role::Document, parent: None, alt: None, span: 1, lazy: false }] }
    }

    pub(super) fn add(&mut self, parent: NodeId, role: Role) -> NodeId {
        self.nodes.push(Node { role, parent: Some(parent), alt: None, span: 1, lazy: false });
        self.nodes.len() - 1
    }

    pub(super) fn add_lazy(&mut self, parent: NodeId, role: Role) -> NodeId {
        let node = self.add(parent, role);
        self.nodes[node].lazy = true;
        node
    }

    pub(super) fn add_figure(&mut self, parent: NodeId, alt: &str) -> NodeId {
        let node = self.add(parent, Role::Figure);
        self.nodes[node].alt = Some(alt.to_owned());
        node
    }
}
