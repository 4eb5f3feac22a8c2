//! The fonts as the file embeds them: only the glyphs used.

use std::collections::BTreeMap;

use printpdf::{FontMetrics, ParsedFont};
use subsetter::GlyphRemapper;

use super::super::PdfError;
use super::super::fonts::{FontFace, Fonts};

/// The glyphs of a report and their texts, by font and glyph.
pub(super) type GlyphTexts = BTreeMap<(u8, u16), String>;

/// The subsets of the fonts used.
pub(super) struct Used<'t> {
    pub(super) fonts: BTreeMap<u8, ParsedFont>,
    pub(super) glyphs: BTreeMap<(u8, u16), UsedGlyph<'t>>,
}

/// A glyph in its subset.
pub(super) struct UsedGlyph<'t> {
    pub(super) id: u16,
    pub(super) width: f32,
    pub(super) text: &'t str,
}

impl<'t> Used<'t> {
    pub(super) fn gather(fonts: &Fonts<'_>, texts: &'t GlyphTexts) -> Result<Self, PdfError> {
        let mut used = Self { fonts: BTreeMap::new(), glyphs: BTreeMap::new() };
        for (index, face) in (0u8..).zip(&fonts.faces) {
            let mut remapper = GlyphRemapper::new();
            let mut widths = BTreeMap::new();
            for ((_, glyph), text) in texts.range((index, 0)..=(index, u16::MAX)) {
                let id = remapper.remap(*glyph);
                let units = face.face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(*glyph)).unwrap_or(0);
                widths.insert(id, units);
                used.glyphs.insert((index, *glyph), UsedGlyph { id, width: face.advance(*glyph), text });
            }
            if !widths.is_empty() {
                used.fonts.insert(index, subset(face, &remapper, widths)?);
            }
        }
        Ok(used)
    }
}

fn subset(face: &FontFace<'_>, remapper: &GlyphRemapper, widths: BTreeMap<u16, u16>) -> Result<ParsedFont, PdfError> {
    let wrong = |_| PdfError::BadFont { file: face.name.clone() };
    let bytes = subsetter::subset(face.bytes, 0, remapper).map_err(wrong)?;
    // Six letters say which subset it is; they depend on its glyphs only.
    let mut hash = remapper
        .remapped_gids()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, glyph| (hash ^ u64::from(glyph)).wrapping_mul(0x0100_0000_01b3));
    let mut name = String::new();
    for _ in 0..6 {
        name.push(char::from(b'A' + (hash % 26) as u8));
        hash /= 26;
    }
    name.push('+');
    name.push_str(&face.name);
    let metrics = FontMetrics { ascent: face.face.ascender(), descent: face.face.descender() };
    let units = u16::try_from(face.face.units_per_em()).unwrap_or(1000);
    let mut font = ParsedFont::with_glyph_data(bytes, 0, Some(name), BTreeMap::new(), widths, units, metrics);
    let bounds = face.face.global_bounding_box();
    let own = &mut font.pdf_font_metrics;
    (own.x_min, own.y_min, own.x_max, own.y_max) = (bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max);
    own.us_weight_class = face.face.weight().to_number();
    if let Some(angle) = Some(face.face.italic_angle()).filter(|angle| *angle != 0.0) {
        own.caret_slope_rise = 1000;
        own.caret_slope_run = (-angle.to_radians().tan() * 1000.0) as i16;
    }
    Ok(font)
}
