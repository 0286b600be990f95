//! Legend: what the lines of a chart are, in rows above it, where it hides none of them.

use plotters::element::{PathElement, Rectangle, Text};
use plotters::style::Color as _;
use plotters::style::text_anchor::HPos;

use super::figure::{Area, CHART_LEFT_PIXELS, said, text};
use super::palette::Colour;

const ROW_PIXELS: i32 = 22;
const MARK_PIXELS: i32 = 24;
const GAP_PIXELS: i32 = 20;
/// A letter's width in most fonts without serifs at the legend's size; a little more, to be safe.
const LETTER_PIXELS: f64 = 6.8;

/// One thing that the legend explains.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) colour: Colour,
    pub(super) mark: Mark,
}

/// How it looks in the chart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    /// A line of this width in pixels.
    Line(u32),
    Dashes,
    /// A band of this opacity.
    Band(f64),
}

/// Draws the entries at the top of an area, and gives what is left below.
pub(super) fn draw<'a>(entries: &[Entry], area: &Area<'a>) -> Result<Area<'a>, String> {
    let right = i32::try_from(area.dim_in_pixel().0).unwrap_or(i32::MAX);
    let (mut x, mut y) = (CHART_LEFT_PIXELS, 0);
    for entry in entries {
        let letters = entry.name.chars().count() as f64 * LETTER_PIXELS;
        let width = MARK_PIXELS + 8 + letters as i32;
        if x > CHART_LEFT_PIXELS && x + width > right {
            (x, y) = (CHART_LEFT_PIXELS, y + ROW_PIXELS);
        }
        draw_mark(entry, (x, y + 7), area)?;
        let words = text(15, Colour::Ink, HPos::Left);
        let place = (x + MARK_PIXELS + 8, y + 2);
        area.draw(&Text::new(entry.name.clone(), place, words)).map_err(said)?;
        x += width + GAP_PIXELS;
    }
    Ok(area.split_vertically(y + ROW_PIXELS + 6).1)
}

fn draw_mark(entry: &Entry, (x, y): (i32, i32), area: &Area<'_>) -> Result<(), String> {
    let colour = entry.colour.light();
    let line = |from: i32, to: i32, width: u32| {
        let path = PathElement::new([(x + from, y), (x + to, y)], colour.stroke_width(width));
        area.draw(&path).map_err(said)
    };
    match entry.mark {
        Mark::Line(width) => line(0, MARK_PIXELS, width),
        Mark::Dashes => {
            [(0, 6), (9, 15), (18, 24)].into_iter().try_for_each(|(from, to)| line(from, to, 1))
        }
        Mark::Band(opacity) => {
            let corners = [(x, y - 6), (x + MARK_PIXELS, y + 6)];
            area.draw(&Rectangle::new(corners, colour.mix(opacity).filled())).map_err(said)
        }
    }
}
