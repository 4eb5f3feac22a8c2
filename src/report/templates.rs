//! The templates: the embedded ones, and the user's in their place.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, ErrorKind, Tera};

use crate::embedded;
use crate::model::nearest;

/// Templates that parsed.
///
/// Only `.html` and `.xml` files are templates, because only these are escaped; the others (`style.css`, fonts) are
/// taken as they are.
#[derive(Clone)]
pub struct Templates {
    tera: Tera,
    sources: BTreeMap<String, String>,
    files: BTreeMap<String, Vec<u8>>,
}

/// A report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A template does not parse, or asks for what the report does not have.
    #[error("template `{file}`, line {line}, column {column}: {message}: `{word}`")]
    Template {
        /// The template's path in the templates folder.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// The words it is about.
        word: String,
    },
    /// The templates do not fit together.
    #[error("the templates do not fit together")]
    Templates(#[source] tera::Error),
    /// A file that must be text is not.
    #[error("template `{0}` is not UTF-8 text: save it as UTF-8")]
    NotText(String),
    /// The style ends itself.
    #[error("`style.css` contains `</`, which would end the style inside the report: remove it")]
    Style,
    /// The PDF cannot be laid out or written.
    #[error(transparent)]
    Pdf(#[from] crate::typeset::PdfError),
}

impl Templates {
    /// The embedded templates.
    pub fn embedded() -> Result<Self, ReportError> {
        Self::with(&BTreeMap::new())
    }

    /// The embedded templates, those that the user brings in their place; paths are relative to the templates folder.
    pub fn with(user: &BTreeMap<String, Vec<u8>>) -> Result<Self, ReportError> {
        let mut files: BTreeMap<String, Vec<u8>> =
            embedded::TEMPLATES.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
        files.extend(user.iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
        let mut sources = BTreeMap::new();
        for (path, bytes) in &files {
            if path.ends_with(".html") || path.ends_with(".xml") {
                let text = String::from_utf8(bytes.clone()).map_err(|_| ReportError::NotText(path.clone()))?;
                sources.insert(path.clone(), text);
            }
        }
        let mut tera = Tera::new();
        tera.autoescape_on([".html", ".xml"]);
        tera.add_raw_templates(sources.iter().map(|(path, text)| (path.as_str(), text.as_str())))
            .map_err(|error| explain(error, &sources))?;
        Ok(Self { tera, sources, files })
    }

    /// The embedded template of almost this name, if it has none of this name.
    pub fn meant(name: &str) -> Option<&'static str> {
        let embedded = || embedded::TEMPLATES.iter().map(|(path, _)| *path);
        nearest(name, embedded()).filter(|_| embedded().all(|path| path != name))
    }

    /// A file of the templates folder as it is.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// All files of the templates folder.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// A file of the templates folder as text; empty when there is none.
    pub(super) fn text(&self, path: &str) -> Result<&str, ReportError> {
        std::str::from_utf8(self.file(path).unwrap_or_default()).map_err(|_| ReportError::NotText(path.to_owned()))
    }

    /// Renders a template with a view and further texts.
    pub(super) fn render(
        &self,
        name: &str,
        view: &impl Serialize,
        texts: &[(&'static str, &str)],
    ) -> Result<String, ReportError> {
        let mut context = Context::from_serialize(view).map_err(|error| explain(error, &self.sources))?;
        for (name, text) in texts {
            context.insert(*name, text);
        }
        self.tera.render(name, &context).map_err(|error| explain(error, &self.sources))
    }
}

/// The place and the word come from the error; its own text draws the line, which a terminal may not show.
fn explain(error: tera::Error, sources: &BTreeMap<String, String>) -> ReportError {
    let (ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report)) = error.kind() else {
        return ReportError::Templates(error);
    };
    let span = report.span();
    let source = sources.get(report.filename()).map(String::as_str).unwrap_or_default();
    let word = source.get(span.range.clone()).unwrap_or_default();
    ReportError::Template {
        file: report.filename().to_owned(),
        line: span.start_line,
        column: span.start_col + 1,
        message: report.message().to_owned(),
        word: word.chars().take(80).collect(),
    }
}
