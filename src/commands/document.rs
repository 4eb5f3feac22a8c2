//! A result for people, printed as text or as Markdown; `report` makes HTML of the same.

use console::style;

use super::context::Context;
use super::table::visible;
use crate::cli::Format;
use crate::document::{Block, Document, Grid, Look};
use crate::report;

/// Rows of a table that the terminal and Markdown show; `-v` shows all.
const SHOWN: usize = 20;
/// Rows of a table that a page shows: browsers grow slow beyond.
const SHOWN_ON_PAGES: usize = 1_000;

/// How many rows of a table are shown.
pub(super) fn rows_shown(context: &Context<'_>) -> usize {
    match context.common.format {
        _ if context.common.verbose > 0 => usize::MAX,
        Format::Html => SHOWN_ON_PAGES,
        _ => SHOWN,
    }
}

/// Prints a result in the format that the user chose.
pub(super) fn print(document: &Document, context: &mut Context<'_>) -> miette::Result<()> {
    match context.common.format {
        Format::Markdown => context.print(markdown(document).as_bytes()),
        Format::Html => {
            let page = report::page(document, &context.templates()?).map_err(|error| miette::miette!("{error}"))?;
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

/// Columns as wide as their widest cell, two spaces between; on a terminal the last one goes on below itself.
fn columns(grid: &Grid) -> String {
    let heads = grid.heads.iter().map(|head| (head.clone(), Look::Plain)).collect::<Vec<_>>();
    let body = grid.rows.iter().map(|row| row.iter().map(|cell| (visible(&cell.text), cell.look)).collect::<Vec<_>>());
    let rows: Vec<Vec<(String, Look)>> = std::iter::once(heads).chain(body).collect();
    let mut widths = vec![0; grid.heads.len()];
    for row in &rows {
        for (width, (cell, _)) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(cell));
        }
    }
    let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum::<usize>() + 2;
    let room = terminal_width().and_then(|width| width.checked_sub(before)).filter(|room| *room >= NARROWEST);
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, ((cell, look), width)) in row.iter().zip(&widths).enumerate() {
            let side = if *look == Look::Number { console::Alignment::Right } else { console::Alignment::Left };
            let last = column + 1 == row.len();
            let cell = match room {
                Some(room) if last => wrapped(cell, room, before),
                _ => console::pad_str(cell, *width, side, None).into_owned(),
            };
            line.push_str("  ");
            line.push_str(&if number == 0 { style(cell).dim().to_string() } else { colored(&cell, *look) });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The last column is wrapped only where so much room is left for it.
const NARROWEST: usize = 24;

/// The width of the terminal that results go to; none when they go elsewhere.
fn terminal_width() -> Option<usize> {
    let terminal = console::Term::stdout();
    terminal.is_term().then(|| usize::from(terminal.size().1))
}

/// Text in lines of at most `room`, broken at spaces where there are some; each further line begins below the first.
fn wrapped(text: &str, room: usize, indent: usize) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let longer = console::measure_text_width(&line) + 1 + console::measure_text_width(word);
        if !line.is_empty() && longer > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

fn colored(text: &str, look: Look) -> String {
    match look {
        Look::Pass => style(text).green().to_string(),
        Look::Fail => style(text).red().to_string(),
        Look::Undetermined => style(text).yellow().to_string(),
        Look::Awaiting => style(text).magenta().to_string(),
        Look::Plain | Look::Code | Look::Number | Look::Aside => text.to_owned(),
    }
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
