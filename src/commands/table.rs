//! Tables for people: columns as wide as their widest cell, two spaces between. On a terminal they fit it: text goes on
//! below itself, ids are shortened in the middle. Where results go elsewhere everything is whole, so that `grep` finds it.

use std::fmt;

use super::lines::{terminal_width, width, wrapped};
use crate::document::Look;
pub(super) use crate::model::visible;

/// A table under construction.
pub(super) struct Table<const N: usize> {
    sheet: Sheet,
}

impl<const N: usize> Table<N> {
    /// Begins with the column heads.
    pub(super) fn new(heads: [&str; N]) -> Self {
        Self { sheet: Sheet { heads: heads.map(str::to_owned).to_vec(), rows: Vec::new(), indent: 0 } }
    }

    /// Adds a row; control characters of hostile names are shown, not obeyed.
    pub(super) fn row(&mut self, cells: [&str; N]) {
        self.sheet.rows.push(cells.map(|cell| (visible(cell), Look::Plain)).to_vec());
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bold = |head: &str| console::style(head).bold().to_string();
        f.write_str(self.sheet.print(terminal_width(), bold).trim_end())
    }
}

/// Rows of cells.
pub(super) struct Sheet {
    pub(super) heads: Vec<String>,
    /// Each as long as the heads.
    pub(super) rows: Vec<Vec<(String, Look)>>,
    /// Spaces before each line.
    pub(super) indent: usize,
}

/// Columns of text are as wide as this at least, the first that fits.
const COMFORT: [usize; 4] = [24, 20, 16, 12];
/// A word that is longer is shortened.
const LONGEST: usize = 40;
/// The same of a name of a resource, an address, a hash: its ends tell it.
const LONGEST_NAME: usize = 24;
/// No column is narrower.
const LEAST: usize = 4;

/// The room that a word takes where room is short.
fn whole(word: &str) -> usize {
    let name = word.starts_with("arn:") || word.contains("://") || word.len() >= 32 && !word.contains('.');
    width(word).min(if name { LONGEST_NAME } else { LONGEST })
}

impl Sheet {
    /// The lines, at most as wide as the room.
    pub(super) fn print(&self, room: Option<usize>, head: impl Fn(&str) -> String) -> String {
        let widths = self.widths(room);
        let heads: Vec<_> = self.heads.iter().map(|head| (head.clone(), Look::Plain)).collect();
        let mut text = String::new();
        for line in self.lines(&heads, &widths) {
            text.push_str(&" ".repeat(self.indent));
            text.push_str(&head(line.trim_end()));
            text.push('\n');
        }
        for row in &self.rows {
            for line in self.lines(row, &widths) {
                text.push_str(&" ".repeat(self.indent));
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }

    /// A row, in as many lines as its longest cell needs.
    fn lines(&self, row: &[(String, Look)], widths: &[usize]) -> Vec<String> {
        let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|((cell, _), width)| wrapped(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        let line = |number: usize| {
            let mut line = String::new();
            for (((_, look), cell), width) in row.iter().zip(&cells).zip(widths) {
                let side = if *look == Look::Number { console::Alignment::Right } else { console::Alignment::Left };
                let part = cell.get(number).map(String::as_str).unwrap_or_default();
                let look = if part.is_empty() { Look::Plain } else { *look };
                line.push_str(&colored(&console::pad_str(part, *width, side, None), look));
                line.push_str("  ");
            }
            line
        };
        (0..height).map(line).collect()
    }

    /// The columns' widths: of their widest cells, and where these have no room, so that no word is broken but the longest.
    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let columns = self.heads.len();
        let cells = |column: usize| {
            let below = self.rows.iter().filter_map(move |row| row.get(column)).map(|(cell, _)| cell.as_str());
            self.heads.get(column).map(String::as_str).into_iter().chain(below)
        };
        let widest: Vec<usize> =
            (0..columns).map(|column| cells(column).map(width).max().unwrap_or_default()).collect();
        let between = self.indent + 2 * columns.saturating_sub(1);
        let Some(free) = room.map(|room| room.saturating_sub(between)) else { return widest };
        if widest.iter().sum::<usize>() <= free {
            return widest;
        }
        let fits = |widths: &[usize]| widths.iter().sum::<usize>() <= free;
        let words: Vec<usize> = (0..columns)
            .map(|column| cells(column).flat_map(|cell| cell.split(' ')).map(whole).max().unwrap_or_default())
            .collect();
        let with = |comfort: usize| -> Vec<usize> {
            words.iter().zip(&widest).map(|(word, widest)| (*widest).min(comfort).max(*word)).collect()
        };
        let mut least = COMFORT.map(with).into_iter().find(|widths| fits(widths)).unwrap_or(words.clone());
        while !fits(&least) {
            match least.iter_mut().max() {
                Some(widest) if *widest > LEAST => *widest -= 1,
                _ => break,
            }
        }
        // The room that is left goes to the narrow ones first.
        let grown = |to: usize| -> Vec<usize> {
            least.iter().zip(&widest).map(|(least, widest)| (*widest).min(to).max(*least)).collect()
        };
        let (mut widths, mut to) = (least.clone(), 0);
        while to < free && fits(&grown(to)) {
            widths = grown(to);
            to += 1;
        }
        widths
    }
}

fn colored(text: &str, look: Look) -> String {
    match look {
        Look::Pass => console::style(text).green().to_string(),
        Look::Fail => console::style(text).red().to_string(),
        Look::Undetermined => console::style(text).yellow().to_string(),
        Look::Awaiting => console::style(text).magenta().to_string(),
        Look::Plain | Look::Code | Look::Number | Look::Aside => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Sheet;
    use crate::commands::lines::width;
    use crate::document::Look;

    fn sheet() -> Sheet {
        let row = |cells: [&str; 3]| cells.map(|cell| (cell.to_owned(), Look::Plain)).to_vec();
        Sheet {
            heads: ["id", "resource", "why it is so"].map(str::to_owned).to_vec(),
            rows: vec![
                row([
                    "A-1",
                    "arn:aws:iam::111122223333:role/deployment/continuous-integration",
                    "it may do everything",
                ]),
                row(["A-22", "short", "the policy allows each action of each service on each resource"]),
            ],
            indent: 0,
        }
    }

    #[test]
    fn a_table_fits_its_room() {
        for room in [40, 60, 80, 100, 200] {
            let text = sheet().print(Some(room), str::to_owned);
            assert!(text.lines().all(|line| width(line) <= room), "{room}:\n{text}");
            assert!(text.contains("everything") && text.contains("A-22"), "{text}");
        }
        let narrow = sheet().print(Some(60), str::to_owned);
        insta::assert_snapshot!(narrow, @r"
        id    resource                    why it is so
        A-1   arn:aws:iam::…-integration  it may do everything
        A-22  short                       the policy allows each
                                          action of each service on
                                          each resource
        ");
    }

    #[test]
    fn without_a_terminal_a_row_is_a_line() {
        let text = sheet().print(None, str::to_owned);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("role/deployment/continuous-integration"), "{text}");
    }
}
