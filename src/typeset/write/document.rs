//! The catalog and what hangs on it: links, outline, metadata, output intent.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use lopdf::{Dictionary, Document, Object, ObjectId, SaveOptions, Stream, StringFormat};

use super::super::fonts::Fonts;
use super::super::outline::Entry;
use super::super::style::PAGE_HEIGHT;
use super::super::tags::Tags;
use super::super::{DocumentInfo, PdfError};
use super::extra::{Extra, round};
use super::structure::{Marks, text_string};

/// All that is added to printpdf's document.
pub(super) struct Parts<'p, 'a> {
    pub(super) tags: Tags,
    pub(super) marks: Marks,
    pub(super) extras: Vec<Extra>,
    pub(super) anchors: BTreeMap<Rc<str>, (usize, f32)>,
    pub(super) outline: Vec<Entry>,
    pub(super) fonts: &'p Fonts<'a>,
    pub(super) info: &'p DocumentInfo,
    pub(super) content: [u8; 32],
}

/// Adds it, and saves.
pub(super) fn finish(document: &mut Document, parts: Parts<'_, '_>) -> Result<Vec<u8>, PdfError> {
    let Parts { tags, mut marks, extras, anchors, outline, fonts, info, content } = parts;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    marks.cover_pages(pages.len());
    for (index, extra) in extras.into_iter().enumerate() {
        for (node, bounds) in &extra.frames {
            marks.frame(*node, *bounds);
        }
        let links = links(document, index, extra, &mut marks, &anchors, &pages);
        let page = document.get_object_mut(pages[index]).and_then(Object::as_dict_mut)?;
        page.remove(b"Annots");
        if !links.is_empty() {
            page.set("Annots", links);
        }
        page.set("StructParents", index as i64);
        page.set("Tabs", "S");
    }
    let structure = marks.write(document, &tags, &pages);
    drop(tags);
    let places = Places { anchors: &anchors, pages: &pages };
    let outlines = write_outline(document, &outline, &places);
    let metadata = Dictionary::from_iter([("Type", Object::from("Metadata")), ("Subtype", "XML".into())]);
    let metadata = Stream::new(metadata, xmp(info).into_bytes()).with_compression(false);
    let metadata = document.add_object(metadata);
    let profile = Dictionary::from_iter([("N", Object::from(3)), ("Alternate", "DeviceRGB".into())]);
    let profile = document.add_object(Stream::new(profile, fonts.profile.to_vec()));
    let intent = Dictionary::from_iter([
        ("Type", Object::from("OutputIntent")),
        ("S", "GTS_PDFA1".into()),
        ("OutputConditionIdentifier", Object::string_literal("sRGB IEC61966-2.1")),
        ("Info", Object::string_literal("sRGB IEC61966-2.1")),
        ("DestOutputProfile", profile.into()),
    ]);
    let catalog = document.catalog_mut()?;
    catalog.set("Metadata", metadata);
    catalog.set("OutputIntents", vec![Object::Dictionary(intent)]);
    catalog.set("StructTreeRoot", structure);
    catalog.set("MarkInfo", Dictionary::from_iter([("Marked", Object::Boolean(true))]));
    catalog.set("Lang", Object::string_literal(info.language.as_str()));
    catalog.set("ViewerPreferences", Dictionary::from_iter([("DisplayDocTitle", Object::Boolean(true))]));
    if let Some(outlines) = outlines {
        catalog.set("Outlines", outlines);
    }
    catalog.set("PageMode", if outlines.is_some() { "UseOutlines" } else { "UseNone" });
    set_info(document, info);
    let id = Object::String(content[..16].to_vec(), StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    document.version = "1.7".to_owned();
    document.prune_objects();
    document.compress();
    let mut bytes = Vec::new();
    let options = SaveOptions::builder().use_object_streams(true).use_xref_streams(true).build();
    document.save_with_options(&mut bytes, options).map_err(lopdf::Error::from)?;
    Ok(bytes)
}

/// Where the anchors are.
struct Places<'p> {
    anchors: &'p BTreeMap<Rc<str>, (usize, f32)>,
    pages: &'p [ObjectId],
}

impl Places<'_> {
    fn destination(&self, id: &str) -> Option<Object> {
        let (page, y) = self.anchors.get(id)?;
        let page = self.pages.get(*page)?;
        let top = Object::Real(round(PAGE_HEIGHT - y));
        Some(Object::Array(vec![Object::Reference(*page), "XYZ".into(), Object::Null, top, Object::Null]))
    }
}

/// A page's links; one that leads nowhere is plain text.
fn links(
    document: &mut Document,
    page: usize,
    extra: Extra,
    marks: &mut Marks,
    anchors: &BTreeMap<Rc<str>, (usize, f32)>,
    pages: &[ObjectId],
) -> Vec<Object> {
    let places = Places { anchors, pages };
    let mut list = Vec::new();
    for link in extra.links {
        let Some(destination) = places.destination(&link.to) else { continue };
        let id = document.new_object_id();
        let mut annotation = Dictionary::from_iter([
            ("Type", Object::from("Annot")),
            ("Subtype", "Link".into()),
            ("Rect", Object::Array(link.rect.map(Object::Real).to_vec())),
            ("Border", Object::Array(vec![0.into(), 0.into(), 0.into()])),
            ("F", 4.into()),
            ("Dest", destination),
            ("Contents", Object::string_literal("Link within this report")),
        ]);
        if let Some(key) = link.node.and_then(|node| marks.annotate(node, page, id, pages.len())) {
            annotation.set("StructParent", key);
        }
        document.objects.insert(id, Object::Dictionary(annotation));
        list.push(Object::Reference(id));
    }
    list
}

/// An outline entry with its place in the tree.
struct Branch {
    id: ObjectId,
    parent: Option<usize>,
    children: Vec<usize>,
}

fn write_outline(document: &mut Document, entries: &[Entry], places: &Places<'_>) -> Option<ObjectId> {
    if entries.is_empty() {
        return None;
    }
    let root = document.new_object_id();
    let mut branches: Vec<Branch> = Vec::new();
    let mut top = Vec::new();
    let mut path: Vec<usize> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        path.retain(|other| entries[*other].level < entry.level);
        let parent = path.last().copied();
        branches.push(Branch { id: document.new_object_id(), parent, children: Vec::new() });
        match parent {
            Some(parent) => branches[parent].children.push(index),
            None => top.push(index),
        }
        path.push(index);
    }
    for (index, entry) in entries.iter().enumerate() {
        let branch = &branches[index];
        let siblings = branch.parent.map_or(&top, |parent| &branches[parent].children);
        let own = siblings.iter().position(|other| *other == index).unwrap_or(0);
        let mut item = Dictionary::new();
        item.set("Title", text_string(&entry.title));
        item.set("Parent", branch.parent.map_or(root, |parent| branches[parent].id));
        if let Some(destination) = places.destination(&entry.id) {
            item.set("Dest", destination);
        }
        if let Some(before) = own.checked_sub(1) {
            item.set("Prev", branches[siblings[before]].id);
        }
        if let Some(after) = siblings.get(own + 1) {
            item.set("Next", branches[*after].id);
        }
        if let (Some(first), Some(last)) = (branch.children.first(), branch.children.last()) {
            item.set("First", branches[*first].id);
            item.set("Last", branches[*last].id);
            // Negative: closed when the file is opened.
            item.set("Count", -(branch.children.len() as i64));
        }
        document.objects.insert(branch.id, Object::Dictionary(item));
    }
    let mut outlines = Dictionary::new();
    outlines.set("Type", "Outlines");
    outlines.set("First", branches[*top.first()?].id);
    outlines.set("Last", branches[*top.last()?].id);
    outlines.set("Count", top.len() as i64);
    document.objects.insert(root, Object::Dictionary(outlines));
    Some(root)
}

fn set_info(document: &mut Document, info: &DocumentInfo) {
    let date = Object::string_literal(info.date.format("D:%Y%m%d%H%M%S+00'00'").to_string());
    let dictionary = Dictionary::from_iter([
        ("Title", text_string(&info.title)),
        ("Author", text_string(&info.author)),
        ("Creator", text_string("auditpack")),
        ("Producer", text_string("auditpack")),
        ("CreationDate", date.clone()),
        ("ModDate", date),
    ]);
    let id = document.add_object(dictionary);
    document.trailer.set("Info", id);
}

fn xmp(info: &DocumentInfo) -> String {
    let escape = |text: &str| {
        let printable: String = text.chars().filter(|character| !character.is_control()).collect();
        quick_xml::escape::escape(printable).into_owned()
    };
    let (title, author, language) = (escape(&info.title), escape(&info.author), escape(&info.language));
    let date = stamp(info.date);
    format!(
        r#"<?xpacket begin="{mark}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
   <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
   <pdf:Producer>auditpack</pdf:Producer>
   <xmp:CreatorTool>auditpack</xmp:CreatorTool>
   <xmp:CreateDate>{date}</xmp:CreateDate>
   <xmp:ModifyDate>{date}</xmp:ModifyDate>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#,
        mark = '\u{FEFF}'
    )
}

fn stamp(date: DateTime<Utc>) -> String {
    date.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}
