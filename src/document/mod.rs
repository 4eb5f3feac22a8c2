//! A result for people as plain data: headings, lines, tables and charts, which the terminal, Markdown and HTML show each
//! in its way.

mod trend;

pub use trend::*;

use crate::model::{Severity, Status};

/// A result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// What it is.
    pub title: String,
    /// What it is about: organization, snapshots, period.
    pub facts: Vec<String>,
    /// The rest.
    pub blocks: Vec<Block>,
}

/// A part of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Begins a section.
    Heading(String),
    /// A sentence.
    Line(String),
    /// A sentence that must not be missed.
    Alarm(String),
    /// Rows.
    Table(Grid),
    /// A picture of numbers; the terminal and Markdown leave it out, as a table says the same.
    Chart(Chart),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    /// What it shows, in a few words.
    pub caption: String,
    /// The columns' heads.
    pub heads: Vec<String>,
    /// The rows, each as long as the heads.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// Its text; hostile where it comes from AWS.
    pub text: String,
    /// How it looks.
    pub look: Look,
}

/// How a cell looks; the text always says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Text.
    #[default]
    Plain,
    /// An id, a name, a command.
    Code,
    /// A number.
    Number,
    /// Good.
    Pass,
    /// Bad.
    Fail,
    /// Not known.
    Undetermined,
    /// Waiting for a person.
    Awaiting,
    /// Neither.
    Aside,
}

impl Cell {
    /// A cell of a look.
    pub fn new(text: impl Into<String>, look: Look) -> Self {
        Self { text: text.into(), look }
    }

    /// A name or an id.
    pub fn code(text: impl Into<String>) -> Self {
        Self::new(text, Look::Code)
    }

    /// A number.
    pub fn number(value: impl ToString) -> Self {
        Self::new(value.to_string(), Look::Number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, Look::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text, Look::Plain)
    }
}

/// A picture of numbers over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What a reader who does not see it should know: the first and last values.
    pub description: String,
    /// How it is drawn.
    pub shape: Shaped,
    /// The points of time, as dates.
    pub points: Vec<String>,
    /// The rows of numbers, a value a point.
    pub series: Vec<Series>,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shaped {
    /// A column a point, its parts one on the other.
    Stack,
    /// A line a series.
    Lines,
}

/// A row of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What the numbers count.
    pub counts: Counted,
    /// A value a point.
    pub values: Vec<usize>,
}

/// What a series counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Requirements of a status.
    Requirements(Status),
    /// Failing findings of a severity.
    Findings(Severity),
    /// Findings that the snapshot before did not show.
    New,
    /// Findings that only the snapshot before showed.
    Fixed,
}

impl Counted {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Requirements(status) => status.words(),
            Self::Findings(severity) => severity.words(),
            Self::New => "new",
            Self::Fixed => "fixed",
        }
    }
}

impl Document {
    /// Begins with a title and what it is about.
    pub fn new(title: impl Into<String>, facts: Vec<String>) -> Self {
        Self { title: title.into(), facts, blocks: Vec::new() }
    }

    /// Begins a section.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a sentence.
    pub fn line(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(text.into()));
    }

    /// Adds a sentence that must not be missed.
    pub fn alarm(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Alarm(text.into()));
    }

    /// Adds a table, at most `shown` rows of it, and says how many more there are; without rows nothing is added.
    pub fn table(&mut self, caption: &str, heads: &[&str], mut rows: Vec<Vec<Cell>>, shown: usize) {
        if rows.is_empty() {
            return;
        }
        let more = rows.len().saturating_sub(shown);
        rows.truncate(shown);
        let heads = heads.iter().map(|head| (*head).to_owned()).collect();
        self.blocks.push(Block::Table(Grid { caption: caption.to_owned(), heads, rows }));
        if more > 0 {
            self.line(format!("and {more} more"));
        }
    }
}
