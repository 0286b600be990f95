//! Curves: what a person sees of a training. One run's numbers over its steps, bounded in memory, written
//! to a table and to TensorBoard's event files as they come, and drawn.

mod appender;
mod events;
mod files;
mod plot;
mod series;
mod sparkline;
mod table;
mod watched;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use files::{CurveError, CurveFiles};
pub use plot::{Line, Panel, Plot, PlotError, plot_lines, plot_training};
pub use series::{Series, SeriesPoint};
pub use sparkline::{Better, Glyphs, Sparkline};
pub use watched::plot_watched;

/// Who gave a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An episode of the training: its measures, such as `reward` or `slo_preservation`.
    Episode,
    /// The agent: its statistics, such as `loss` or `epsilon`.
    Agent,
    /// An evaluation: the measures of greedy episodes in a world apart.
    Evaluation,
    /// A single step of a training that is watched: its reward, and what the world shows.
    Step,
}

impl Source {
    /// Its name in files, before the slash of `episode/reward`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Episode => "episode",
            Self::Agent => "agent",
            Self::Evaluation => "evaluation",
            Self::Step => "step",
        }
    }
}

/// One number of a run, at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<'a> {
    /// Who gave it.
    pub source: Source,
    /// What it is.
    pub name: &'a str,
    /// Steps of the training so far.
    pub step: u64,
    /// Episodes that have ended so far.
    pub episode: u64,
    /// Wall time in seconds since 1970 began (UTC).
    pub wall_seconds: f64,
    /// The number. NaN and the infinities mean that it is not known; they are kept out everywhere.
    pub value: f64,
}

impl Point<'_> {
    /// Its series as files name it, such as `episode/reward`.
    fn tag(&self) -> String {
        format!("{}/{}", self.source.name(), self.name)
    }
}

/// The curves of one run, that is of one seed. A checkpoint holds them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curves {
    episode: BTreeMap<String, Series>,
    agent: BTreeMap<String, Series>,
    evaluation: BTreeMap<String, Series>,
    step: BTreeMap<String, Series>,
}

impl Curves {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number to its series, unless it is not known. The steps of a series never go back.
    pub fn push(&mut self, point: &Point<'_>) {
        if !point.value.is_finite() {
            return;
        }
        let named = match point.source {
            Source::Episode => &mut self.episode,
            Source::Agent => &mut self.agent,
            Source::Evaluation => &mut self.evaluation,
            Source::Step => &mut self.step,
        };
        match named.get_mut(point.name) {
            Some(series) => series.push(point),
            None => {
                named.insert(point.name.to_owned(), Series::beginning_with(point));
            }
        }
    }

    /// The series of this name, if a number of it was ever known.
    pub fn series(&self, source: Source, name: &str) -> Option<&Series> {
        self.of(source).get(name)
    }

    /// The names that a source has given, in their order.
    pub fn names(&self, source: Source) -> impl Iterator<Item = &str> {
        self.of(source).keys().map(String::as_str)
    }

    fn of(&self, source: Source) -> &BTreeMap<String, Series> {
        match source {
            Source::Episode => &self.episode,
            Source::Agent => &self.agent,
            Source::Evaluation => &self.evaluation,
            Source::Step => &self.step,
        }
    }
}

#[cfg(test)]
mod tests;
