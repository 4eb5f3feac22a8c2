//! ISO/IEC 27001's statement of applicability, as far as the settings and the evidence make it.

use super::table::{Cell, Column, Table};
use crate::model::{RequirementResult, Status};
use crate::report::Input;
use crate::report::view::Badge;

const COLUMNS: &[Column] = &[
    Column::new("Control", 11),
    Column::new("Title", 36),
    Column::new("Theme", 18),
    Column::new("Applicable", 13),
    Column::new("Reason for leaving it out", 40),
    Column::new("Approved by", 20),
    Column::new("Approved on", 12),
    Column::by_hand("Reason for including it (the organization's)", 36),
    Column::new("Responsibility", 14),
    Column::new("Implemented: status", 16),
    Column::new("Why this status", 56),
];

/// The sheet; none where ISO 27001 is not in scope.
pub(super) fn table<'a>(input: &'a Input<'a>) -> Option<Table<'a>> {
    let controls = || input.assessment.requirements.iter().filter(|one| is_control(one));
    controls().next()?;
    Some(Table {
        name: "Statement of applicability",
        about: "The controls of ISO/IEC 27001's Annex A: those that the organization left out with its reason, and where \
                the others stand. Why a control was included the organization says itself: the pack does not know it.",
        columns: COLUMNS,
        frozen: 2,
        empty: "",
        rows: Box::new(controls().map(row)),
    })
}

/// Annex A's controls; the clauses always apply.
fn is_control(one: &RequirementResult) -> bool {
    one.framework.as_str().starts_with("iso27001") && one.id.as_str().starts_with("A.")
}

fn row(one: &RequirementResult) -> Vec<Cell> {
    let why = one.exclusion.as_ref();
    let applicable = match (why, one.status) {
        (Some(_), _) => Badge::new("no", "na"),
        // It was not left out, and yet there is nothing that it could be judged by.
        (None, Status::NotApplicable) => Badge::new("not left out", "undetermined"),
        (None, _) => Badge::new("yes", "pass"),
    };
    vec![
        Cell::strong(one.id.as_str()),
        Cell::prose(&one.title),
        Cell::prose(&one.group),
        Cell::Badge(applicable),
        why.map_or(Cell::Empty, |why| Cell::prose(&why.reason)),
        Cell::maybe(why.and_then(|why| why.approver.as_deref())),
        Cell::day(why.and_then(|why| why.date)),
        Cell::Empty,
        Cell::text(one.responsibility.words()),
        Cell::Badge(one.status.into()),
        Cell::prose(&one.reason),
    ]
}
