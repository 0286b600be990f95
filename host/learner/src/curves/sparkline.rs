//! Sparkline: a curve in one line of a terminal, with its last value, its best and where it goes.

use std::fmt;

use super::{Series, SeriesPoint};

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Blocks and arrows.
    Unicode,
    /// Only what every terminal has.
    Ascii,
}

/// Which values are the good ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// High ones, such as rewards.
    Higher,
    /// Low ones, such as losses.
    Lower,
}

/// A series in one line, shown by `Display`: `▁▂▄▆▇█ 0.9212, best 0.9264 ↗`.
#[derive(Debug, Clone, Copy)]
pub struct Sparkline<'a> {
    /// What is shown.
    pub series: &'a Series,
    /// The most columns of the curve itself.
    pub columns: usize,
    /// What the terminal can show.
    pub glyphs: Glyphs,
    /// Which value is the best.
    pub better: Better,
}

/// A trend smaller than this share of the curve's height is none that an eye would see.
const LEAST_TREND: f64 = 0.05;

impl fmt::Display for Sparkline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels: [char; 8] = match self.glyphs {
            Glyphs::Unicode => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            Glyphs::Ascii => ['_', '.', '-', '~', '=', '+', '*', '#'],
        };
        let points: Vec<SeriesPoint> = self.series.points().collect();
        let columns = columns(&points, self.columns);
        let (low, high) = range(&columns);
        for value in &columns {
            let height = if high > low { (value - low) / (high - low) } else { 0.5 };
            // Eight levels; the top of the range belongs to the last.
            write!(f, "{}", levels[((height * 8.0) as usize).min(7)])?;
        }
        let best = match self.better {
            Better::Higher => self.series.largest(),
            Better::Lower => self.series.least(),
        };
        let (last, best) = (short(self.series.last()), short(best));
        write!(f, " {last}, best {best} {}", self.arrow(&points))
    }
}

impl Sparkline<'_> {
    fn arrow(&self, points: &[SeriesPoint]) -> &'static str {
        let unicode = self.glyphs == Glyphs::Unicode;
        match trend(points) {
            trend if trend > LEAST_TREND => ["up", "↗"][usize::from(unicode)],
            trend if trend < -LEAST_TREND => ["down", "↘"][usize::from(unicode)],
            _ => ["flat", "→"][usize::from(unicode)],
        }
    }
}

/// How far the last quarter lies above the quarter before it, as a share of the curve's height.
fn trend(points: &[SeriesPoint]) -> f64 {
    let quarter = (points.len() / 4).max(1);
    if points.len() < 2 * quarter {
        return 0.0;
    }
    let (earlier, later) = points[points.len() - 2 * quarter..].split_at(quarter);
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let (low, high) = range(&values);
    if high > low { (mean(later) - mean(earlier)) / (high - low) } else { 0.0 }
}

/// The curve in at most so many columns: the mean of what falls into each.
fn columns(points: &[SeriesPoint], most: usize) -> Vec<f64> {
    let count = most.min(points.len());
    let edge = |column: usize| column * points.len() / count;
    (0..count).map(|column| mean(&points[edge(column)..edge(column + 1)])).collect()
}

fn mean(points: &[SeriesPoint]) -> f64 {
    let all: f64 = points.iter().map(|point| point.points as f64).sum();
    points.iter().map(|point| point.value * (point.points as f64 / all)).sum()
}

fn range(values: &[f64]) -> (f64, f64) {
    let fold = |with: fn(f64, f64) -> f64, start| values.iter().copied().fold(start, with);
    (fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY))
}

/// A number in four digits, or as a power of ten where those do not suffice.
fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-3..1e6).contains(&size) => format!("{value:.2e}"),
        size if size >= 1e3 => format!("{value:.0}"),
        size => format!("{value:.*}", (3 - size.log10().floor() as i32).max(0) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::{Curves, Point, Source};

    #[track_caller]
    fn check(values: &[f64], columns: usize, glyphs: Glyphs, better: Better, line: &str) {
        let mut curves = Curves::new();
        for (step, &value) in (0..).zip(values) {
            let wall_seconds = step as f64;
            let (source, name) = (Source::Episode, "reward");
            curves.push(&Point { source, name, step, episode: step, wall_seconds, value });
        }
        let series = curves.series(Source::Episode, "reward").unwrap();
        let shown = Sparkline { series, columns, glyphs, better }.to_string();
        assert_eq!(shown, line);
    }

    #[test]
    fn a_curve_fits_into_a_line() {
        use Better::{Higher, Lower};
        use Glyphs::{Ascii, Unicode};
        let up: Vec<f64> = (0..16).map(f64::from).collect();
        let down: Vec<f64> = up.iter().rev().copied().collect();
        check(&up, 8, Unicode, Higher, "▁▂▃▄▅▆▇█ 15.00, best 15.00 ↗");
        check(&down, 8, Unicode, Higher, "█▇▆▅▄▃▂▁ 0, best 15.00 ↘");
        check(&down, 4, Ascii, Lower, "#+-_ 0, best 0 down");
        check(&[0.92641], 8, Unicode, Higher, "▅ 0.9264, best 0.9264 →");
        check(&[2.0; 9], 8, Ascii, Higher, "======== 2.000, best 2.000 flat");
        check(&[1234.5, -2e-4], 8, Unicode, Higher, "█▁ -2.00e-4, best 1234 ↘");
        check(&[1.0, 2.0], 0, Ascii, Higher, " 2.000, best 2.000 up");
    }
}
