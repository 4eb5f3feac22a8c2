//! Why a PDF cannot be made.

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
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
    #[error("the PDF cannot be written")]
    Write(#[from] lopdf::Error),
}
