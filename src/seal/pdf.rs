//! Signing a PDF: PAdES-B-B in an incremental update, so that not a byte of the report itself changes.

use chrono::{DateTime, Utc};
use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, StringFormat, dictionary};

use super::identity::Signer;
use super::sign::{PdfSignFault, SignError, sign_parts};

/// Room for the signature in bytes: a few certificates of 4096-bit RSA keys and, later, a time stamp.
const ROOM: usize = 16 * 1024;
/// Ten digits: as wide as an offset can be in a PDF.
const WIDE: i64 = 9_999_999_999;
/// Print and Locked: shown on paper as it is, which is nothing.
const FLAGS: i64 = 4 | 128;

/// What a PDF signature says in words.
#[derive(Debug, Clone, Copy, Default)]
pub struct PdfSignature<'a> {
    /// Who signs, as a viewer shows it.
    pub name: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Signs `pdf`: the same bytes with an update appended that holds an invisible signature over the whole file.
pub fn sign_pdf(
    pdf: &[u8],
    signer: &dyn Signer,
    time: DateTime<Utc>,
    words: &PdfSignature<'_>,
) -> Result<Vec<u8>, SignError> {
    let document = Document::load_mem(pdf).map_err(PdfSignFault::from)?;
    if document.is_encrypted() {
        return Err(PdfSignFault::Encrypted.into());
    }
    let mut update = IncrementalDocument::create_from(pdf.to_vec(), document);
    add_signature(&mut update, time, words).map_err(PdfSignFault::from)?;
    let mut bytes = Vec::with_capacity(pdf.len() + 3 * ROOM);
    update.save_to(&mut bytes).map_err(|error| PdfSignFault::from(lopdf::Error::from(error)))?;
    fill(&mut bytes, pdf.len(), signer)?;
    Ok(bytes)
}

fn add_signature(update: &mut IncrementalDocument, time: DateTime<Utc>, words: &PdfSignature<'_>) -> lopdf::Result<()> {
    let previous = update.get_prev_documents();
    let root = previous.trailer.get(b"Root")?.as_reference()?;
    let page = previous.page_iter().next().ok_or(lopdf::Error::PageNumberNotFound(1))?;
    let version = previous.version.clone();
    update.new_document.version = version;
    let signature = update.new_document.add_object(signature_dictionary(time, words));
    let widget = update.new_document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "FT" => "Sig",
        "T" => Object::string_literal("Signature1"),
        "TU" => Object::string_literal("Digital signature of this report"),
        "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
        "F" => FLAGS, "P" => page, "V" => signature,
    });
    add_to_page(update, page, widget)?;
    add_to_form(update, root, widget)
}

fn signature_dictionary(time: DateTime<Utc>, words: &PdfSignature<'_>) -> Dictionary {
    dictionary! {
        "Type" => "Sig", "Filter" => "Adobe.PPKLite", "SubFilter" => "ETSI.CAdES.detached",
        "ByteRange" => vec![0.into(), WIDE.into(), WIDE.into(), WIDE.into()],
        "Contents" => Object::String(vec![0; ROOM], StringFormat::Hexadecimal),
        "M" => Object::string_literal(time.format("D:%Y%m%d%H%M%SZ").to_string()),
        "Name" => text(words.name), "Reason" => text(words.reason),
    }
}

/// UTF-16 in hex digits: no text can look like another part of the file.
fn text(text: &str) -> Object {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}

fn add_to_page(update: &mut IncrementalDocument, page: ObjectId, widget: ObjectId) -> lopdf::Result<()> {
    update.opt_clone_object_to_new_document(page)?;
    let listed = update.new_document.get_dictionary(page)?.get(b"Annots").ok().cloned();
    let mut annotations = match listed {
        Some(Object::Array(annotations)) => annotations,
        Some(Object::Reference(id)) => {
            let previous = update.get_prev_documents().get_object(id)?;
            previous.as_array()?.clone()
        }
        _ => Vec::new(),
    };
    annotations.push(widget.into());
    update.new_document.get_object_mut(page)?.as_dict_mut()?.set("Annots", annotations);
    Ok(())
}

fn add_to_form(update: &mut IncrementalDocument, root: ObjectId, widget: ObjectId) -> lopdf::Result<()> {
    update.opt_clone_object_to_new_document(root)?;
    let catalog = update.new_document.get_object_mut(root)?.as_dict_mut()?;
    if catalog.has(b"AcroForm") {
        return Err(lopdf::Error::Unimplemented("signing a PDF that has a form"));
    }
    // SigFlags: signatures exist (1), and the file must only ever be appended to (2).
    catalog.set("AcroForm", dictionary! { "Fields" => vec![widget.into()], "SigFlags" => 3 });
    Ok(())
}

/// Writes the real byte range over the placeholder, then the signature over the zeros.
fn fill(bytes: &mut [u8], original: usize, signer: &dyn Signer) -> Result<(), SignError> {
    let range = find(bytes, b"/ByteRange", original).ok_or(PdfSignFault::Lost)?;
    let open = find(bytes, b"[", range).ok_or(PdfSignFault::Lost)?;
    let close = find(bytes, b"]", open).ok_or(PdfSignFault::Lost)?;
    let zeros: Vec<u8> = std::iter::once(b'<').chain(std::iter::repeat_n(b'0', 2 * ROOM)).chain([b'>']).collect();
    let start = find(bytes, &zeros, original).ok_or(PdfSignFault::Lost)?;
    let end = start + zeros.len();
    let numbers = format!("0 {start} {end} {}", bytes.len() - end);
    let place = bytes.get_mut(open + 1..close).ok_or(PdfSignFault::Lost)?;
    if numbers.len() > place.len() {
        return Err(PdfSignFault::Lost.into());
    }
    place.fill(b' ');
    place[..numbers.len()].copy_from_slice(numbers.as_bytes());
    let der = sign_parts(&[&bytes[..start], &bytes[end..]], signer, None)?;
    if der.len() > ROOM {
        return Err(PdfSignFault::TooLarge { size: der.len(), room: ROOM }.into());
    }
    for (place, byte) in bytes[start + 1..end - 1].chunks_exact_mut(2).zip(der) {
        place.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    Ok(())
}

fn digit(half: u8) -> u8 {
    if half < 10 { b'0' + half } else { b'a' + half - 10 }
}

/// Where `needle` is first found at or after `from`.
pub(super) fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, needle).map(|at| from + at)
}
