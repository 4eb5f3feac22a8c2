//! The documents that people are still asked for, by owner.

use super::table::{Cell, Column, Table};
use crate::model::{AttestationUse, OpenRequest, OpenRequirement, open_requests};
use crate::report::Input;
use crate::report::view::request_state;

const COLUMNS: &[Column] = &[
    Column::new("Owner", 18),
    Column::new("Request", 34),
    Column::new("What is asked for", 70),
    Column::new("State", 18),
    Column::new("Must be valid through", 13),
    Column::new("Last answer ended", 13),
    Column::new("Last answers", 44),
    Column::new("Requirements that wait", 40),
    Column::by_hand("Auditor's note", 28),
];

pub(super) fn table<'a>(input: &'a Input<'a>) -> Table<'a> {
    let requests = open_requests(input.assessment, input.catalog);
    Table {
        name: "Requests",
        about: "The documents that are missing or have expired, each once, by owner. A document counts when it is valid \
                through the period's last day.",
        columns: COLUMNS,
        frozen: 2,
        empty: "There is no open request.",
        rows: Box::new(requests.into_iter().map(move |request| row(input, &request))),
    }
}

fn row(input: &Input<'_>, request: &OpenRequest) -> Vec<Cell> {
    let answer = |one: &AttestationUse| format!("{} {} (valid until {})", one.id, one.title, one.valid_until);
    let waiting = |one: &OpenRequirement| format!("{} {} {}", one.framework, one.id, one.title);
    vec![
        Cell::text(input.settings.owners.of(&request.id, &request.owner)),
        Cell::text(&request.id),
        Cell::prose(&request.ask),
        Cell::Badge(request_state(request.state)),
        Cell::Day(input.assessment.period.end),
        Cell::day(request.expired.iter().map(|one| one.valid_until).max()),
        Cell::lines(request.expired.iter().map(answer)),
        Cell::lines(request.requirements.iter().map(waiting)),
    ]
}
