//! Text with its inline marks.

use super::PdfError;
use super::block::{Kind, Paragraph, Run};
use super::shape::plain;
use super::style::{Face, LINK, MUTED, Tone};
use super::xml::{self, Child, Element};

/// An element's paragraphs: its `<p>`, `<pre>` and `<item>`, or its own inline text as the only one.
pub(super) fn paragraphs(element: Element<'_>) -> Result<Vec<Paragraph>, PdfError> {
    let is_block = |child| match child {
        Child::Element(child) => matches!(Element::name(child), "p" | "pre" | "item"),
        Child::Text(_) => false,
    };
    if element.children().any(is_block) {
        let bulleted = |child: Element<'_>| {
            let mut paragraph = paragraph(child)?;
            if child.name() == "item" {
                paragraph
                    .runs
                    .insert(0, Run { text: "•\u{A0}\u{A0}".to_owned(), color: Some(MUTED), ..Run::default() });
            }
            Ok(paragraph)
        };
        return element.elements()?.into_iter().map(bulleted).collect();
    }
    let own = paragraph(element)?;
    Ok(if own.runs.is_empty() { Vec::new() } else { vec![own] })
}

/// An element's own text.
pub(super) fn paragraph(element: Element<'_>) -> Result<Paragraph, PdfError> {
    let kind = match (element.name(), element.attribute("kind")) {
        ("pre", _) => Kind::Pre,
        (_, Some("lead")) => Kind::Lead,
        (_, Some("small")) => Kind::Small,
        (_, Some("label")) => Kind::Label,
        _ => Kind::Body,
    };
    let mut runs = Vec::new();
    inline(element, &Run::default(), kind == Kind::Pre, &mut runs)?;
    trim(&mut runs);
    Ok(Paragraph { runs, kind })
}

pub(super) fn tone(element: Element<'_>, otherwise: Tone) -> Result<Tone, PdfError> {
    match element.attribute("tone") {
        None => Ok(otherwise),
        Some(word) => Tone::read(word).ok_or_else(|| element.wrong(format!("`{word}` is not a tone"))),
    }
}

fn inline(element: Element<'_>, outer: &Run, keep_lines: bool, runs: &mut Vec<Run>) -> Result<(), PdfError> {
    for child in element.children() {
        let child = match child {
            Child::Text(text) => {
                let text = plain(&xml::bounded(text), keep_lines);
                if !text.is_empty() {
                    runs.push(Run { text, ..outer.clone() });
                }
                continue;
            }
            Child::Element(child) => child,
        };
        let mut run = outer.clone();
        match child.name() {
            "b" => run.face = Some(Face::Bold),
            "i" => run.face = Some(Face::Italic),
            "c" => run.face = Some(Face::Mono),
            "muted" => run.color = Some(MUTED),
            "a" => {
                // Only places of this report: a PDF for archives leads nowhere else.
                if let Some(target) = child.attribute("to").and_then(|target| target.strip_prefix('#')) {
                    run.link = Some(target.into());
                    run.color = Some(LINK);
                }
            }
            "badge" => {
                run.badge = Some(tone(child, Tone::NotApplicable)?);
                run.face = Some(Face::Bold);
            }
            "br" => run.text.push('\n'),
            other => return Err(child.wrong(format!("<{other}> has no place in text"))),
        }
        if child.name() == "br" {
            runs.push(Run { text: "\n".to_owned(), ..outer.clone() });
        } else {
            inline(child, &run, keep_lines, runs)?;
        }
    }
    Ok(())
}

/// White space at a paragraph's ends is the template's, not the text's; so is a second space between runs.
fn trim(runs: &mut Vec<Run>) {
    let (mut after_space, mut start) = (true, true);
    for run in runs.iter_mut() {
        if after_space && run.badge.is_none() {
            run.text = run.text.trim_start_matches(' ').to_owned();
        }
        if start {
            run.text = run.text.trim_start_matches('\n').to_owned();
            start = run.text.is_empty();
        }
        if let Some(last) = run.text.chars().next_back() {
            after_space = last == ' ' || last == '\n';
        }
    }
    while let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end_matches([' ', '\n', '\u{A0}']).len());
        if !last.text.is_empty() {
            break;
        }
        runs.pop();
    }
    runs.retain(|run| !run.text.is_empty());
}
