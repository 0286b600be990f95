//! Plot: lines over steps or episodes as an SVG file, readable on light and dark ground.

mod figure;
mod legend;
mod palette;
mod spread;
mod training;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::appender::partial;
use figure::{Chart, Figure, Trace};
use palette::Colour;

pub use training::plot_training;

/// Lines over a common axis, in panels one below the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// What the horizontal axis counts, such as `training step`.
    pub x_label: String,
    /// Where the first value of each line lies on it; the others follow one by one.
    pub first_x: u64,
    /// From above; the first is the tallest.
    pub panels: Vec<Panel>,
}

/// Lines that share their vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What the vertical axis measures, with its unit, such as `latency, 90th percentile (s)`.
    pub y_label: String,
    /// Values that the axis must at least reach, such as 0 and 1 for a ratio.
    pub must_show: Vec<f64>,
    /// From the first to the last in the legend.
    pub lines: Vec<Line>,
}

/// One line of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// One value a step; what is not finite leaves a gap.
    pub values: Vec<f64>,
    /// The value that it should stay below, such as an SLA: a dashed line in the same colour.
    pub limit: Option<f64>,
}

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PlotError {
    /// The numbers do not make one.
    #[error("cannot draw `{}`: {reason}", path.display())]
    Draw {
        /// The picture.
        path: PathBuf,
        /// What the drawing library says.
        reason: String,
    },
    /// The numbers cannot be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read {
        /// The table.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// It cannot be written.
    #[error("cannot write the picture `{}`", path.display())]
    Write {
        /// The picture.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Draws lines into an SVG file, in place of one that is there.
pub fn plot_lines(plot: &Plot, path: &Path) -> Result<(), PlotError> {
    let charts = plot.panels.iter().map(|panel| chart(panel, plot.first_x)).collect();
    let figure = Figure { title: plot.title.clone(), x_label: plot.x_label.clone(), charts };
    write(&figure, path)
}

fn chart(panel: &Panel, first_x: u64) -> Chart {
    let mut traces = Vec::new();
    let mut limits = Vec::new();
    for (position, line) in panel.lines.iter().enumerate() {
        let colour = Colour::Series(position);
        let points = (first_x..).map(|x| x as f64).zip(line.values.iter().copied());
        let (points, ends) = (points.collect(), (first_x, line.values.len() as u64));
        traces.push(Trace {
            name: Some(line.name.clone()),
            colour,
            width: 2,
            opacity: 1.0,
            points,
        });
        if let Some(limit) = line.limit.filter(|limit| limit.is_finite()) {
            let end = (ends.0 + ends.1).saturating_sub(1);
            let points = vec![(first_x as f64, limit), (end as f64, limit)];
            limits.push(Trace { name: None, colour, width: 1, opacity: 1.0, points });
        }
    }
    let (y_label, must_show) = (panel.y_label.clone(), panel.must_show.clone());
    Chart { y_label, must_show, band: Vec::new(), band_name: String::new(), traces, limits }
}

/// Draws a figure and puts it into place in one go, for somebody may be looking at the old one.
fn write(figure: &Figure, path: &Path) -> Result<(), PlotError> {
    let drawn = figure.svg();
    let svg = drawn.map_err(|reason| PlotError::Draw { path: path.to_owned(), reason })?;
    let new = partial(path);
    let written = fs::write(&new, svg).and_then(|()| fs::rename(&new, path));
    written.map_err(|source| PlotError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
