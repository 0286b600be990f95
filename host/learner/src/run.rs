//! Run: a training with its folder: checkpoints, curves, and a person who watches.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;
use worlds::World;

use crate::training::mean;
use crate::{
    CheckpointError, CheckpointFolder, CurveError, CurveFiles, EpisodeMeasures, Point, Source,
    Trainer, TrainingError,
};

/// How often the agent's own figures are noted, in parts of the whole training.
const PARTS: u64 = 500;

/// Where a training leaves its traces.
#[derive(Debug)]
pub struct RunFolder {
    /// Its checkpoints.
    pub checkpoints: CheckpointFolder,
    /// Steps from one checkpoint to the next, ≥ 1.
    pub checkpoint_every: u64,
    /// Its curves.
    pub curves: CurveFiles,
}

/// What a run needs of the outside.
pub struct RunConditions<'a> {
    /// Seconds since 1970, for the curves.
    pub clock: &'a (dyn Fn() -> f64 + Sync),
    /// Told of what happens.
    pub tell: &'a mut dyn FnMut(Told<'_>),
    /// When it turns true, a checkpoint is written and the run ends.
    pub interrupted: &'a AtomicBool,
}

/// What happens in a run.
#[derive(Debug)]
pub enum Told<'a> {
    /// Some steps more.
    Step {
        /// Rows decided so far.
        step: u64,
        /// Of how many.
        steps: u64,
    },
    /// An episode is over.
    Episode {
        /// What it cost and gave, by name.
        measures: &'a [(&'static str, f64)],
    },
    /// The deterministic policy was looked at.
    Evaluated {
        /// When.
        step: u64,
        /// Mean reward.
        reward: f64,
        /// The best so far.
        best: f64,
    },
    /// A checkpoint was written.
    Saved {
        /// Where.
        path: PathBuf,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEnd {
    /// It was told to stop before it was through.
    pub interrupted: bool,
    /// Rows decided.
    pub step: u64,
    /// Episodes.
    pub episodes: u64,
    /// Wall seconds, those of earlier parts included.
    pub wall_seconds: f64,
    /// The last evaluation, if there was one.
    pub evaluation: Vec<EpisodeMeasures>,
    /// The last checkpoint.
    pub checkpoint: PathBuf,
}

/// A run that broke off. The last checkpoint stays.
#[derive(Debug, Error)]
pub enum RunError {
    /// The training cannot go on.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// A checkpoint cannot be written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A curve cannot be written.
    #[error(transparent)]
    Curve(#[from] CurveError),
}

/// Trains until all is done, with evaluations in `world` and checkpoints on the way.
pub fn run(
    trainer: &mut Trainer,
    world: &mut dyn World,
    folder: &mut RunFolder,
    conditions: &mut RunConditions<'_>,
) -> Result<RunEnd, RunError> {
    let mut began = (conditions.clock)();
    // Books what was spent; a clock that is set back costs nothing.
    let mut spent = |trainer: &mut Trainer| {
        let now = (conditions.clock)();
        trainer.spend((now - began).max(0.0));
        began = now;
        now
    };
    let steps = trainer.settings().steps + trainer.settings().greedy_steps;
    let every = trainer.settings().evaluate_every;
    let evaluates = trainer.settings().evaluation_episodes > 0;
    let part = (steps / PARTS).max(1);
    let mut evaluation = Vec::new();
    let due = |before: u64, now: u64, every: u64| before / every != now / every;
    loop {
        let interrupted = conditions.interrupted.load(Ordering::Relaxed);
        if interrupted || trainer.is_over() {
            let now = spent(trainer);
            if evaluates && !interrupted && evaluation.is_empty() {
                evaluation = look(trainer, world, folder, conditions.tell, now)?;
            }
            let checkpoint = save(trainer, folder, conditions.tell)?;
            return Ok(RunEnd {
                interrupted: interrupted && !trainer.is_over(),
                step: trainer.steps(),
                episodes: trainer.episodes(),
                wall_seconds: trainer.spend(0.0),
                evaluation,
                checkpoint,
            });
        }
        let before = trainer.steps();
        let progress = trainer.step()?;
        let now = progress.step;
        if !progress.sights.is_empty() {
            let wall_seconds = spent(trainer);
            note(trainer, folder, Source::Step, &progress.sights, wall_seconds)?;
        }
        for finished in &progress.finished {
            let wall_seconds = spent(trainer);
            note(trainer, folder, Source::Episode, &finished.measures, wall_seconds)?;
            (conditions.tell)(Told::Episode { measures: &finished.measures });
        }
        if due(before, now, part) {
            let wall_seconds = spent(trainer);
            let statistics = trainer.agent().statistics();
            note(trainer, folder, Source::Agent, &statistics, wall_seconds)?;
            (conditions.tell)(Told::Step { step: now, steps });
        }
        if evaluates && due(before, now, every) {
            let wall_seconds = spent(trainer);
            evaluation = look(trainer, world, folder, conditions.tell, wall_seconds)?;
        }
        if due(before, now, folder.checkpoint_every) && !trainer.is_over() {
            spent(trainer);
            save(trainer, folder, conditions.tell)?;
        }
    }
}

/// Writes figures into the curves and their files.
fn note(
    trainer: &mut Trainer,
    folder: &mut RunFolder,
    source: Source,
    figures: &[(impl AsRef<str>, f64)],
    wall_seconds: f64,
) -> Result<(), CurveError> {
    let (step, episode) = (trainer.steps(), trainer.episodes());
    for (name, value) in figures.iter().filter(|(_, value)| !value.is_nan()) {
        let (name, value) = (name.as_ref(), *value);
        let point = Point { source, name, step, episode, wall_seconds, value };
        folder.curves.write(&point)?;
        trainer.curves().push(&point);
    }
    Ok(())
}

/// Looks at the deterministic policy.
fn look(
    trainer: &mut Trainer,
    world: &mut dyn World,
    folder: &mut RunFolder,
    tell: &mut dyn FnMut(Told<'_>),
    wall_seconds: f64,
) -> Result<Vec<EpisodeMeasures>, RunError> {
    let episodes = trainer.evaluate(world)?;
    let figures = figures(&episodes);
    note(trainer, folder, Source::Evaluation, &figures, wall_seconds)?;
    let best = trainer.best().map_or(f64::NAN, |best| best.reward);
    tell(Told::Evaluated { step: trainer.steps(), reward: figures[0].1, best });
    Ok(episodes)
}

/// Means over episodes, the reward first.
pub fn figures(episodes: &[EpisodeMeasures]) -> Vec<(&'static str, f64)> {
    let mut figures = vec![("reward", mean(episodes.iter().map(|episode| episode.reward)))];
    let names = episodes.first().map(|first| first.measures.iter().map(|(name, _)| *name));
    for name in names.into_iter().flatten().filter(|name| *name != "reward") {
        let of = |episode: &EpisodeMeasures| {
            let found = episode.measures.iter().find(|(other, _)| *other == name);
            found.map_or(f64::NAN, |(_, value)| *value)
        };
        figures.push((name, mean(episodes.iter().map(of))));
    }
    figures
}

fn save(
    trainer: &mut Trainer,
    folder: &mut RunFolder,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<PathBuf, RunError> {
    folder.curves.flush()?;
    let path = folder.checkpoints.save(&trainer.checkpoint()?)?;
    tell(Told::Saved { path: path.clone() });
    Ok(path)
}
