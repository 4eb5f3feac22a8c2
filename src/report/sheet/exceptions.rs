//! The exceptions that the organization approved, and what became of them.

use super::table::{Cell, Column, Table};
use crate::model::{ExceptionTerm, ExceptionUse};
use crate::report::Input;
use crate::report::view::{Badge, exception_state};

const COLUMNS: &[Column] = &[
    Column::new("No.", 6),
    Column::new("Check", 30),
    Column::new("Resources", 50),
    Column::new("Reason", 56),
    Column::new("Approved by", 24),
    Column::new("Since", 12),
    Column::new("Until", 12),
    Column::new("Term", 16),
    Column::new("State", 13),
    Column::new("Failing findings covered", 12),
    Column::by_hand("Auditor's note", 30),
];

pub(super) fn table<'a>(input: &'a Input<'a>) -> Table<'a> {
    Table {
        name: "Exceptions",
        about: "Deviations that the organization approved. An exception stands beside a verdict and never changes it.",
        columns: COLUMNS,
        frozen: 2,
        empty: "There is no exception.",
        rows: Box::new(input.assessment.exceptions.iter().zip(1..).map(|(one, number)| row(one, number))),
    }
}

fn row(one: &ExceptionUse, number: u64) -> Vec<Cell> {
    let term = match one.term {
        ExceptionTerm::WithinAYear => Badge::new("within a year", ""),
        ExceptionTerm::LongerThanAYear => Badge::new("over a year", "undetermined"),
    };
    vec![
        Cell::Count(number),
        Cell::text(one.check.as_str()),
        Cell::lines(&one.resources),
        Cell::prose(&one.reason),
        Cell::prose(&one.approver),
        Cell::day(one.since),
        Cell::Day(one.until),
        Cell::Badge(term),
        Cell::Badge(exception_state(one.state)),
        Cell::count(one.covers),
    ]
}
