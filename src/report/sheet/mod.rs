//! The control matrix as a spreadsheet, for those who filter: what the reports say, a line each, without what they leave
//! out for length.

mod applicability;
mod blind_spots;
mod book;
mod customer_controls;
mod evidence;
mod exceptions;
mod files;
mod findings;
mod looks;
mod matrix;
mod requests;
mod scope;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Input;
use crate::model::Sha256;
use book::{About, SheetLimits};
use files::Files;
use table::{Shown, Table};

pub use book::SheetError;

/// What the spreadsheet is called in a pack.
pub const SPREADSHEET: &str = "control-matrix.xlsx";

/// Renders the spreadsheet; `withheld` are the bodies that the pack leaves out. The same input gives the same bytes.
pub fn spreadsheet(input: &Input<'_>, withheld: &BTreeSet<Sha256>) -> Result<Vec<u8>, SheetError> {
    let files = Files::new(input, withheld);
    let organization = Shown::of(&input.snapshot.organization);
    let period = input.assessment.period;
    let title = format!("Control matrix: {}, {} to {}", organization.as_str(), period.start, period.end);
    let about = About { title: &Shown::of(&title), organization: &organization, time: input.snapshot.time };
    book::write(tables(input, &files), &about, SheetLimits::EXCEL)
}

/// The sheets, in their order; one whose subject the assessment does not have is left out.
fn tables<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Vec<Table<'a>> {
    let rest: Vec<Table<'a>> = [
        Some(matrix::table(input, files)),
        applicability::table(input),
        customer_controls::table(input, files),
        Some(findings::table(input, files)),
        Some(evidence::index(input, files)),
        Some(evidence::documents(input, files)),
        Some(requests::table(input)),
        Some(exceptions::table(input)),
        Some(scope::table(input)),
        Some(blind_spots::table(input, files)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let first = summary::table(input, &rest);
    std::iter::once(first).chain(rest).collect()
}
