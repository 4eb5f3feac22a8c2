//! What the sheets hold, and that they are the same however often they are made.

use std::collections::BTreeSet;

use super::book::{self, About, SheetLimits};
use super::files::Files;
use super::table::{Cell, Column, Goal, Shown, Table};
use super::{spreadsheet, tables};
use crate::model::Sha256;
use crate::report::sample::{HOSTILE, Sample};

/// A sheet's name with its rows as texts.
fn shown(sample: &Sample) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let input = sample.input();
    let withheld = BTreeSet::new();
    let files = Files::new(&input, &withheld);
    let text = |cell: &Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(shown) | Cell::Strong(shown) => shown.as_str().to_owned(),
        Cell::Badge(badge) => badge.word.to_owned(),
        Cell::Count(count) => count.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(time) => time.to_rfc3339(),
        Cell::Link(shown, Goal::File(path)) => format!("{} -> {path}", shown.as_str()),
        Cell::Link(shown, Goal::Row(sheet, row)) => format!("{} -> {sheet}:{row}", shown.as_str()),
        Cell::Link(shown, Goal::Sheet(sheet)) => format!("{} -> {sheet}", shown.as_str()),
    };
    let rows = |table: Table<'_>| table.rows.map(|row| row.iter().map(text).collect()).collect();
    tables(&input, &files).into_iter().map(|table| (table.name, rows(table))).collect()
}

fn sheet(sample: &Sample, name: &str) -> Vec<Vec<String>> {
    let all = shown(sample);
    all.into_iter().find(|(own, _)| *own == name).map(|(_, rows)| rows).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn the_sheets_read_so() {
    let lines = shown(&Sample::new()).into_iter().flat_map(|(name, rows)| {
        let row = |cells: Vec<String>| cells.join(" | ").replace('\n', " / ").trim_end_matches([' ', '|']).to_owned();
        std::iter::once(format!("\n== {name}")).chain(rows.into_iter().map(row)).collect::<Vec<_>>()
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn two_renders_are_the_same_bytes() {
    let sample = Sample::new();
    let bytes = spreadsheet(&sample.input(), &BTreeSet::new()).unwrap();
    assert_eq!(bytes, spreadsheet(&sample.input(), &BTreeSet::new()).unwrap());
    assert!(bytes.starts_with(b"PK"));
}

#[test]
fn no_requirement_and_no_finding_is_left_out() {
    let sample = Sample::new();
    assert_eq!(sheet(&sample, "Responsibility matrix").len(), sample.assessment.requirements.len());
    let lines: usize = sample.assessment.checks.iter().map(|check| check.findings.len().max(1)).sum();
    assert_eq!(sheet(&sample, "Findings").len(), lines);
    assert_eq!(sheet(&sample, "Evidence index").len(), sample.files.len());
}

#[test]
fn a_sheet_whose_subject_is_not_there_is_left_out() {
    let mut sample = Sample::new();
    sample.assessment.requirements.retain(|one| one.framework.as_str() == "soc2");
    let names: Vec<&str> = shown(&sample).into_iter().map(|(name, _)| name).collect();
    assert!(!names.contains(&"Statement of applicability") && !names.contains(&"CUECs"), "{names:?}");
    sample.assessment.requirements[2].customer_part.manual[0].id = "cc9.2-aws-customer-controls".to_owned();
    assert_eq!(sheet(&sample, "CUECs").len(), 1);
}

#[test]
fn what_is_withheld_is_named_and_not_linked() {
    let sample = Sample::new();
    let input = sample.input();
    let withheld: BTreeSet<Sha256> = input.files.iter().map(|file| file.sha256).collect();
    let files = Files::new(&input, &withheld);
    for table in tables(&input, &files) {
        for cell in table.rows.flatten() {
            let into_evidence = matches!(&cell, Cell::Link(_, Goal::File(path)) if path.starts_with("evidence/"));
            assert!(!into_evidence, "{cell:?}");
        }
    }
}

#[test]
fn names_cannot_hide_and_lead_nowhere_by_themselves() {
    let sample = Sample::new();
    let all: String = shown(&sample).into_iter().flat_map(|(_, rows)| rows.concat()).collect();
    assert!(!all.contains('\u{202E}') && all.contains("\\u{202e}gpj.exe"));
    assert!(HOSTILE.contains('\u{202E}'));
    let documents = sheet(&sample, "Documents");
    assert!(documents.iter().flatten().any(|cell| cell == "javascript:alert('&\"')"), "an address is text");
}

/// A sheet of as many rows as asked, each with a link.
fn long<'a>(rows: usize, path: &'a str) -> Table<'a> {
    const COLUMNS: &[Column] = &[Column::new("Path", 20)];
    let rows = std::iter::repeat_with(move || vec![Cell::file(path)]).take(rows);
    Table { name: "Findings", about: "", columns: COLUMNS, frozen: 0, empty: "None.", rows: Box::new(rows) }
}

fn members(bytes: &[u8]) -> usize {
    let name = b"xl/worksheets/sheet";
    bytes.windows(name.len()).filter(|window| window == name).count()
}

#[test]
fn a_full_sheet_goes_on_in_another_and_too_many_links_are_text() {
    let about = About { title: &Shown::of("t"), organization: &Shown::of("o"), time: Sample::new().snapshot.time };
    let write = |rows, path: &str, limits| book::write(vec![long(rows, path)], &about, limits).unwrap();
    let small = SheetLimits { rows: 4, links: 2 };
    // Each sheet is named twice: before its bytes, and in the directory. Its links have a file of their own.
    assert_eq!(members(&write(3, "evidence/a", small)), 2);
    assert_eq!(members(&write(4, "evidence/a", small)), 4);
    assert_eq!(members(&write(0, "evidence/a", small)), 2);
    let far = "x".repeat(3_000);
    assert!(!write(1, &far, SheetLimits::EXCEL).is_empty(), "an address too long for Excel is text");
}
