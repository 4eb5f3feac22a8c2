//! The HTML report: one file that asks for nothing else and runs nothing.

use base64::Engine as _;
use serde::Serialize;

use super::view::{Page, View};
use super::{Input, ReportError, Templates};
use crate::document::Document;
use crate::model::Sha256;

/// Renders `report.html` with `style.css` inside. Its content security policy allows that one style, by its hash, and
/// images inside the file; no script, no request.
pub fn html(input: &Input<'_>, templates: &Templates) -> Result<Vec<u8>, ReportError> {
    alone("report.html", &View::new(input), templates)
}

/// Renders a result as a page of its own, as closed as the report.
pub fn page(document: &Document, templates: &Templates) -> Result<Vec<u8>, ReportError> {
    alone("page.html", &Page::new(document), templates)
}

fn alone(name: &str, view: &impl Serialize, templates: &Templates) -> Result<Vec<u8>, ReportError> {
    let style = templates.text("style.css")?;
    if style.contains("</") {
        return Err(ReportError::Style);
    }
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::of(style.as_bytes()).as_bytes());
    let policy =
        format!("default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'");
    let page = templates.render(name, view, &[("style", style), ("policy", &policy)])?;
    Ok(page.into_bytes())
}
