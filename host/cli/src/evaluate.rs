//! `regatta evaluate`: a trained agent in worlds of its own, without exploring.

use std::fmt::Write;
use std::path::PathBuf;

use assembly::{Options, ProfileChoice, TrainingOptions, TrainingPlan, checkpoint};
use clap::Args;
use learner::{EpisodeMeasures, figures};
use serde::Serialize;
use worlds::ClusterWorld;

use crate::exit::Failure;
use crate::module;
use crate::output::{self, Output};
use crate::race::ClusterKind;
use crate::train::Origin;

/// Runs a trained agent through episodes in which it does not explore, and tells what came of them.
///
/// The episodes' seeds are those of no training and no race. To set it beside others, name the checkpoint
/// as `module` of a race.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A checkpoint, or the folder of a training, whose newest one is taken.
    checkpoint: PathBuf,
    /// The training that says in what world to look at it, instead of the one that it comes from.
    #[arg(long, value_name = "FILE")]
    training: Option<PathBuf>,
    /// How many episodes.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    episodes: u32,
    /// The folder of the trace that its race asks for, instead of the one that it was trained with; a fitted
    /// generator stands in without.
    #[arg(long, value_name = "DIR")]
    trace: Option<PathBuf>,
    /// What to run on.
    #[arg(long, value_enum, default_value_t = ClusterKind::Simulator)]
    cluster: ClusterKind,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Seeds of these episodes begin here: far from those that trainings are watched by.
const SEEDS: u64 = (1 << 62) + (1 << 32);

#[derive(Debug, Serialize)]
struct Evaluated {
    checkpoint: PathBuf,
    step: u64,
    episodes: Vec<Episode>,
    means: Vec<(&'static str, f64)>,
}

#[derive(Debug, Serialize)]
struct Episode {
    seed: u64,
    measures: Vec<(&'static str, f64)>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let checkpoint = checkpoint(&arguments.checkpoint)?;
    let origin = match &arguments.training {
        Some(file) => Origin { file: file.clone(), trace: None, profile: None },
        None => Origin::of(&arguments.checkpoint)?,
    };
    let experiment = Options {
        trace: arguments.trace.clone().or(origin.trace),
        seeds: None,
        cluster: arguments.cluster.into(),
        profile: origin.profile.map_or_else(Default::default, ProfileChoice::Named),
        duration_seconds: None,
    };
    let options = TrainingOptions { experiment, ..TrainingOptions::default() };
    let plan = TrainingPlan::read(&origin.file, &options)?;
    let scene = plan.scene(&module::all()?)?;
    let mut world = ClusterWorld::new(scene);
    checkpoint.fits(&world)?;
    learner::use_one_thread();
    let agent = checkpoint.learner(learner::Device::Cpu)?;
    let seeds: Vec<u64> = (0..u64::from(arguments.episodes)).map(|seed| SEEDS + seed).collect();
    let episodes = learner::evaluate(agent.as_ref(), &mut world, &seeds)
        .map_err(learner::TrainingError::from)?;
    let means = figures(&episodes);
    let told = |one: EpisodeMeasures| Episode { seed: one.seed, measures: one.measures };
    let evaluated = Evaluated {
        checkpoint: arguments.checkpoint.clone(),
        step: checkpoint.training.step,
        episodes: episodes.into_iter().map(told).collect(),
        means,
    };
    output.card(&evaluated, arguments.json)
}

impl output::Card for Evaluated {
    fn text(&self) -> String {
        let mut text = format!(
            "{} after {} steps, {} episodes:\n",
            self.checkpoint.display(),
            self.step,
            self.episodes.len()
        );
        for (name, mean) in &self.means {
            let values = self.episodes.iter().filter_map(|episode| {
                episode.measures.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
            });
            let (least, most) = values
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), one| {
                    (least.min(one), most.max(one))
                });
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {name:18} {mean:12.4}   {least:.4} to {most:.4}");
        }
        text
    }
}
