//! Complementary user entity controls: what AWS's reports expect of its customers. The mappings do not list them (they
//! stand in AWS's confidential report); they ask for the organization's own table of them.

use super::files::Files;
use super::table::{Cell, Column, Table};
use crate::model::{ManualUse, RequirementResult, Target};
use crate::report::Input;
use crate::report::view::{framework_title, request_state};

/// How the id of the request ends that asks for the table.
const TABLE: &str = "aws-customer-controls";

const COLUMNS: &[Column] = &[
    Column::new("Framework", 22),
    Column::new("Requirement", 12),
    Column::new("Title", 34),
    Column::new("Request", 30),
    Column::new("What is asked for", 60),
    Column::new("Owner", 16),
    Column::new("State", 18),
    Column::new("Documents", 50),
    Column::new("Same document answers", 30),
    Column::by_hand("Auditor's note", 30),
];

/// The sheet; none where nothing asks for the table.
pub(super) fn table<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Option<Table<'a>> {
    let asked = || {
        let manual = |one: &'a RequirementResult| one.customer_part.manual.iter().map(move |manual| (one, manual));
        input.assessment.requirements.iter().flat_map(manual).filter(|(_, manual)| asks_for_it(manual))
    };
    asked().next()?;
    Some(Table {
        name: "CUECs",
        about: "The requests for the organization's table of the controls that AWS expects of its customers, and what was \
                attached. The controls themselves stand in AWS's report and in that table; this pack has no list of them.",
        columns: COLUMNS,
        frozen: 2,
        empty: "",
        rows: Box::new(asked().map(move |(one, manual)| row(input, files, one, manual))),
    })
}

fn asks_for_it(manual: &ManualUse) -> bool {
    let same = matches!(&manual.same_as, Some(Target::Request { id, .. }) if id.ends_with(TABLE));
    same || manual.id.ends_with(TABLE)
}

fn row(input: &Input<'_>, files: &Files<'_>, one: &RequirementResult, manual: &ManualUse) -> Vec<Cell> {
    vec![
        Cell::text(framework_title(input, &one.framework).as_str()),
        Cell::strong(one.id.as_str()),
        Cell::prose(&one.title),
        Cell::text(&manual.id),
        Cell::prose(&manual.ask),
        Cell::text(input.settings.owners.of(&manual.id, &manual.owner)),
        Cell::Badge(request_state(manual.state)),
        files.documents(&manual.attestations.iter().collect::<Vec<_>>()),
        manual.same_as.as_ref().map_or(Cell::Empty, |same| Cell::text(&same.to_string())),
    ]
}
