//! How the report looks: page, palette, type sizes. All lengths are points (1/72 inch).

/// A4, and the room that the running header and footer leave to the text.
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;
pub(super) const MARGIN: f32 = 50.0;
pub(super) const TOP: f32 = 62.0;
pub(super) const BOTTOM: f32 = PAGE_HEIGHT - 54.0;
pub(super) const TEXT_WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;
pub(super) const BODY_HEIGHT: f32 = BOTTOM - TOP;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const WHITE: Color = Color(255, 255, 255);
pub(super) const INK: Color = Color(31, 41, 55);
pub(super) const MUTED: Color = Color(91, 103, 120);
pub(super) const NAVY: Color = Color(22, 50, 92);
pub(super) const LINK: Color = Color(29, 78, 150);
pub(super) const RULE: Color = Color(203, 211, 222);
pub(super) const HAIR: Color = Color(226, 231, 238);
pub(super) const SHADE: Color = Color(243, 246, 250);
pub(super) const HEAD: Color = Color(230, 236, 245);

/// What a color says; always beside the word itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Pass,
    Fail,
    Undetermined,
    NotApplicable,
    Awaiting,
    Info,
    Shared,
    Customer,
}

impl Tone {
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "pass" | "satisfied" => Self::Pass,
            "fail" | "gap" | "alarm" | "critical" => Self::Fail,
            "undetermined" | "warn" | "high" => Self::Undetermined,
            "na" | "not-applicable" | "neutral" | "low" => Self::NotApplicable,
            "awaiting-evidence" | "awaiting" | "medium" => Self::Awaiting,
            "info" | "inherited" => Self::Info,
            "shared" => Self::Shared,
            "customer" => Self::Customer,
            _ => return None,
        })
    }

    /// For text and bars.
    pub(super) fn strong(self) -> Color {
        match self {
            Self::Pass => Color(21, 101, 62),
            Self::Fail => Color(165, 29, 38),
            Self::Undetermined => Color(138, 83, 0),
            Self::NotApplicable => Color(82, 93, 108),
            Self::Awaiting => Color(88, 58, 166),
            Self::Info => Color(29, 78, 150),
            Self::Shared => Color(0, 96, 104),
            Self::Customer => Color(52, 64, 84),
        }
    }

    /// For bars and segments of charts.
    pub(super) fn bar(self) -> Color {
        match self {
            Self::Pass => Color(46, 139, 94),
            Self::Fail => Color(200, 62, 66),
            Self::Undetermined => Color(224, 159, 47),
            Self::NotApplicable => Color(166, 176, 189),
            Self::Awaiting => Color(124, 99, 196),
            Self::Info => Color(62, 113, 184),
            Self::Shared => Color(40, 146, 154),
            Self::Customer => Color(74, 88, 112),
        }
    }

    /// Behind text.
    pub(super) fn tint(self) -> Color {
        match self {
            Self::Pass => Color(222, 242, 231),
            Self::Fail => Color(252, 228, 229),
            Self::Undetermined => Color(254, 240, 209),
            Self::NotApplicable => Color(233, 237, 242),
            Self::Awaiting => Color(235, 229, 250),
            Self::Info => Color(227, 237, 250),
            Self::Shared => Color(219, 241, 243),
            Self::Customer => Color(228, 232, 239),
        }
    }
}

/// Which of the four main fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Face {
    Regular,
    Bold,
    Italic,
    Mono,
}

/// How a line of text looks before its inline marks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) leading: f32,
    pub(super) color: Color,
    pub(super) align: Align,
    /// Break between words only: commands are to be copied.
    pub(super) whole_words: bool,
}

/// Where a line stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
    Center,
}

impl Look {
    const fn new(face: Face, size: f32, leading: f32, color: Color) -> Self {
        Self { face, size, leading, color, align: Align::Left, whole_words: false }
    }

    pub(super) const BODY: Self = Self::new(Face::Regular, 9.4, 13.4, INK);
    pub(super) const LEAD: Self = Self::new(Face::Regular, 11.0, 16.0, INK);
    pub(super) const SMALL: Self = Self::new(Face::Regular, 7.8, 10.6, MUTED);
    pub(super) const CELL: Self = Self::new(Face::Regular, 8.0, 10.8, INK);
    pub(super) const CELL_HEAD: Self = Self::new(Face::Bold, 7.8, 10.6, NAVY);
    pub(super) const LABEL: Self = Self::new(Face::Bold, 7.8, 11.2, MUTED);
    pub(super) const PRE: Self = Self::new(Face::Mono, 7.8, 11.4, INK);
    pub(super) const COMMAND: Self = Self { whole_words: true, ..Self::PRE };
    pub(super) const RUNNING: Self = Self::new(Face::Regular, 7.4, 9.0, MUTED);

    pub(super) fn heading(level: u8) -> Self {
        match level {
            1 => Self::new(Face::Bold, 19.0, 24.0, NAVY),
            2 => Self::new(Face::Bold, 13.0, 17.5, NAVY),
            _ => Self::new(Face::Bold, 10.4, 14.4, INK),
        }
    }

    pub(super) fn with_color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    pub(super) fn with_align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}
