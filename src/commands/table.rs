//! Plain tables for the terminal: columns as wide as their widest cell, two spaces between, the last one free.

use std::fmt;

pub(super) use crate::model::visible;

/// A table under construction.
pub(super) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// Begins with the column heads.
    pub(super) fn new(heads: [&str; N]) -> Self {
        Self { rows: vec![heads.map(str::to_owned)] }
    }

    /// Adds a row; control characters of hostile names are shown, not obeyed.
    pub(super) fn row(&mut self, cells: [&str; N]) {
        self.rows.push(cells.map(visible));
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(console::measure_text_width(cell));
            }
        }
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                line.push_str(&console::pad_str(cell, width, console::Alignment::Left, None));
                line.push_str("  ");
            }
            let line = line.trim_end();
            match number {
                0 => write!(f, "{}", console::style(line).bold())?,
                _ => write!(f, "\n{line}")?,
            }
        }
        Ok(())
    }
}
