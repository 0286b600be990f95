//! Run: a training with its folder: checkpoints, curves, and a person who watches.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use scaling::causes;
use thiserror::Error;
use worlds::World;

use crate::training::mean;
use crate::{
    CheckpointError, CheckpointFolder, CurveError, CurveFiles, EpisodeMeasures, LearnError, Point,
    Session, Source, TrainingError,
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
    /// Something is wrong, and the run goes on all the same; or no longer is.
    Complaint {
        /// What is wrong.
        text: &'a str,
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

impl RunError {
    /// Whether a disk refused to take something.
    fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            Self::Curve(CurveError::Write { .. })
                | Self::Checkpoint(CheckpointError::System { .. })
                | Self::Training(TrainingError::Learn(LearnError::Memory(_)))
        )
    }
}

/// What is wrong, told once until it is right again.
#[derive(Default)]
struct Complaints(Option<String>);

impl Complaints {
    fn note(&mut self, complaint: Option<String>, tell: &mut dyn FnMut(Told<'_>)) {
        if let Some(text) = complaint.as_deref().filter(|_| complaint != self.0) {
            tell(Told::Complaint { text });
        }
        self.0 = complaint;
    }

    /// Bears what a disk refuses: it may have room again later. At the end it has to.
    fn bear<T>(
        &mut self,
        done: Result<T, RunError>,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<(), RunError> {
        match done {
            Err(error) if error.is_of_the_disk() => self.note(Some(causes(&error)), tell),
            done => drop(done?),
        }
        Ok(())
    }
}

/// Trains until all is done, with evaluations in `world` and checkpoints on the way. What a disk refuses on
/// the way is told and borne; the last checkpoint is not done without.
pub fn run(
    session: &mut dyn Session,
    world: &mut dyn World,
    folder: &mut RunFolder,
    conditions: &mut RunConditions<'_>,
) -> Result<RunEnd, RunError> {
    let mut began = (conditions.clock)();
    // Books what was spent; a clock that is set back costs nothing.
    let mut spent = |session: &mut dyn Session| {
        let now = (conditions.clock)();
        session.books().spend((now - began).max(0.0));
        began = now;
        now
    };
    let settings = session.books().settings.clone();
    let steps = settings.steps + settings.greedy_steps;
    let every = settings.evaluate_every;
    let evaluates = settings.evaluation_episodes > 0;
    let part = (steps / PARTS).max(1);
    let mut evaluation = Vec::new();
    let tell = &mut *conditions.tell;
    let (mut of_memory, mut of_files) = (Complaints::default(), Complaints::default());
    let due = |before: u64, now: u64, every: u64| before / every != now / every;
    loop {
        let interrupted = conditions.interrupted.load(Ordering::Relaxed);
        if interrupted || session.books().is_over() {
            let now = spent(session);
            if evaluates && !interrupted && evaluation.is_empty() {
                evaluation = look(session, world, tell)?;
                let figures = figures(&evaluation);
                note(session, folder, Source::Evaluation, &figures, now)?;
            }
            let checkpoint = save(session, folder, tell)?;
            let books = session.books();
            return Ok(RunEnd {
                interrupted: interrupted && !books.is_over(),
                step: books.steps(),
                episodes: books.episodes(),
                wall_seconds: books.spend(0.0),
                evaluation,
                checkpoint,
            });
        }
        let before = session.books().steps();
        let progress = session.step()?;
        let now = progress.step;
        if !progress.sights.is_empty() {
            let wall_seconds = spent(session);
            let noted = note(session, folder, Source::Step, &progress.sights, wall_seconds);
            of_files.bear(noted, tell)?;
        }
        for finished in &progress.finished {
            let wall_seconds = spent(session);
            let measures = &finished.measures;
            of_files.bear(note(session, folder, Source::Episode, measures, wall_seconds), tell)?;
            tell(Told::Episode { measures });
        }
        if due(before, now, part) {
            let wall_seconds = spent(session);
            let statistics = session.agent().statistics();
            of_files.bear(note(session, folder, Source::Agent, &statistics, wall_seconds), tell)?;
            tell(Told::Step { step: now, steps });
            of_memory.note(session.agent().complaint(), tell);
        }
        if evaluates && due(before, now, every) {
            let wall_seconds = spent(session);
            evaluation = look(session, world, tell)?;
            let figures = figures(&evaluation);
            let noted = note(session, folder, Source::Evaluation, &figures, wall_seconds);
            of_files.bear(noted, tell)?;
        }
        if due(before, now, folder.checkpoint_every) && !session.books().is_over() {
            spent(session);
            let saved = save(session, folder, tell);
            let is_saved = saved.is_ok();
            of_files.bear(saved, tell)?;
            if is_saved {
                of_files.note(None, tell);
            }
        }
    }
}

/// Writes figures into the curves and their files.
fn note(
    session: &mut dyn Session,
    folder: &mut RunFolder,
    source: Source,
    figures: &[(impl AsRef<str>, f64)],
    wall_seconds: f64,
) -> Result<(), RunError> {
    let (step, episode) = (session.books().steps(), session.books().episodes());
    for (name, value) in figures.iter().filter(|(_, value)| !value.is_nan()) {
        let (name, value) = (name.as_ref(), *value);
        let point = Point { source, name, step, episode, wall_seconds, value };
        folder.curves.write(&point)?;
        session.books().curves().push(&point);
    }
    Ok(())
}

/// Looks at the deterministic policy.
fn look(
    session: &mut dyn Session,
    world: &mut dyn World,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<Vec<EpisodeMeasures>, RunError> {
    let episodes = session.evaluate(world)?;
    let reward = mean(episodes.iter().map(|episode| episode.reward));
    let books = session.books();
    let best = books.best().map_or(f64::NAN, |best| best.reward);
    tell(Told::Evaluated { step: books.steps(), reward, best });
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
    session: &mut dyn Session,
    folder: &mut RunFolder,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<PathBuf, RunError> {
    folder.curves.flush()?;
    let path = folder.checkpoints.save(&session.checkpoint()?)?;
    tell(Told::Saved { path: path.clone() });
    Ok(path)
}
