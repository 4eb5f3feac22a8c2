//! Sets documents in type: a small XML text in, the bytes of a PDF out. It knows nothing of audits.
//!
//! ```text
//! template ──Tera──► XML ──read──► blocks ──layout──► pages of marks ──write──► bytes
//! ```
//! The XML's dozen elements are for templates: what a report says and how its parts follow each other stays the users'
//! to change. Everything after it is here: line breaking, pages, tags, fonts. The same text gives the same bytes.

mod block;
mod chart;
mod cuts;
mod error;
mod fonts;
mod front;
mod info;
mod inline;
mod layout;
mod outline;
mod page;
mod read;
mod running;
mod shape;
mod style;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod write;
mod xml;

use sha2::{Digest, Sha256};

pub(crate) use error::PdfError;
pub(crate) use fonts::Fonts;
pub(crate) use info::DocumentInfo;

/// Makes a PDF.
pub(crate) fn render(xml: &str, fonts: &Fonts<'_>, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    let report = read::read(xml)?;
    let mut shaper = shape::Shaper::new(fonts);
    let laid = layout::lay_out(report, &mut shaper);
    let texts = std::mem::take(&mut shaper.texts);
    drop(shaper);
    let mut hash = Sha256::new();
    for part in [xml, &info.title, &info.author, &info.language, &info.date.to_rfc3339()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    write::write(laid, fonts, &texts, info, hash.finalize().into())
}
