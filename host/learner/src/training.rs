//! Training: an agent and its worlds in lock-step.

mod books;
mod evaluation;

pub use books::Books;
pub use evaluation::{EpisodeMeasures, evaluate};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use worlds::{Finished, Journal, World, WorldError, Worlds};

use crate::{Agent, BootstrapError, Checkpoint, LearnError, Lessons};

/// How long an agent is trained, and how it is watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// Rows to decide and learn from, of all worlds together, ≥ 1.
    pub steps: u64,
    /// Rows to decide after that in the same worlds, without exploring and learning.
    pub greedy_steps: u64,
    /// Tell every step.
    pub watch: bool,
    /// Worlds in lock-step, ≥ 1.
    pub worlds: usize,
    /// Threads that step them, ≥ 1: worth it where a world is heavy.
    pub threads: usize,
    /// Steps from one evaluation to the next, ≥ 1.
    pub evaluate_every: u64,
    /// Episodes of an evaluation.
    pub evaluation_episodes: u32,
    /// Stop when so many evaluations have passed without a better one; none to go on to the end.
    pub patience: Option<u32>,
    /// Stop once an evaluation's mean reward has come to this.
    pub enough: Option<f64>,
}

/// A training that cannot go on. The last checkpoint stays.
#[derive(Debug, Error)]
pub enum TrainingError {
    /// A world failed.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The agent cannot learn.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// A rule cannot lead the agent.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// A checkpoint of something else.
    #[error("the checkpoint is of {found}, and the training of {wanted}: {remedy}")]
    Another {
        /// What it is of.
        found: String,
        /// What is trained.
        wanted: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// Seeds of evaluations begin here: neither races nor trainings draw them.
const EVALUATION_SEEDS: u64 = 1 << 62;

/// A training that goes on step by step.
pub trait Session {
    /// What it keeps about itself.
    fn books(&mut self) -> &mut Books;

    /// Its agent.
    fn agent(&mut self) -> &mut dyn Agent;

    /// Decides all rows once and learns from what comes of it, if there is still something to learn.
    fn step(&mut self) -> Result<Progress, TrainingError>;

    /// All that is needed to go on from here.
    fn checkpoint(&mut self) -> Result<Checkpoint, TrainingError>;

    /// Runs the deterministic policy through episodes of its own, always the same ones.
    fn evaluate(&mut self, world: &mut dyn World) -> Result<Vec<EpisodeMeasures>, TrainingError> {
        let count = self.books().settings.evaluation_episodes;
        let seeds: Vec<u64> = (0..u64::from(count)).map(|seed| EVALUATION_SEEDS + seed).collect();
        let episodes = evaluate(self.agent(), world, &seeds)?;
        self.books().note_evaluation(mean(episodes.iter().map(|episode| episode.reward)));
        Ok(episodes)
    }
}

/// An agent that is trained in its worlds.
pub struct Trainer {
    books: Books,
    agent: Box<dyn Agent>,
    worlds: Worlds<Journal<Box<dyn World>>>,
    /// Worlds that come back by their record; real ones do not.
    is_simulated: bool,
    choices: Vec<u16>,
}

/// What a training is made of.
pub struct Training {
    /// What it keeps about itself.
    pub books: Books,
    /// The agent.
    pub agent: Box<dyn Agent>,
    /// Its worlds, not reset yet.
    pub worlds: Vec<Box<dyn World>>,
    /// Worlds that come back by their record; real ones do not.
    pub is_simulated: bool,
}

/// What happened in a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Episodes that ended.
    pub finished: Vec<Finished>,
    /// Rows decided so far.
    pub step: u64,
    /// What is to be seen in the first world, and the mean reward, if the training is watched.
    pub sights: Vec<(String, f64)>,
}

impl Trainer {
    /// A training at its start.
    pub fn new(training: Training) -> Result<Self, TrainingError> {
        let mut trainer = Self::at_rest(training)?;
        trainer.begin()?;
        Ok(trainer)
    }

    /// A training where a checkpoint left it.
    pub fn resume(training: Training, checkpoint: &Checkpoint) -> Result<Self, TrainingError> {
        let mut trainer = Self::at_rest(training)?;
        trainer.books.check(checkpoint, trainer.worlds.shape())?;
        if checkpoint.bootstrap.is_some() {
            return Err(TrainingError::Another {
                found: "a rule that leads".to_owned(),
                wanted: "an agent by itself".to_owned(),
                remedy: "put `bootstrap` back into its file, or begin in another folder",
            });
        }
        trainer.agent.restore(&checkpoint.agent)?;
        if let Some(memory) = &checkpoint.memory {
            trainer.agent.restore_memory(memory)?;
        }
        trainer.books.restore(&checkpoint.training);
        match &checkpoint.training.worlds {
            Some(worlds) if trainer.is_simulated => trainer.worlds.restore(worlds)?,
            _ => trainer.begin()?,
        }
        Ok(trainer)
    }

    fn at_rest(training: Training) -> Result<Self, TrainingError> {
        let Training { books, agent, worlds, is_simulated } = training;
        let worlds = worlds.into_iter().map(Journal::new).collect();
        let worlds = Worlds::new(worlds, books.settings.threads)?;
        Ok(Self { books, agent, worlds, is_simulated, choices: Vec::new() })
    }

    fn begin(&mut self) -> Result<(), TrainingError> {
        let mut begun = Vec::new();
        self.worlds.begin(draw(&mut self.books, &mut begun))?;
        begun.iter().for_each(|&(world, seed)| self.agent.begin_episode(world, seed));
        Ok(())
    }
}

impl Session for Trainer {
    fn books(&mut self) -> &mut Books {
        &mut self.books
    }

    fn agent(&mut self) -> &mut dyn Agent {
        self.agent.as_mut()
    }

    fn step(&mut self) -> Result<Progress, TrainingError> {
        let mut choices = std::mem::take(&mut self.choices);
        let turn = self.worlds.turn().clone();
        let learns = !self.books.is_trained();
        if learns {
            self.agent.act(&turn, &mut choices);
        } else {
            self.agent.greedy(&turn.inputs, &turn.allowed, &mut choices);
        }
        let mut begun = Vec::new();
        self.worlds.step(&choices, draw(&mut self.books, &mut begun))?;
        self.choices = choices;
        if learns {
            self.books.step += turn.rows() as u64;
            self.agent.learn(&turn, self.worlds.lessons())?;
        } else {
            self.books.greedy += turn.rows() as u64;
        }
        begun.iter().for_each(|&(world, seed)| self.agent.begin_episode(world, seed));
        let finished = self.worlds.finished().to_vec();
        self.books.episodes += finished.len() as u64;
        let mut sights = Vec::new();
        if self.books.settings.watch {
            sights = self.worlds.worlds()[0].sights();
            sights.push(("reward".to_owned(), mean(rewards(self.worlds.lessons()))));
        }
        Ok(Progress { finished, step: self.books.steps(), sights })
    }

    fn checkpoint(&mut self) -> Result<Checkpoint, TrainingError> {
        let memory = self.agent.memory_state()?;
        let worlds = self.is_simulated.then(|| self.worlds.state());
        let (books, shape) = (&self.books, self.worlds.shape().clone());
        Ok(books.checkpoint(shape, self.agent.state(), memory, worlds, None))
    }
}

/// Draws the seed of an episode and notes whose it is.
fn draw<'a>(books: &'a mut Books, begun: &'a mut Vec<(u32, u64)>) -> impl FnMut(usize) -> u64 + 'a {
    move |world| {
        let seed = books.next_seed();
        begun.push((world as u32, seed));
        seed
    }
}

/// The scores that are learned from, the first of each lesson.
pub(crate) fn rewards(lessons: &Lessons) -> impl Iterator<Item = f64> {
    let scores = lessons.scores.len().checked_div(lessons.len()).unwrap_or(1);
    lessons.scores.iter().step_by(scores.max(1)).copied()
}

/// Mean of the numbers that are known; NaN if none is.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let known: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

#[cfg(test)]
mod tests;
