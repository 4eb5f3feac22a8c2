//! A result for people, printed as text or as Markdown; `report` makes HTML of the same.

use console::style;

use super::context::Context;
use super::fault::fault;
use super::lines::terminal_width;
use super::table::{Sheet, visible};
use crate::cli::Format;
use crate::document::{Block, Cell, Document, Grid, Look};
use crate::report;

/// Rows of a table that the terminal and Markdown show; `-v` shows all.
const SHOWN: usize = 20;
/// Rows of a table that a page shows: browsers grow slow beyond.
const SHOWN_ON_PAGES: usize = 1_000;

/// How many rows of a table are shown.
pub(super) fn rows_shown(context: &Context<'_>) -> usize {
    match context.options.format {
        _ if context.options.verbose > 0 => usize::MAX,
        Format::Html => SHOWN_ON_PAGES,
        _ => SHOWN,
    }
}

/// Prints a result in the format that the user chose.
pub(super) fn print(document: &Document, context: &mut Context<'_>) -> miette::Result<()> {
    match context.options.format {
        Format::Markdown => context.print(markdown(document).as_bytes()),
        Format::Html => {
            let page = report::page(document, &context.templates()?).map_err(|error| fault(error, None))?;
            context.print(&page)
        }
        _ => context.say(text(document).trim_end()),
    }
}

fn text(document: &Document) -> String {
    let mut text = format!("{}\n", style(visible(&document.title)).bold());
    for fact in &document.facts {
        text.push_str(&format!("  {}\n", visible(fact)));
    }
    for block in &document.blocks {
        match block {
            Block::Heading(heading) => text.push_str(&format!("\n{}\n", style(visible(heading)).bold())),
            Block::Line(line) => text.push_str(&format!("  {}\n", visible(line))),
            Block::Alarm(line) => text.push_str(&format!("  {}\n", style(visible(line)).red())),
            Block::Table(grid) => text.push_str(&columns(grid)),
            Block::Chart(_) => {}
        }
    }
    text
}

fn columns(grid: &Grid) -> String {
    let cells = |row: &Vec<Cell>| row.iter().map(|cell| (visible(&cell.text), cell.look)).collect();
    let sheet = Sheet { heads: grid.heads.clone(), rows: grid.rows.iter().map(cells).collect(), indent: 2 };
    sheet.print(terminal_width(), |head| style(head).dim().to_string())
}

fn markdown(document: &Document) -> String {
    let mut text = format!("# {}\n", plain(&document.title));
    if !document.facts.is_empty() {
        text.push('\n');
    }
    for fact in &document.facts {
        text.push_str(&format!("- {}\n", plain(fact)));
    }
    for block in &document.blocks {
        match block {
            Block::Heading(heading) => text.push_str(&format!("\n## {}\n", plain(heading))),
            Block::Line(line) => text.push_str(&format!("\n{}\n", plain(line))),
            Block::Alarm(line) => text.push_str(&format!("\n**{}**\n", plain(line))),
            Block::Table(grid) => text.push_str(&format!("\n{}", rows(grid))),
            Block::Chart(_) => {}
        }
    }
    text
}

fn rows(grid: &Grid) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(grid.heads.iter().map(|head| plain(head)).collect());
    let rule = |index: usize| {
        let number = grid.rows.first().and_then(|row| row.get(index)).is_some_and(|cell| cell.look == Look::Number);
        if number { "---:".to_owned() } else { "---".to_owned() }
    };
    text.push_str(&line((0..grid.heads.len()).map(rule).collect()));
    for row in &grid.rows {
        text.push_str(&line(row.iter().map(|cell| plain(&cell.text)).collect()));
    }
    text
}

/// Text that means nothing to Markdown or HTML.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' | '$' | '@' => plain.extend(['\\', character]),
            _ => plain.push(character),
        }
    }
    plain
}
