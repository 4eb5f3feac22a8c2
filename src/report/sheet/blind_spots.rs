//! What could not be seen: missing replies, regions left out, services of which it is not known whether they are in use.

use super::files::Files;
use super::table::{Cell, Column, Table};
use crate::model::{AccountScope, Gap, InUse, ServiceInAccount, ServiceInUse};
use crate::report::Input;
use crate::report::view::{Badge, source_title};

const COLUMNS: &[Column] = &[
    Column::new("Kind", 20),
    Column::new("Source or service", 30),
    Column::new("What it is", 38),
    Column::new("Account", 14),
    Column::new("Region", 15),
    Column::new("Operation", 28),
    Column::new("Item", 30),
    Column::new("Cause", 22),
    Column::new("What it says", 54),
    Column::new("AWS's error code", 24),
    Column::new("Remedy", 54),
    Column::new("Noticed (UTC)", 19),
    Column::new("AWS's request id", 36),
    Column::new("Refusal", 44),
    Column::by_hand("Auditor's note", 28),
];

pub(super) fn table<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Table<'a> {
    let gaps = input.assessment.gaps.iter().map(move |gap| of_gap(input, files, gap));
    let excluded = input.snapshot.scope.accounts.iter().flat_map(of_excluded);
    let services = input.assessment.services.iter().flat_map(of_service);
    Table {
        name: "Blind spots",
        about: "Replies that are missing with their cause and what closes them, enabled regions that the settings leave out, \
                and services of which it is not known whether they are in use.",
        columns: COLUMNS,
        frozen: 2,
        empty: "There is no blind spot that the collection noticed.",
        rows: Box::new(gaps.chain(excluded).chain(services)),
    }
}

fn of_gap(input: &Input<'_>, files: &Files<'_>, gap: &Gap) -> Vec<Cell> {
    vec![
        Cell::Badge(Badge::new("missing reply", "undetermined")),
        Cell::text(gap.source.as_str()),
        Cell::prose(source_title(input, &gap.source).as_str()),
        Cell::text(gap.account.as_str()),
        Cell::text(gap.region.as_str()),
        Cell::maybe(gap.operation.as_deref()),
        Cell::maybe(gap.item.as_ref().map(|item| item.key.as_str())),
        Cell::text(gap.reason.words()),
        Cell::text(&gap.message),
        Cell::maybe(gap.code.as_deref()),
        Cell::text(&gap.remedy.order()),
        Cell::Moment(gap.time),
        Cell::maybe(gap.request_id.as_deref()),
        files.of_gap(gap),
    ]
}

fn of_excluded(account: &AccountScope) -> impl Iterator<Item = Vec<Cell>> {
    account.excluded_regions.iter().map(|region| {
        vec![
            Cell::Badge(Badge::new("region left out", "na")),
            Cell::Empty,
            Cell::Empty,
            Cell::text(account.id.as_str()),
            Cell::text(region.as_str()),
            Cell::Empty,
            Cell::Empty,
            Cell::text("left out by the settings"),
        ]
    })
}

fn of_service(service: &ServiceInUse) -> impl Iterator<Item = Vec<Cell>> {
    let unknown = service.accounts.iter().filter(|own| own.in_use == InUse::NotKnown);
    unknown.map(|own: &ServiceInAccount| {
        vec![
            Cell::Badge(Badge::new("service not known", "undetermined")),
            Cell::text(service.key.as_str()),
            Cell::prose(&service.title),
            Cell::text(own.account.as_str()),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::text("not known to be in use"),
            Cell::lines(&own.because),
        ]
    })
}
