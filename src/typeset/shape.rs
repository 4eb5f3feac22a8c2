//! From characters to glyphs: fallback fonts, kerning, and a name for what no font can show.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use rustybuzz::{Direction, Feature, ShapePlan, UnicodeBuffer, ttf_parser::Tag};

use super::fonts::Fonts;
use super::style::Face;

/// A glyph; lengths in thousandths of an em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub(super) font: u8,
    pub(super) id: u16,
    pub(super) advance: f32,
    pub(super) dx: f32,
    pub(super) dy: f32,
}

/// A shaped piece of text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Piece {
    pub(super) glyphs: Vec<Glyph>,
    /// In thousandths of an em.
    pub(super) width: f32,
}

/// Words recur: past this many the memory of them starts anew, so that a million different ones cost no more.
const REMEMBERED: usize = 40_000;
/// Longer words, in bytes, do not recur.
const LONGEST_REMEMBERED: usize = 100;

/// Shapes pieces and remembers them.
pub(super) struct Shaper<'f, 'a> {
    pub(super) fonts: &'f Fonts<'a>,
    known: [HashMap<Box<str>, Rc<Piece>>; 8],
    plans: HashMap<(usize, bool, Option<rustybuzz::Script>), ShapePlan>,
    buffer: Option<UnicodeBuffer>,
    features: Vec<Feature>,
    /// The text that each glyph used stands for.
    pub(super) texts: BTreeMap<(u8, u16), String>,
}

impl<'f, 'a> Shaper<'f, 'a> {
    pub(super) fn new(fonts: &'f Fonts<'a>) -> Self {
        // One glyph a letter keeps the text that is copied out of the PDF whole.
        let off = |tag: &[u8; 4]| Feature::new(Tag::from_bytes(tag), 0, ..);
        Self {
            fonts,
            known: Default::default(),
            plans: HashMap::new(),
            buffer: Some(UnicodeBuffer::new()),
            features: vec![off(b"liga"), off(b"clig"), off(b"dlig")],
            texts: BTreeMap::new(),
        }
    }

    /// A piece of one direction, in visual order.
    pub(super) fn shape(&mut self, face: Face, text: &str, right_to_left: bool) -> Rc<Piece> {
        let slot = face as usize * 2 + usize::from(right_to_left);
        if let Some(piece) = self.known[slot].get(text) {
            return Rc::clone(piece);
        }
        let piece = Rc::new(self.shape_new(face, text, right_to_left));
        if text.len() > LONGEST_REMEMBERED {
            return piece;
        }
        if self.known[slot].len() >= REMEMBERED {
            self.known[slot].clear();
        }
        self.known[slot].insert(text.into(), Rc::clone(&piece));
        piece
    }

    /// The space between words.
    pub(super) fn space(&mut self, face: Face) -> Glyph {
        let font = face as usize;
        let id = self.fonts.glyph(font, ' ').unwrap_or(0);
        self.note(font, id, || " ".to_owned());
        Glyph { font: font as u8, id, advance: self.fonts.faces[font].advance(id), dx: 0.0, dy: 0.0 }
    }

    fn shape_new(&mut self, face: Face, text: &str, right_to_left: bool) -> Piece {
        let mut parts: Vec<(usize, String)> = Vec::new();
        let mut add = |font: usize, character: char| match parts.last_mut() {
            Some((last, part)) if *last == font => part.push(character),
            _ => parts.push((font, character.to_string())),
        };
        for character in text.chars() {
            match self.fonts.pick(face, character) {
                Some(font) => add(font, character),
                None => {
                    for letter in name_of(character).chars() {
                        if let Some(font) = self.fonts.pick(face, letter) {
                            add(font, letter);
                        }
                    }
                }
            }
        }
        if right_to_left {
            parts.reverse();
        }
        let mut piece = Piece::default();
        for (font, part) in parts {
            if part.is_ascii() && font == Face::Mono as usize {
                self.shape_mono(font, &part, &mut piece);
            } else {
                self.shape_part(font, &part, right_to_left, &mut piece);
            }
        }
        piece.width = piece.glyphs.iter().map(|glyph| glyph.advance).sum();
        piece
    }

    /// Nothing kerns in a font of one width.
    fn shape_mono(&mut self, font: usize, part: &str, piece: &mut Piece) {
        for character in part.chars() {
            if let Some(id) = self.fonts.glyph(font, character) {
                let advance = self.fonts.faces[font].advance(id);
                self.note(font, id, || character.to_string());
                piece.glyphs.push(Glyph { font: font as u8, id, advance, dx: 0.0, dy: 0.0 });
            }
        }
    }

    fn shape_part(&mut self, font: usize, part: &str, right_to_left: bool, piece: &mut Piece) {
        let fonts = self.fonts;
        let entry = &fonts.faces[font];
        let mut buffer = self.buffer.take().unwrap_or_default();
        buffer.push_str(part);
        buffer.guess_segment_properties();
        buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        let script = Some(buffer.script());
        let direction = buffer.direction();
        let features = &self.features;
        let plan = self
            .plans
            .entry((font, right_to_left, script))
            .or_insert_with(|| ShapePlan::new(&entry.face, direction, script, None, features));
        let shaped = rustybuzz::shape_with_plan(&entry.face, plan, buffer);
        let starts: Vec<usize> = {
            let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
            starts.push(part.len());
            starts.sort_unstable();
            starts.dedup();
            starts
        };
        let mut told = None;
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let start = info.cluster as usize;
            let after = starts.partition_point(|known| *known <= start);
            let end = starts.get(after).copied().unwrap_or(part.len());
            // Of a cluster's glyphs the first carries its text.
            let text = if told == Some(start) { "\u{200B}" } else { part.get(start..end).unwrap_or_default() };
            told = Some(start);
            let id = info.glyph_id as u16;
            self.note(font, id, || text.to_owned());
            piece.glyphs.push(Glyph {
                font: font as u8,
                id,
                advance: (position.x_advance as f32 * entry.scale).round(),
                dx: (position.x_offset as f32 * entry.scale).round(),
                dy: (position.y_offset as f32 * entry.scale).round(),
            });
        }
        self.buffer = Some(shaped.clear());
    }

    fn note(&mut self, font: usize, id: u16, text: impl FnOnce() -> String) {
        self.texts.entry((font as u8, id)).or_insert_with(text);
    }
}

/// What stands for a character that no font has.
pub(super) fn name_of(character: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(character))
}

/// Drops control characters, folds white space, and names the characters that could make a name look like another:
/// bidirectional overrides and what has no width.
pub(super) fn plain(text: &str, keep_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' if keep_lines => out.push('\n'),
            '\t' if keep_lines => out.push_str("    "),
            ' ' if keep_lines => out.push(' '),
            ' ' | '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' => {
                out.push_str(&name_of(character))
            }
            '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' => out.push_str(&name_of(character)),
            '\u{200C}' | '\u{200D}' if out.chars().next_back().is_none_or(|last| last.is_ascii()) => {
                out.push_str(&name_of(character));
            }
            _ if character.is_control() => {}
            _ => out.push(character),
        }
    }
    out
}
