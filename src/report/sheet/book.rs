//! Tables as an Excel workbook. Here alone the crate that writes it is called. The same tables give the same bytes:
//! nothing of today, of chance or of this machine gets into it.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, IgnoreError, Url, Workbook, Worksheet, XlsxError};

use super::looks::Looks;
use super::table::{Cell, Column, Goal, Shown, Table};

/// A4 and A3, in Excel's count.
const PAPERS: (u8, u8) = (9, 8);
/// What is wider, in characters, is printed on A3.
const WIDE: u16 = 300;
/// The height of a line, of a row's edges, and of the highest row that Excel takes, in points.
const HEIGHTS: (u32, u32, u32) = (12, 2, 409);
/// Excel refuses addresses from here on.
const LONGEST_ADDRESS: usize = 2_080;

/// The spreadsheet cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the spreadsheet cannot be written")]
pub struct SheetError(#[from] XlsxError);

/// What the book says of itself.
pub(super) struct About<'a> {
    pub(super) title: &'a Shown,
    pub(super) organization: &'a Shown,
    pub(super) time: DateTime<Utc>,
}

/// How much a sheet holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct SheetLimits {
    /// Rows, with the head.
    pub(super) rows: u32,
    /// Links that lead somewhere; the others are text.
    pub(super) links: usize,
}

impl SheetLimits {
    /// Those of Excel.
    pub(super) const EXCEL: Self = Self { rows: 1_048_576, links: 65_530 };
}

/// Writes the tables, a sheet each, and further ones where a sheet is full.
pub(super) fn write(tables: Vec<Table<'_>>, about: &About<'_>, limits: SheetLimits) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(about.title.as_str()).set_author(about.organization.as_str());
    // What the crate would write otherwise is the time of day.
    let time = ExcelDateTime::from_timestamp(about.time.timestamp()).or_else(|_| ExcelDateTime::from_timestamp(0))?;
    properties = properties.set_creation_datetime(&time);
    book.set_properties(&properties);
    let looks = Looks::new();
    for table in tables {
        sheets(&mut book, table, &looks, limits)?;
    }
    Ok(book.save_to_buffer()?)
}

fn sheets(book: &mut Workbook, table: Table<'_>, looks: &Looks, limits: SheetLimits) -> Result<(), XlsxError> {
    let Table { name, columns, frozen, empty, rows, .. } = table;
    let mut rows = rows.peekable();
    let mut number = 1;
    loop {
        let sheet = book.add_worksheet();
        match number {
            1 => sheet.set_name(name)?,
            _ => sheet.set_name(format!("{name} {number}"))?,
        };
        page(sheet, columns, frozen, looks)?;
        let mut writer = Writer { sheet, looks, row: 1, links: limits.links };
        while writer.row < limits.rows
            && let Some(row) = rows.next()
        {
            writer.row(&row, columns)?;
        }
        if writer.row == 1 {
            writer.row(&[Cell::text(empty)], columns)?;
        }
        let (last_row, last_column) = (writer.row - 1, last(columns));
        sheet.autofilter(0, 0, last_row, last_column)?;
        // Account numbers are texts, and meant so.
        sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        if rows.peek().is_none() {
            return Ok(());
        }
        number += 1;
    }
}

fn last(columns: &[Column]) -> u16 {
    u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
}

/// The head, the widths, and how it is printed.
fn page(sheet: &mut Worksheet, columns: &[Column], frozen: u16, looks: &Looks) -> Result<(), XlsxError> {
    for (index, column) in (0..).zip(columns) {
        let look = if column.by_hand { &looks.head_by_hand } else { &looks.head };
        sheet.write_string_with_format(0, index, column.head, look)?;
        sheet.set_column_width(index, column.width)?;
    }
    sheet.set_freeze_panes(1, frozen)?;
    sheet.set_repeat_rows(0, 0)?;
    let width: u16 = columns.iter().map(|column| column.width).sum();
    let paper = if width > WIDE { PAPERS.1 } else { PAPERS.0 };
    sheet.set_landscape().set_paper_size(paper).set_print_fit_to_pages(1, 0);
    sheet.set_row_height(0, height(columns.iter().map(|column| lines(column.head, column.width)).max()))?;
    sheet.set_margins(0.4, 0.4, 0.5, 0.5, 0.25, 0.25);
    sheet.set_footer("&L&8&A&R&8Page &P of &N");
    Ok(())
}

/// Writes the rows of one sheet.
struct Writer<'a> {
    sheet: &'a mut Worksheet,
    looks: &'a Looks,
    /// The next row.
    row: u32,
    /// How many more links the sheet takes.
    links: usize,
}

impl Writer<'_> {
    fn row(&mut self, cells: &[Cell], columns: &[Column]) -> Result<(), XlsxError> {
        for (index, column) in (0..).zip(columns) {
            match cells.get(usize::from(index)).unwrap_or(&Cell::Empty) {
                Cell::Empty if column.by_hand => self.sheet.write_blank(self.row, index, &self.looks.by_hand).map(drop),
                cell => self.cell(index, cell),
            }?;
        }
        let lines = cells.iter().zip(columns).map(|(cell, column)| match cell {
            Cell::Text(shown) | Cell::Strong(shown) | Cell::Link(shown, _) => lines(shown.as_str(), column.width),
            Cell::Badge(badge) => lines(badge.word, column.width),
            Cell::Empty | Cell::Count(_) | Cell::Day(_) | Cell::Moment(_) => 1,
        });
        // Not every program fits a row to its text by itself.
        self.sheet.set_row_height(self.row, height(lines.max()))?;
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        let looks = self.looks;
        match cell {
            Cell::Empty => self.sheet.write_blank(self.row, column, &looks.text).map(drop),
            Cell::Text(shown) => self.text(column, shown.as_str(), &looks.text),
            Cell::Strong(shown) => self.text(column, shown.as_str(), &looks.strong),
            Cell::Badge(badge) => self.text(column, badge.word, looks.badge(badge.class)),
            Cell::Count(count) => self.count(column, *count),
            Cell::Day(day) => match date(*day) {
                Ok(date) => self.sheet.write_datetime_with_format(self.row, column, &date, &looks.day).map(drop),
                Err(_) => self.text(column, &day.to_string(), &looks.text),
            },
            Cell::Moment(time) => match ExcelDateTime::from_timestamp(time.timestamp()) {
                Ok(date) => self.sheet.write_datetime_with_format(self.row, column, &date, &looks.moment).map(drop),
                Err(_) => self.text(column, &time.to_rfc3339(), &looks.text),
            },
            Cell::Link(shown, goal) => self.link(column, shown, goal),
        }
    }

    /// Always as a text, never as what it may look like: a formula, a number, an address.
    fn text(&mut self, column: u16, text: &str, look: &Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, column, text, look).map(drop)
    }

    fn count(&mut self, column: u16, count: u64) -> Result<(), XlsxError> {
        // Excel counts exactly up to 2^53, and shows fifteen digits.
        match u32::try_from(count) {
            Ok(count) => self.sheet.write_number_with_format(self.row, column, count, &self.looks.count).map(drop),
            Err(_) => self.text(column, &count.to_string(), &self.looks.text),
        }
    }

    fn link(&mut self, column: u16, shown: &Shown, goal: &Goal) -> Result<(), XlsxError> {
        let address = address(goal);
        if self.links == 0 || address.encode_utf16().count() >= LONGEST_ADDRESS {
            return self.text(column, shown.as_str(), &self.looks.text);
        }
        self.links -= 1;
        let url = Url::new(address);
        let link = &self.looks.link;
        self.sheet.write_url_with_options(self.row, column, url, shown.as_str(), "", Some(link)).map(drop)
    }
}

/// How many lines a text takes in a column: a character of our font is about as wide as the unit of widths, and what a
/// line leaves free at its end is in it.
fn lines(text: &str, width: u16) -> u32 {
    let of = |line: &str| u32::try_from(line.chars().count()).unwrap_or(u32::MAX).div_ceil(u32::from(width.max(1)));
    text.split('\n').map(|line| of(line).max(1)).fold(0, u32::saturating_add)
}

/// The height of a row of so many lines.
fn height(lines: Option<u32>) -> u32 {
    let (line, edges, highest) = HEIGHTS;
    lines.unwrap_or(1).saturating_mul(line).saturating_add(edges).min(highest)
}

/// An address as the crate wants it: what follows `file:///` without a root is written as relative to the book.
fn address(goal: &Goal) -> String {
    match goal {
        Goal::File(path) => format!("file:///{path}"),
        Goal::Row(sheet, row) => format!("internal:'{sheet}'!A{}", row + 1),
        Goal::Sheet(sheet) => format!("internal:'{sheet}'!A1"),
    }
}

fn date(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    // A year before Excel's first fails there; a month and a day always fit.
    let part = |part: u32| u8::try_from(part).unwrap_or_default();
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or_default(), part(day.month()), part(day.day()))
}
