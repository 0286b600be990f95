//! Figure: charts one below the other over the same axis, as the text of an SVG file. Fonts are the
//! reader's; nothing is measured with one.

use std::fmt::Display;

use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea as _};
use plotters::element::{Circle, Polygon, Text};
use plotters::prelude::SVGBackend;
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, IntoFont as _, TRANSPARENT, TextStyle};

use super::legend::{self, Entry, Mark};
use super::palette::{Colour, style};

const WIDTH_PIXELS: u32 = 900;
const TITLE_PIXELS: u32 = 44;
const TALLEST_PIXELS: u32 = 400;
const OTHERS_PIXELS: u32 = 190;
const LEFT_PIXELS: i32 = 16;
const Y_LABELS_PIXELS: i32 = 84;
/// Where the charts themselves begin.
pub(super) const CHART_LEFT_PIXELS: i32 = LEFT_PIXELS + Y_LABELS_PIXELS;
/// How strong a band is that lies behind lines.
const BAND_OPACITY: f64 = 0.18;
/// Free room above and below the values, as a share of their range.
const MARGIN: f64 = 0.05;

pub(super) struct Figure {
    pub(super) title: String,
    pub(super) x_label: String,
    pub(super) charts: Vec<Chart>,
}

/// One of its charts.
pub(super) struct Chart {
    pub(super) y_label: String,
    pub(super) must_show: Vec<f64>,
    /// From a low to a high value at each x; no points, no band.
    pub(super) band: Vec<(f64, f64, f64)>,
    pub(super) band_name: String,
    pub(super) traces: Vec<Trace>,
    /// Dashed lines.
    pub(super) limits: Vec<Trace>,
}

/// A line through points, with gaps where they are not finite.
pub(super) struct Trace {
    /// Its name in the legend, if it has a place there.
    pub(super) name: Option<String>,
    pub(super) colour: Colour,
    pub(super) width: u32,
    pub(super) opacity: f64,
    pub(super) points: Vec<(f64, f64)>,
}

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

impl Figure {
    /// The text of the picture; an error is what the drawing library says.
    pub(super) fn svg(&self) -> Result<String, String> {
        let heights = |position| if position == 0 { TALLEST_PIXELS } else { OTHERS_PIXELS };
        let height = TITLE_PIXELS + (0..self.charts.len()).map(heights).sum::<u32>();
        let mut svg = String::new();
        {
            let mut rest =
                SVGBackend::with_string(&mut svg, (WIDTH_PIXELS, height)).into_drawing_area();
            let whole = rest.clone();
            whole.fill(&Colour::Ground.light()).map_err(said)?;
            let title = text(19, Colour::Ink, HPos::Left);
            whole.draw(&Text::new(plain(&self.title), (LEFT_PIXELS, 14), title)).map_err(said)?;
            rest = rest.split_vertically(TITLE_PIXELS).1;
            for (position, chart) in self.charts.iter().enumerate() {
                let (area, below) = rest.split_vertically(heights(position));
                let is_last = position + 1 == self.charts.len();
                self.draw(chart, &area, is_last)?;
                rest = below;
            }
            whole.present().map_err(said)?;
        }
        let opening = svg.find(">\n").ok_or("it wrote no SVG")? + 2;
        svg.insert_str(opening, &style());
        Ok(svg)
    }

    fn draw(&self, chart: &Chart, area: &Area<'_>, with_x_label: bool) -> Result<(), String> {
        let area = legend::draw(&chart.entries(), area)?;
        let (x, y) = (self.x_range(), chart.y_range());
        let mut context = ChartBuilder::on(&area)
            .margin_left(LEFT_PIXELS)
            .margin_right(24)
            .margin_bottom(10)
            .x_label_area_size(if with_x_label { 50 } else { 26 })
            .y_label_area_size(Y_LABELS_PIXELS)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)
            .map_err(said)?;
        context
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(Colour::Mesh.light())
            .axis_style(Colour::Quiet.light())
            .label_style(text(15, Colour::Quiet, HPos::Left))
            .axis_desc_style(text(16, Colour::Ink, HPos::Left))
            .x_labels(10)
            .y_labels(if chart.is_low() { 3 } else { 8 })
            .x_label_formatter(&|&x| whole_number(x))
            .x_desc(if with_x_label { plain(&self.x_label) } else { String::new() })
            .y_desc(plain(&chart.y_label))
            .draw()
            .map_err(said)?;
        if !chart.band.is_empty() {
            let low = chart.band.iter().map(|&(x, low, _)| (x, low));
            let high = chart.band.iter().rev().map(|&(x, _, high)| (x, high));
            let outline: Vec<_> = low.chain(high).collect();
            let fill = Colour::Quiet.light().mix(BAND_OPACITY).filled();
            context.draw_series([Polygon::new(outline, fill)]).map_err(said)?;
        }
        for limit in &chart.limits {
            let (points, stroke) = (limit.points.iter().copied(), limit.stroke());
            context.draw_series(DashedLineSeries::new(points, 8, 6, stroke)).map_err(said)?;
        }
        for trace in &chart.traces {
            for run in trace.runs() {
                let (points, stroke) = (run.iter().copied(), trace.stroke());
                match *run {
                    [alone] => {
                        let dot = Circle::new(alone, trace.width + 1, stroke.filled());
                        context.draw_series([dot]).map_err(said)?;
                    }
                    _ => {
                        context.draw_series(LineSeries::new(points, stroke)).map_err(said)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn x_range(&self) -> (f64, f64) {
        let charts = self.charts.iter();
        let (low, high) = range(charts.flat_map(Chart::points).map(|(x, _)| x));
        if low < high { (low, high) } else { (low - 1.0, high + 1.0) }
    }
}

impl Chart {
    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.traces.iter().chain(&self.limits).flat_map(|trace| trace.points.iter().copied())
    }

    fn is_low(&self) -> bool {
        // Such as a ratio below the chart proper: its few labels are enough.
        self.must_show.len() > 1 && self.traces.len() == 1
    }

    fn y_range(&self) -> (f64, f64) {
        let points = self.points().map(|(_, y)| y);
        let (low, high) = range(points.chain(self.must_show.iter().copied()));
        let margin = if high > low { (high - low) * MARGIN } else { low.abs().max(1.0) * MARGIN };
        // What must be shown is mostly a bound of what can be, so that nothing lies beyond it.
        let beyond = |end: f64| if self.must_show.contains(&end) { margin / 4.0 } else { margin };
        (low - beyond(low), high + beyond(high))
    }

    fn entries(&self) -> Vec<Entry> {
        let entry = |trace: &Trace, mark| {
            trace.name.as_ref().map(|name| Entry { name: plain(name), colour: trace.colour, mark })
        };
        let mut entries: Vec<Entry> =
            self.traces.iter().filter_map(|trace| entry(trace, Mark::Line(trace.width))).collect();
        if !self.band.is_empty() {
            let (name, colour) = (self.band_name.clone(), Colour::Quiet);
            entries.push(Entry { name, colour, mark: Mark::Band(BAND_OPACITY) });
        }
        if !self.limits.is_empty() {
            let name = "limit, in the colour of its line".to_owned();
            entries.push(Entry { name, colour: Colour::Quiet, mark: Mark::Dashes });
        }
        entries
    }
}

impl Trace {
    fn stroke(&self) -> plotters::style::ShapeStyle {
        self.colour.light().mix(self.opacity).stroke_width(self.width)
    }

    /// Its points without gaps between them.
    fn runs(&self) -> impl Iterator<Item = &[(f64, f64)]> {
        self.points.split(|point| !point.1.is_finite()).filter(|run| !run.is_empty())
    }
}

/// Text of a size in pixels of the drawing library, which SVG divides by 1.24.
pub(super) fn text(size: u32, colour: Colour, side: HPos) -> TextStyle<'static> {
    let font = ("sans-serif", size).into_font();
    let style = TextStyle::from(font).pos(Pos::new(side, VPos::Top));
    TextStyle { color: colour.light().to_backend_color(), ..style }
}

/// Text that XML can hold, of a length that a line can.
pub(super) fn plain(text: &str) -> String {
    const LONGEST: usize = 80;
    let bad = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    let mut letters = text.chars().map(|letter| if bad(letter) { ' ' } else { letter });
    let mut line: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        line.push('…');
    }
    line
}

/// What the drawing library said.
pub(super) fn said(error: impl Display) -> String {
    error.to_string()
}

/// A count in groups of three digits; nothing between two counts.
fn whole_number(x: f64) -> String {
    if (x - x.round()).abs() > 1e-6 {
        return String::new();
    }
    let digits = format!("{:.0}", x.abs());
    let mut grouped = if x < -0.5 { "-".to_owned() } else { String::new() };
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The least and the largest finite value; 0 to 1 where there is none.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let both = finite.fold(None, |range: Option<(f64, f64)>, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    both.unwrap_or((0.0, 1.0))
}
