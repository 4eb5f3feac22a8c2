//! An assessment as documents for people: one view, templates that show it as HTML and as PDF, and sheets to filter.

mod html;
mod input;
mod sheet;
mod templates;
mod view;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use crate::typeset;

pub use html::{html, page};
pub use input::{Input, SignerLine};
pub use sheet::{SPREADSHEET, SheetError, spreadsheet};
pub use templates::{ReportError, Templates};

/// Renders the PDF, not signed yet.
pub fn pdf(input: &Input<'_>, templates: &Templates) -> Result<Vec<u8>, ReportError> {
    let markup = templates.render("report.pdf.xml", &view::View::new(input), &[])?;
    let fonts = typeset::Fonts::read(templates.files())?;
    let organization = &input.settings.organization;
    let period = input.assessment.period;
    let info = typeset::DocumentInfo {
        title: format!("AWS evidence pack: {organization}, {} to {}", period.start, period.end),
        author: organization.clone(),
        date: input.snapshot.finished,
        language: "en".to_owned(),
    };
    Ok(typeset::render(&markup, &fonts, &info)?)
}
