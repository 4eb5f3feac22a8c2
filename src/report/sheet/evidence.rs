//! The index of the evidence, as `evidence/index.csv` has it, and that of the attested documents.

use super::files::{DOCUMENTS, Files};
use super::table::{Cell, Column, Table};
use crate::model::{Attestation, AttestedDocument, EvidenceFile, Item, Origin};
use crate::report::Input;
use crate::report::view::Badge;

const FILES: &[Column] = &[
    Column::new("path", 70),
    Column::new("sha256", 34),
    Column::new("size", 12),
    Column::new("included", 11),
    Column::new("source", 26),
    Column::new("account", 14),
    Column::new("region", 14),
    Column::new("operation", 26),
    Column::new("item", 34),
    Column::new("page", 7),
    Column::new("status", 8),
    Column::new("time (UTC)", 19),
    Column::new("request_id", 38),
];

const ATTESTED: &[Column] = &[
    Column::new("Id", 8),
    Column::new("Title", 40),
    Column::new("For", 34),
    Column::new("Owner", 20),
    Column::new("Date", 12),
    Column::new("Valid until", 12),
    Column::new("Counts", 20),
    Column::new("Recorded (UTC)", 19),
    Column::new("In the pack", 54),
    Column::new("Address", 34),
    Column::new("SHA-256", 34),
    Column::new("Size", 11),
    Column::new("Replaces", 9),
    Column::new("Note", 34),
];

pub(super) fn index<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Table<'a> {
    Table {
        name: "Evidence index",
        about: "Every answer of AWS in the pack with its SHA-256 and AWS's request id, as evidence/index.csv has it. Links \
                open the file where the pack is unpacked.",
        columns: FILES,
        frozen: 1,
        empty: "There is no evidence.",
        rows: Box::new(input.files.iter().filter_map(move |file| row(input, files, file))),
    }
}

fn row(input: &Input<'_>, files: &Files<'_>, file: &EvidenceFile) -> Option<Vec<Cell>> {
    let included = if files.is_withheld(&file.sha256) { Badge::new("withheld", "na") } else { Badge::new("yes", "") };
    let common = |size: Cell| [files.cell(file), Cell::text(&file.sha256.to_string()), size, Cell::Badge(included)];
    let item = |item: &Option<Item>| Cell::maybe(item.as_ref().map(|item| item.key.as_str()));
    let rest = match file.origin {
        Origin::Exchange(index) => {
            let one = input.snapshot.exchanges.get(index)?;
            common(Cell::Count(file.size)).into_iter().chain([
                Cell::text(one.source.as_str()),
                Cell::text(one.account.as_str()),
                Cell::text(one.region.as_str()),
                Cell::text(&one.operation),
                item(&one.item),
                Cell::Count(u64::from(one.page) + 1),
                Cell::Count(u64::from(one.status)),
                Cell::Moment(one.time),
                Cell::maybe(one.request_id.as_deref()),
            ])
        }
        Origin::Gap(index) => {
            let gap = input.snapshot.gaps.get(index)?;
            common(Cell::Empty).into_iter().chain([
                Cell::text(gap.source.as_str()),
                Cell::text(gap.account.as_str()),
                Cell::text(gap.region.as_str()),
                Cell::maybe(gap.operation.as_deref()),
                item(&gap.item),
                Cell::Empty,
                Cell::Empty,
                Cell::Moment(gap.time),
                Cell::maybe(gap.request_id.as_deref()),
            ])
        }
    };
    Some(rest.collect())
}

pub(super) fn documents<'a>(input: &'a Input<'a>, files: &'a Files<'a>) -> Table<'a> {
    Table {
        name: DOCUMENTS,
        about: "The documents that people attested and that count in this pack. An address is shown and not linked: what \
                stands there is not in the pack.",
        columns: ATTESTED,
        frozen: 2,
        empty: "There is no attested document.",
        rows: Box::new(input.assessment.attestations.iter().map(move |one| attested(input, files, one))),
    }
}

fn attested(input: &Input<'_>, files: &Files<'_>, one: &Attestation) -> Vec<Cell> {
    let (hash, size) = match &one.document {
        AttestedDocument::File { sha256, size, .. } => (Cell::text(&sha256.to_string()), Cell::Count(*size)),
        AttestedDocument::Url(_) => (Cell::Empty, Cell::Empty),
    };
    vec![
        Cell::strong(&one.id.to_string()),
        Cell::prose(&one.title),
        Cell::lines(one.targets.iter().map(ToString::to_string)),
        Cell::prose(&one.owner),
        Cell::Day(one.date),
        Cell::Day(one.valid_until),
        Cell::Badge(one.term(input.assessment.period).into()),
        Cell::Moment(one.recorded),
        files.document(one.id).map_or(Cell::Empty, Cell::file),
        Cell::maybe(one.document.url()),
        hash,
        size,
        one.replaces.map_or(Cell::Empty, |old| Cell::text(&old.to_string())),
        Cell::prose(&one.note),
    ]
}
