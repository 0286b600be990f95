//! Progress: a bar for each seed on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal};
use std::sync::Mutex;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use learner::{Better, Curves, Glyphs, Point, Source, Sparkline, Told};

use crate::output::note;

/// How far the seeds have got, told from several threads.
pub(super) struct Bars {
    all: MultiProgress,
    seeds: Vec<Mutex<One>>,
}

/// One seed's bar.
struct One {
    seed: u64,
    /// None where there is no terminal.
    bar: Option<ProgressBar>,
    /// Rewards by episode, to show.
    curves: Curves,
    step: u64,
}

impl Bars {
    pub(super) fn new(seeds: &[u64], steps: u64) -> Self {
        let all = MultiProgress::new();
        let terminal = io::stderr().is_terminal();
        let template = "{prefix} {bar:20} {pos}/{len} {per_sec} {eta} {wide_msg}";
        let one = |&seed: &u64| {
            let bar = terminal.then(|| {
                let style = ProgressStyle::with_template(template);
                let bar = all.add(ProgressBar::new(steps));
                bar.set_prefix(format!("seed {seed}"));
                bar.with_style(style.expect("the template is right"))
            });
            Mutex::new(One { seed, bar, curves: Curves::new(), step: 0 })
        };
        Self { seeds: seeds.iter().map(one).collect(), all }
    }

    /// Tells what happens to the seed at a place.
    pub(super) fn tell(&self, place: usize, told: &Told<'_>) {
        let mut one = self.seeds[place].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match told {
            Told::Step { step, .. } => {
                one.step = *step;
                if let Some(bar) = &one.bar {
                    bar.set_position(*step);
                }
            }
            Told::Episode { measures } => {
                let reward = measures.iter().find(|(name, _)| *name == "reward");
                one.note(reward.map_or(f64::NAN, |(_, reward)| *reward));
                if let Some(bar) = &one.bar {
                    bar.set_message(one.curve());
                }
            }
            Told::Evaluated { step, reward, best } => {
                let line = format!("step {step}: reward {reward:.4} in evaluation, best {best:.4}");
                match &one.bar {
                    Some(bar) => bar.set_message(format!("{} {line}", one.curve())),
                    None => note(format_args!("seed {} {line}", one.seed)),
                }
            }
            Told::Complaint { text } => {
                let line = format!("seed {}: {text}", one.seed);
                match &one.bar {
                    // A line that cannot be written to a terminal is not worth a failure.
                    Some(bar) => bar.suspend(|| note(format_args!("{line}"))),
                    None => note(format_args!("{line}")),
                }
            }
            Told::Saved { .. } => {}
        }
    }

    /// Takes the bars away.
    pub(super) fn finish(&self) {
        // What cannot be taken off a terminal is left on it.
        let _ = self.all.clear();
    }
}

impl One {
    fn note(&mut self, value: f64) {
        let (source, name, step) = (Source::Episode, "reward", self.step);
        let point = Point { source, name, step, episode: 0, wall_seconds: 0.0, value };
        self.curves.push(&point);
    }

    /// The rewards as a line of text.
    fn curve(&self) -> String {
        let series = self.curves.series(Source::Episode, "reward");
        series.map_or_else(String::new, |series| {
            let (glyphs, better) = (Glyphs::Unicode, Better::Higher);
            Sparkline { series, columns: 24, glyphs, better }.to_string()
        })
    }
}
