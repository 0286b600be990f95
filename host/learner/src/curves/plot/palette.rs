//! Palette: colours in pairs, one for light ground and one for dark. A picture is drawn in the light ones
//! and carries a style that turns them into the others where the reader prefers it dark.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Ground,
    Ink,
    Quiet,
    Mesh,
    /// Of the line at this position; after the eighth they come again.
    Series(usize),
}

type Pair = (RGBColor, &'static str);

const GROUND: Pair = (RGBColor(0xff, 0xff, 0xff), "#12161c");
const INK: Pair = (RGBColor(0x1c, 0x24, 0x30), "#e6eaf0");
const QUIET: Pair = (RGBColor(0x5b, 0x66, 0x75), "#9aa6b5");
const MESH: Pair = (RGBColor(0xd9, 0xdf, 0xe6), "#303a47");
/// Told apart by those who do not see red or green, too; the same as in the reports of races.
const SERIES: [Pair; 8] = [
    (RGBColor(0x00, 0x72, 0xb2), "#5aaeea"),
    (RGBColor(0xd5, 0x5e, 0x00), "#ff8a4c"),
    (RGBColor(0x00, 0x9e, 0x73), "#35cf9f"),
    (RGBColor(0xb0, 0x57, 0x8f), "#e693c4"),
    (RGBColor(0xb9, 0x83, 0x00), "#f0b840"),
    (RGBColor(0x3a, 0x9b, 0xd1), "#9fd8f7"),
    (RGBColor(0x7a, 0x52, 0xa8), "#bd97ea"),
    (RGBColor(0x6a, 0x6f, 0x77), "#b3b9c2"),
];

/// How many lines have colours of their own.
pub(super) const SERIES_COLOURS: usize = SERIES.len();

impl Colour {
    /// The colour on light ground.
    pub(super) fn light(self) -> RGBColor {
        match self {
            Self::Ground => GROUND.0,
            Self::Ink => INK.0,
            Self::Quiet => QUIET.0,
            Self::Mesh => MESH.0,
            Self::Series(position) => SERIES[position % SERIES.len()].0,
        }
    }
}

/// The style that makes a picture dark for those who prefer it.
pub(super) fn style() -> String {
    let mut rules = String::new();
    for (RGBColor(red, green, blue), dark) in [GROUND, INK, QUIET, MESH].into_iter().chain(SERIES) {
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        // Writing to a string cannot fail.
        let _ = write!(rules, "[fill='{light}']{{fill:{dark}}}[stroke='{light}']{{stroke:{dark}}}");
    }
    format!(
        "<style>polyline{{stroke-linejoin:round}}\
         @media (prefers-color-scheme:dark){{{rules}}}</style>\n"
    )
}
