//! Breaking text into lines.

use std::rc::Rc;

use unicode_bidi::{BidiInfo, Level};

use super::block::Run;
use super::cuts::{Break, cuts, levels};
use super::page::{Item, Paint, Text};
use super::shape::{Glyph, Piece, Shaper};
use super::style::{Align, Color, Face, Look, Tone};
use super::tags::{NodeId, Role, Tags};

/// The room at each side of a badge's word.
const BADGE_PAD: f32 = 3.4;
/// Of the text's size.
const BADGE_SIZE: f32 = 0.86;

/// A line that is not placed yet.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) height: f32,
    pub(super) width: f32,
    pub(super) look: Look,
    pub(super) fragments: Vec<Fragment>,
}

/// Glyphs of one look in a row.
#[derive(Debug)]
pub(super) struct Fragment {
    x: f32,
    width: f32,
    size: f32,
    color: Color,
    glyphs: Vec<Glyph>,
    link: Option<Rc<str>>,
    badge: Option<Tone>,
}

/// The smallest part that is never torn.
struct Token {
    piece: Rc<Piece>,
    spaces: usize,
    run: usize,
    level: Level,
    width: f32,
    space: f32,
}

/// Breaks runs into lines of a width.
pub(super) fn set(shaper: &mut Shaper<'_, '_>, runs: &[Run], look: Look, width: f32) -> Vec<Line> {
    let mut text = String::new();
    let mut ends = Vec::with_capacity(runs.len());
    for run in runs {
        match run.badge {
            Some(_) => text.push_str(&run.text.trim().replace(' ', "\u{A0}")),
            None => text.push_str(&run.text),
        }
        ends.push(text.len());
    }
    let mut setter = Setter { shaper, runs, look, width: width.max(8.0), lines: Vec::new() };
    let mut group = Vec::new();
    let mut line = Vec::new();
    let levels = levels(&text);
    for (start, end, run, after) in cuts(&text, runs, &ends, levels.as_deref(), look.whole_words) {
        let level = levels.as_ref().map_or(Level::ltr(), |levels| levels[start]);
        group.push(setter.token(&text[start..end], run, level));
        if after != Break::Never {
            setter.add(std::mem::take(&mut group), &mut line);
        }
        if after == Break::Forced {
            setter.finish(&mut line);
        }
    }
    setter.add(group, &mut line);
    if !line.is_empty() {
        setter.finish(&mut line);
    }
    setter.lines
}

struct Setter<'s, 'f, 'a> {
    shaper: &'s mut Shaper<'f, 'a>,
    runs: &'s [Run],
    look: Look,
    width: f32,
    lines: Vec<Line>,
}

impl Setter<'_, '_, '_> {
    fn face(&self, run: usize) -> Face {
        self.runs.get(run).and_then(|run| run.face).unwrap_or(self.look.face)
    }

    /// Mono type is wide: a touch smaller it stands level with the text around it.
    fn size(&self, run: usize) -> f32 {
        let badge = self.runs.get(run).is_some_and(|run| run.badge.is_some());
        let size = if badge { self.look.size * BADGE_SIZE } else { self.look.size };
        if self.face(run) == Face::Mono && self.look.face != Face::Mono { size * 0.92 } else { size }
    }

    fn token(&mut self, text: &str, run: usize, level: Level) -> Token {
        let body = text.trim_end_matches([' ', '\n']);
        let spaces = text.len() - body.len() - usize::from(text.ends_with('\n'));
        let (face, size) = (self.face(run), self.size(run));
        let piece = self.shaper.shape(face, body, level.is_rtl());
        let mut width = piece.width * size / 1000.0;
        if self.runs.get(run).is_some_and(|run| run.badge.is_some()) {
            width += 2.0 * BADGE_PAD;
        }
        let space = self.shaper.space(face).advance * size / 1000.0 * spaces as f32;
        Token { piece, spaces, run, level, width, space }
    }

    /// Adds what must stay together to the line, or begins a new one with it.
    fn add(&mut self, group: Vec<Token>, line: &mut Vec<Token>) {
        let together = |tokens: &[Token]| tokens.iter().map(|token| token.width + token.space).sum::<f32>();
        let own = together(&group) - group.last().map_or(0.0, |token| token.space);
        if own > self.width {
            return self.add_wide(group, line);
        }
        if !line.is_empty() && together(line) + own > self.width + 0.01 {
            self.finish(line);
        }
        line.extend(group);
    }

    /// What is wider than a line fills lines to their ends.
    fn add_wide(&mut self, group: Vec<Token>, line: &mut Vec<Token>) {
        for token in group {
            let used: f32 = line.iter().map(|token| token.width + token.space).sum();
            if used + token.width <= self.width {
                line.push(token);
                continue;
            }
            if !line.is_empty() {
                self.finish(line);
            }
            if token.width <= self.width {
                line.push(token);
                continue;
            }
            for part in self.chop(token) {
                let used: f32 = line.iter().map(|token| token.width + token.space).sum();
                if !line.is_empty() && used + part.width > self.width {
                    self.finish(line);
                }
                line.push(part);
            }
        }
    }

    /// Chops a token between its glyphs; marks stay with their letters.
    fn chop(&self, token: Token) -> Vec<Token> {
        let scale = self.size(token.run) / 1000.0;
        let mut parts: Vec<Vec<Glyph>> = vec![Vec::new()];
        let mut width = 0.0;
        for glyph in &token.piece.glyphs {
            let advance = glyph.advance * scale;
            if width + advance > self.width - 2.0 * BADGE_PAD && glyph.advance > 0.0 && width > 0.0 {
                parts.push(Vec::new());
                width = 0.0;
            }
            width += advance;
            if let Some(part) = parts.last_mut() {
                part.push(*glyph);
            }
        }
        if token.level.is_rtl() {
            parts.reverse();
        }
        let count = parts.len();
        let token_of = |(index, glyphs): (usize, Vec<Glyph>)| {
            let last = index + 1 == count;
            let piece = Piece { width: glyphs.iter().map(|glyph| glyph.advance).sum(), glyphs };
            let pad = token.width - token.piece.width * scale;
            let (spaces, space) = if last { (token.spaces, token.space) } else { (0, 0.0) };
            let width = piece.width * scale + pad;
            Token { piece: Rc::new(piece), spaces, run: token.run, level: token.level, width, space }
        };
        parts.into_iter().enumerate().map(token_of).collect()
    }

    /// Ends the line: its tokens get their places, from left to right as they are seen.
    fn finish(&mut self, line: &mut Vec<Token>) {
        let mut tokens = std::mem::take(line);
        if let Some(last) = tokens.last_mut() {
            // The space between two lines takes no room, but who listens or copies needs it.
            last.spaces = usize::from(last.spaces > 0 && !last.level.is_rtl());
            last.space = 0.0;
        }
        let turned = tokens.iter().any(|token| token.level.is_rtl());
        let order: Vec<usize> = if turned {
            let levels: Vec<Level> = tokens.iter().map(|token| token.level).collect();
            BidiInfo::reorder_visual(&levels)
        } else {
            (0..tokens.len()).collect()
        };
        let mut built = Line { height: self.look.leading, width: 0.0, look: self.look, fragments: Vec::new() };
        let mut joins = None;
        for index in order {
            let token = &tokens[index];
            self.place(token, &mut built, joins == Some(token.run));
            joins = Some(token.run);
        }
        self.lines.push(built);
    }

    fn place(&mut self, token: &Token, line: &mut Line, joins: bool) {
        let Some(run) = self.runs.get(token.run) else { return };
        let space = self.shaper.space(self.face(token.run));
        // The space after a word that runs to the left is at its left.
        let (before, after) = if token.level.is_rtl() { (token.spaces, 0) } else { (0, token.spaces) };
        let advance = token.width + token.space;
        let spaces = |count| std::iter::repeat_n(space, count);
        let glyphs = spaces(before).chain(token.piece.glyphs.iter().copied()).chain(spaces(after));
        if joins && let Some(last) = line.fragments.last_mut().filter(|last| last.badge.is_none()) {
            last.glyphs.extend(glyphs);
            last.width += advance;
        } else {
            let color = run.badge.map(Tone::strong).or(run.color).unwrap_or(self.look.color);
            line.fragments.push(Fragment {
                x: line.width,
                width: token.width,
                size: self.size(token.run),
                color,
                glyphs: glyphs.collect(),
                link: run.link.clone(),
                badge: run.badge,
            });
        }
        line.width += advance;
    }
}

impl Line {
    /// Parts the line from the next paragraph's for who listens or copies.
    pub(super) fn end_word(&mut self, shaper: &mut Shaper<'_, '_>) {
        let space = shaper.space(self.look.face);
        if let Some(last) = self.fragments.last_mut() {
            last.glyphs.push(space);
        }
    }

    /// Puts the line's glyphs at a place; `y` is its top.
    pub(super) fn place(
        self,
        (x, y): (f32, f32),
        width: f32,
        node: Option<NodeId>,
        tags: &mut Tags,
        paint: &mut Paint,
    ) {
        let shift = match self.look.align {
            Align::Left => 0.0,
            Align::Right => (width - self.width).max(0.0),
            Align::Center => (width - self.width).max(0.0) / 2.0,
        };
        let baseline = y + self.look.leading / 2.0 + self.look.size * 0.355;
        for fragment in self.fragments {
            let left = x + shift + fragment.x;
            let mut node = node;
            let mut start = left;
            if let Some(tone) = fragment.badge {
                let height = fragment.size * 1.42;
                let top = baseline - fragment.size * 0.357 - height / 2.0;
                let (w, h) = (fragment.width, height);
                paint.under.push(Item::Rect { x: left, y: top, w, h, radius: 2.0, fill: tone.tint(), node: None });
                start += BADGE_PAD;
            }
            if let Some(to) = fragment.link {
                node = node.map(|parent| tags.add_lazy(parent, Role::Link));
                let (w, h) = (fragment.width, self.look.leading);
                paint.over.push(Item::Link { x: left, y, w, h, to, node });
            }
            let (size, color, glyphs) = (fragment.size, fragment.color, fragment.glyphs);
            paint.over.push(Item::Text(Text { x: start, y: baseline, size, color, glyphs, node }));
        }
    }
}
