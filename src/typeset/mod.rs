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
mod fonts;
mod front;
mod inline;
mod layout;
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

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

pub(crate) use fonts::Fonts;

/// What a PDF says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentInfo {
    /// The title, shown in the window's frame.
    pub(crate) title: String,
    /// Who is responsible for it.
    pub(crate) author: String,
    /// The snapshot's time: the file's dates, so that the same report is the same file.
    pub(crate) date: DateTime<Utc>,
    /// The language, as in `en-US`.
    pub(crate) language: String,
}

/// Why there is no PDF.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum PdfError {
    /// The template's result is not a report.
    #[error("line {line} of the rendered `report.pdf.xml`: {message}")]
    Template {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A font that no report can do without is not there.
    #[error("the templates lack `fonts/{file}`")]
    NoFont {
        /// The file.
        file: &'static str,
    },
    /// A font that is not one.
    #[error("`{file}` is not a TrueType font")]
    BadFont {
        /// The file, or the font's name.
        file: String,
    },
    /// The document cannot be put together.
    #[error("the PDF cannot be written: {0}")]
    Write(String),
}

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
