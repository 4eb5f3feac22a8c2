//! The fonts that a report is set in.

use rustybuzz::ttf_parser::{GlyphId, name_id};

use super::PdfError;
use super::style::Face;

/// Four main fonts and any number of fallbacks, as TrueType files; and the color profile of the output intent.
pub(crate) struct Fonts<'a> {
    pub(super) faces: Vec<FontFace<'a>>,
    pub(super) profile: &'a [u8],
}

/// One font.
pub(super) struct FontFace<'a> {
    pub(super) name: String,
    pub(super) bytes: &'a [u8],
    pub(super) face: rustybuzz::Face<'a>,
    /// Units of the font in thousandths of an em.
    pub(super) scale: f32,
}

impl<'a> Fonts<'a> {
    /// Reads `regular.ttf`, `bold.ttf`, `italic.ttf`, `mono.ttf`, every `fallback-*.ttf` and `sRGB.icc` out of files
    /// given by path; other files are left alone.
    pub(crate) fn read(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, PdfError> {
        let mut main: [Option<FontFace<'a>>; 4] = [None, None, None, None];
        let mut fallbacks = Vec::new();
        let mut profile = None;
        for (path, bytes) in files {
            let file = path.rsplit('/').next().unwrap_or(path);
            let role = match file {
                "regular.ttf" => Face::Regular,
                "bold.ttf" => Face::Bold,
                "italic.ttf" => Face::Italic,
                "mono.ttf" => Face::Mono,
                "sRGB.icc" => {
                    profile = Some(bytes);
                    continue;
                }
                _ if file.starts_with("fallback-") && file.ends_with(".ttf") => {
                    fallbacks.push((file, FontFace::read(path, bytes)?));
                    continue;
                }
                _ => continue,
            };
            main[role as usize] = Some(FontFace::read(path, bytes)?);
        }
        fallbacks.sort_by_key(|(file, _)| *file);
        let mut faces = Vec::with_capacity(4 + fallbacks.len());
        for (face, file) in main.into_iter().zip(["regular.ttf", "bold.ttf", "italic.ttf", "mono.ttf"]) {
            faces.push(face.ok_or(PdfError::NoFont { file })?);
        }
        faces.extend(fallbacks.into_iter().map(|(_, face)| face));
        Ok(Self { faces, profile: profile.ok_or(PdfError::NoFont { file: "sRGB.icc" })? })
    }

    /// The font for a character: the asked one, else a fallback, else any of the main ones.
    pub(super) fn pick(&self, wanted: Face, character: char) -> Option<usize> {
        let wanted = wanted as usize;
        let fallbacks = 4..self.faces.len();
        std::iter::once(wanted)
            .chain(fallbacks)
            .chain([Face::Mono as usize, Face::Regular as usize])
            .find(|index| self.glyph(*index, character).is_some())
    }

    pub(super) fn glyph(&self, font: usize, character: char) -> Option<u16> {
        let face = &self.faces.get(font)?.face;
        face.glyph_index(character).filter(|id| id.0 != 0).map(|id| id.0)
    }
}

impl<'a> FontFace<'a> {
    fn read(path: &str, bytes: &'a [u8]) -> Result<Self, PdfError> {
        let face = rustybuzz::Face::from_slice(bytes, 0).ok_or_else(|| PdfError::BadFont { file: path.to_owned() })?;
        let name = face.names().into_iter().find(|name| name.name_id == name_id::POST_SCRIPT_NAME && name.is_unicode());
        let name = name.and_then(|name| name.to_string()).unwrap_or_else(|| "Font".to_owned());
        let name = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let units = face.units_per_em();
        if units <= 0 {
            return Err(PdfError::BadFont { file: path.to_owned() });
        }
        Ok(Self { name, bytes, face, scale: 1000.0 / units as f32 })
    }

    /// How far a glyph moves the pen, in thousandths of an em, as the PDF's width table states it.
    pub(super) fn advance(&self, glyph: u16) -> f32 {
        let units = self.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0);
        (f32::from(units) * self.scale).trunc()
    }
}
