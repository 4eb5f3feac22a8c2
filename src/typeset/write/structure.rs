//! The structure tree: what the marks on the pages mean, and in which order they are read.

use lopdf::{Dictionary, Document, Object, ObjectId, StringFormat};

use super::super::tags::{NodeId, Role, Tags};

/// What a node holds.
enum Kid {
    Node(NodeId),
    Mark { page: usize, number: i64 },
    Annotation { page: usize, id: ObjectId },
}

/// The marks as they were painted.
pub(super) struct Marks {
    kids: Vec<Vec<Kid>>,
    joined: Vec<bool>,
    /// For each page, the node of each mark.
    pages: Vec<Vec<NodeId>>,
    /// Each annotation's node.
    annotations: Vec<NodeId>,
    frames: Vec<Option<[f32; 4]>>,
}

impl Marks {
    pub(super) fn new(tags: &Tags) -> Self {
        let count = tags.nodes.len();
        let mut marks = Self {
            kids: std::iter::repeat_with(Vec::new).take(count).collect(),
            joined: vec![true; count],
            pages: Vec::new(),
            annotations: Vec::new(),
            frames: vec![None; count],
        };
        for (id, node) in tags.nodes.iter().enumerate() {
            if node.lazy {
                marks.joined[id] = false;
            } else if let Some(parent) = node.parent {
                marks.kids[parent].push(Kid::Node(id));
            }
        }
        marks
    }

    /// A new mark of a node on a page; its number there.
    pub(super) fn mark(&mut self, tags: &Tags, node: NodeId, page: usize) -> i64 {
        if let (false, Some(parent)) = (self.joined[node], tags.nodes[node].parent) {
            self.kids[parent].push(Kid::Node(node));
            self.joined[node] = true;
        }
        while self.pages.len() <= page {
            self.pages.push(Vec::new());
        }
        let number = self.pages[page].len() as i64;
        self.pages[page].push(node);
        self.kids[node].push(Kid::Mark { page, number });
        number
    }

    /// Says what an annotation is; its key in the parent tree, after the pages' keys.
    pub(super) fn annotate(&mut self, node: NodeId, page: usize, id: ObjectId, page_count: usize) -> Option<i64> {
        if !self.joined[node] {
            return None;
        }
        self.kids[node].push(Kid::Annotation { page, id });
        self.annotations.push(node);
        Some((page_count + self.annotations.len() - 1) as i64)
    }

    pub(super) fn frame(&mut self, node: NodeId, bounds: [f32; 4]) {
        self.frames[node] = Some(bounds);
    }

    /// Adds the tree to the document; its root is returned.
    pub(super) fn write(self, document: &mut Document, tags: &Tags, pages: &[ObjectId]) -> ObjectId {
        let root = document.new_object_id();
        let ids: Vec<ObjectId> = tags.nodes.iter().map(|_| document.new_object_id()).collect();
        for (node, kids) in self.kids.iter().enumerate() {
            if !self.joined[node] {
                continue;
            }
            let meta = &tags.nodes[node];
            let mut element = Dictionary::new();
            element.set("S", Object::Name(meta.role.name().into()));
            element.set("P", meta.parent.map_or(root, |parent| ids[parent]));
            let home = kids.iter().find_map(|kid| match kid {
                Kid::Mark { page, .. } | Kid::Annotation { page, .. } => Some(*page),
                Kid::Node(_) => None,
            });
            if let Some(page) = home.and_then(|page| pages.get(page)) {
                element.set("Pg", *page);
            }
            let mut list: Vec<Object> = kids.iter().map(|kid| kid_object(kid, home, &ids, pages)).collect();
            match list.len() {
                0 => {}
                1 => element.set("K", list.remove(0)),
                _ => element.set("K", list),
            }
            if let Some(alt) = &meta.alt {
                element.set("Alt", text_string(alt));
            }
            if let Some(attributes) = self.attributes(meta.role, meta.span, node) {
                element.set("A", attributes);
            }
            document.objects.insert(ids[node], Object::Dictionary(element));
        }
        let tree = self.parent_tree(document, &ids);
        let mut dictionary = Dictionary::new();
        dictionary.set("Type", "StructTreeRoot");
        dictionary.set("K", ids[Tags::ROOT]);
        dictionary.set("ParentTree", tree);
        dictionary.set("ParentTreeNextKey", (self.pages.len().max(pages.len()) + self.annotations.len()) as i64);
        document.objects.insert(root, Object::Dictionary(dictionary));
        root
    }

    fn attributes(&self, role: Role, span: usize, node: NodeId) -> Option<Dictionary> {
        let mut attributes = Dictionary::new();
        match role {
            Role::HeadCell | Role::Cell => {
                attributes.set("O", "Table");
                if role == Role::HeadCell {
                    attributes.set("Scope", "Column");
                }
                if span > 1 {
                    attributes.set("ColSpan", span as i64);
                }
                if attributes.len() == 1 {
                    return None;
                }
            }
            Role::Figure => {
                attributes.set("O", "Layout");
                let bounds = self.frames[node]?;
                attributes.set("BBox", bounds.map(Object::Real).to_vec());
            }
            Role::Bullets | Role::Numbers => {
                attributes.set("O", "List");
                attributes.set("ListNumbering", if role == Role::Bullets { "Disc" } else { "Decimal" });
            }
            _ => return None,
        }
        Some(attributes)
    }

    fn parent_tree(&self, document: &mut Document, ids: &[ObjectId]) -> ObjectId {
        let mut numbers: Vec<Object> = Vec::new();
        for (page, nodes) in self.pages.iter().enumerate() {
            let list: Vec<Object> = nodes.iter().map(|node| Object::Reference(ids[*node])).collect();
            let list = document.add_object(list);
            numbers.extend([Object::Integer(page as i64), Object::Reference(list)]);
        }
        for (index, node) in self.annotations.iter().enumerate() {
            let key = (self.pages.len() + index) as i64;
            numbers.extend([Object::Integer(key), Object::Reference(ids[*node])]);
        }
        let mut tree = Dictionary::new();
        tree.set("Nums", numbers);
        document.add_object(tree)
    }

    /// Every page has a list of its marks, an empty one too.
    pub(super) fn cover_pages(&mut self, count: usize) {
        self.pages.resize_with(count.max(self.pages.len()), Vec::new);
    }
}

fn kid_object(kid: &Kid, home: Option<usize>, ids: &[ObjectId], pages: &[ObjectId]) -> Object {
    match kid {
        Kid::Node(node) => Object::Reference(ids[*node]),
        Kid::Mark { page, number } if Some(*page) == home => Object::Integer(*number),
        Kid::Mark { page, number } => {
            let mut reference = Dictionary::new();
            reference.set("Type", "MCR");
            reference.set("Pg", pages[*page]);
            reference.set("MCID", *number);
            Object::Dictionary(reference)
        }
        Kid::Annotation { page, id } => {
            let mut reference = Dictionary::new();
            reference.set("Type", "OBJR");
            reference.set("Pg", pages[*page]);
            reference.set("Obj", *id);
            Object::Dictionary(reference)
        }
    }
}

/// Text as the PDF's own strings hold it.
pub(super) fn text_string(text: &str) -> Object {
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}
