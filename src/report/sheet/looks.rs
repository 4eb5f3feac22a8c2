//! How cells look. The colors are those of `style.css`, and a colored cell has its word in it.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

/// The formats of a book, each made once.
pub(super) struct Looks {
    pub(super) head: Format,
    pub(super) head_by_hand: Format,
    pub(super) text: Format,
    pub(super) strong: Format,
    pub(super) count: Format,
    pub(super) day: Format,
    pub(super) moment: Format,
    pub(super) link: Format,
    pub(super) by_hand: Format,
    badges: [(&'static str, Format); 5],
}

/// The classes of badges with their ink and their ground.
const CLASSES: [(&str, u32, u32); 5] = [
    ("pass", 0x0017_663A, 0x00E4_F3EA),
    ("fail", 0x00A0_1C1C, 0x00FB_E7E7),
    ("undetermined", 0x007A_4A00, 0x00FD_F0D8),
    ("awaiting", 0x004A_3A9C, 0x00EB_E8FA),
    ("na", 0x004A_5562, 0x00EC_EFF3),
];
const NAVY: u32 = 0x001B_3350;
const WHITE: u32 = 0x00FF_FFFF;
const LINE: u32 = 0x00D3_DAE3;
const LINK: u32 = 0x0017_4E8C;
/// What the reader fills in.
const MARK: u32 = 0x00FF_F4CC;
const BROWN: u32 = 0x005C_4A00;

impl Looks {
    pub(super) fn new() -> Self {
        let cell = || {
            let cell = Format::new().set_font_name("Arial").set_font_size(9).set_align(FormatAlign::Top);
            cell.set_border(FormatBorder::Thin).set_border_color(Color::RGB(LINE))
        };
        let text = || cell().set_text_wrap();
        let head = |ground: u32, ink: u32| {
            text().set_bold().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(ink))
        };
        let badge = |(class, ink, ground): (&'static str, u32, u32)| {
            (class, text().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(ink)))
        };
        Self {
            head: head(NAVY, WHITE),
            head_by_hand: head(MARK, BROWN),
            text: text(),
            strong: text().set_bold(),
            count: cell().set_num_format("#,##0"),
            day: cell().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
            moment: cell().set_num_format("yyyy-mm-dd hh:mm:ss").set_align(FormatAlign::Left),
            link: text().set_font_color(Color::RGB(LINK)).set_underline(FormatUnderline::Single),
            by_hand: text().set_background_color(Color::RGB(0x00FF_FDF4)),
            badges: CLASSES.map(badge),
        }
    }

    /// The format of a badge's class; a plain one where the class has no color.
    pub(super) fn badge(&self, class: &str) -> &Format {
        self.badges.iter().find(|(own, _)| *own == class).map_or(&self.text, |(_, format)| format)
    }
}
