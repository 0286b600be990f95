//! A training as pictures: each measure by episode, all seeds of it in one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::curves::{Curves, Series, Source};

use super::figure::{Chart, Figure, Trace};
use super::palette::{Colour, SERIES_COLOURS};
use super::spread::{WINDOWS, spread};
use super::{PlotError, write};

/// A picture that every training gets, if the measure is known.
struct Picture {
    file: &'static str,
    source: Source,
    name: &'static str,
    title: &'static str,
    y_label: &'static str,
    must_show: &'static [f64],
}

const PICTURES: [Picture; 4] = [
    Picture {
        file: "reward.svg",
        source: Source::Episode,
        name: "reward",
        title: "Reward by episode",
        y_label: "reward of the episode",
        must_show: &[],
    },
    Picture {
        file: "slo_preservation.svg",
        source: Source::Episode,
        name: "slo_preservation",
        title: "SLO preservation by episode",
        y_label: "SLO preservation (ratio)",
        must_show: &[0.0, 1.0],
    },
    Picture {
        file: "cpu_utilisation.svg",
        source: Source::Episode,
        name: "cpu_utilisation",
        title: "CPU utilisation by episode",
        y_label: "CPU utilisation (ratio)",
        must_show: &[0.0, 1.0],
    },
    Picture {
        file: "evaluation_reward.svg",
        source: Source::Evaluation,
        name: "reward",
        title: "Reward of greedy evaluations by training step",
        y_label: "reward of the evaluation",
        must_show: &[],
    },
];

/// How strong the runs are behind their mean.
const RUN_OPACITY: f64 = 0.5;

/// Draws a training, given the label and the curves of each of its runs (seeds), into a folder that is
/// made if it is not there: reward, SLO preservation and CPU utilisation by episode, and the reward of
/// evaluations by step, each with the interquartile mean of the runs and their spread. What no run
/// knows is not drawn. Gives the files.
pub fn plot_training(runs: &[(&str, &Curves)], folder: &Path) -> Result<Vec<PathBuf>, PlotError> {
    let made = fs::create_dir_all(folder);
    made.map_err(|source| PlotError::Write { path: folder.to_owned(), source })?;
    let mut files = Vec::new();
    for picture in &PICTURES {
        if let Some(figure) = picture.figure(runs) {
            let path = folder.join(picture.file);
            write(&figure, &path)?;
            files.push(path);
        }
    }
    Ok(files)
}

impl Picture {
    fn figure(&self, runs: &[(&str, &Curves)]) -> Option<Figure> {
        let known = |&(label, curves): &(&str, &Curves)| {
            Some((label.to_owned(), self.points(curves.series(self.source, self.name)?)))
        };
        let (labels, points): (Vec<_>, Vec<_>) = runs.iter().filter_map(known).unzip();
        if points.is_empty() {
            return None;
        }
        let (spread, count) =
            (if points.len() > 1 { spread(&points) } else { spread(&[]) }, points.len());
        let mut traces: Vec<Trace> = labels
            .into_iter()
            .zip(points)
            .enumerate()
            .map(|(position, (label, points))| seed(position, count, label, points))
            .collect();
        if !spread.middle.is_empty() {
            let name = Some(format!("interquartile mean of {count}, in {WINDOWS} windows"));
            traces.push(Trace {
                name,
                colour: Colour::Ink,
                width: 3,
                opacity: 1.0,
                points: spread.middle,
            });
        }
        let band_name = if count < 4 { "least to largest" } else { "their middle half" }.to_owned();
        let chart = Chart {
            y_label: self.y_label.to_owned(),
            must_show: self.must_show.to_owned(),
            band: spread.band,
            band_name,
            traces,
            limits: Vec::new(),
        };
        let x_label = match self.source {
            Source::Episode => "episode",
            Source::Agent | Source::Evaluation | Source::Step => "training step",
        };
        Some(Figure {
            title: self.title.to_owned(),
            x_label: x_label.to_owned(),
            charts: vec![chart],
        })
    }

    fn points(&self, series: &Series) -> Vec<(f64, f64)> {
        let x = |episode, step| if self.source == Source::Episode { episode } else { step };
        series.points().map(|point| (x(point.episode, point.step) as f64, point.value)).collect()
    }
}

/// The line of a run. Where there are more than colours, they are all quiet and have one name.
fn seed(position: usize, count: usize, label: String, points: Vec<(f64, f64)>) -> Trace {
    if count <= SERIES_COLOURS {
        return Trace {
            name: Some(label),
            colour: Colour::Series(position),
            width: 1,
            opacity: RUN_OPACITY,
            points,
        };
    }
    let name = (position == 0).then(|| format!("each of {count} runs"));
    Trace {
        name,
        colour: Colour::Series(SERIES_COLOURS - 1),
        width: 1,
        opacity: RUN_OPACITY,
        points,
    }
}
