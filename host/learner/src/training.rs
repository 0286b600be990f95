//! Training: an agent and its worlds in lock-step.

mod evaluation;

use std::collections::BTreeMap;

use ::agent::Card;
pub use evaluation::{EpisodeMeasures, evaluate};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use worlds::{Finished, Journal, World, WorldError, Worlds};

use crate::{
    Agent, Algorithm, Best, Chance, Checkpoint, Curves, LearnError, Purpose, TrainingState,
};

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
/// Seeds of training episodes have this bit, which no seed of a race has.
pub(crate) const TRAINING_SEEDS: u64 = 1 << 63;

/// An agent that is trained in its worlds.
pub struct Trainer {
    settings: TrainingSettings,
    algorithm: Algorithm,
    card: Option<Card>,
    facts: BTreeMap<String, String>,
    seed: u64,
    agent: Box<dyn Agent>,
    worlds: Worlds<Journal<Box<dyn World>>>,
    /// Worlds that come back by their record; real ones do not.
    is_simulated: bool,
    step: u64,
    /// Rows decided since the last one that was learned from.
    greedy: u64,
    episodes: u64,
    seeds: Chance,
    best: Option<Best>,
    wall_seconds: f64,
    curves: Curves,
    choices: Vec<u16>,
}

/// What a training is made of.
pub struct Training {
    /// How long, and how it is watched.
    pub settings: TrainingSettings,
    /// The algorithm that `agent` is of.
    pub algorithm: Algorithm,
    /// What the agent looks at and what it can do; none outside of clusters.
    pub card: Option<Card>,
    /// Where it comes from, for people.
    pub facts: BTreeMap<String, String>,
    /// What everything is drawn from.
    pub seed: u64,
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
        trainer.check(checkpoint)?;
        trainer.agent.restore(&checkpoint.agent)?;
        if let Some(memory) = &checkpoint.memory {
            trainer.agent.restore_memory(memory)?;
        }
        let training = &checkpoint.training;
        trainer.step = training.step;
        trainer.greedy = training.greedy;
        trainer.episodes = training.episodes;
        trainer.seeds = training.seeds.clone();
        trainer.best = training.best;
        trainer.wall_seconds = training.wall_seconds;
        trainer.curves = training.curves.clone();
        match &training.worlds {
            Some(worlds) if trainer.is_simulated => trainer.worlds.restore(worlds)?,
            _ => trainer.begin()?,
        }
        Ok(trainer)
    }

    fn at_rest(training: Training) -> Result<Self, TrainingError> {
        let Training { settings, algorithm, card, facts, seed, agent, worlds, is_simulated } =
            training;
        let worlds = worlds.into_iter().map(Journal::new).collect();
        let worlds = Worlds::new(worlds, settings.threads)?;
        Ok(Self {
            settings,
            algorithm,
            card,
            facts,
            seed,
            agent,
            worlds,
            is_simulated,
            step: 0,
            greedy: 0,
            episodes: 0,
            seeds: Chance::new(seed, Purpose::Episodes),
            best: None,
            wall_seconds: 0.0,
            curves: Curves::new(),
            choices: Vec::new(),
        })
    }

    fn begin(&mut self) -> Result<(), TrainingError> {
        let mut begun = Vec::new();
        self.worlds.begin(draw(&mut self.seeds, &mut begun))?;
        begun.iter().for_each(|&(world, seed)| self.agent.begin_episode(world, seed));
        Ok(())
    }

    fn check(&self, checkpoint: &Checkpoint) -> Result<(), TrainingError> {
        let another = |found: String, wanted: String, remedy| {
            Err(TrainingError::Another { found, wanted, remedy })
        };
        if checkpoint.algorithm != self.algorithm {
            let (found, wanted) = (&checkpoint.algorithm, &self.algorithm);
            let remedy = "give it the settings that it was begun with, or begin in another folder";
            return another(format!("{found:?}"), format!("{wanted:?}"), remedy);
        }
        if checkpoint.shape != *self.worlds.shape() || checkpoint.card != self.card {
            let sizes = |shape: &worlds::Shape| {
                format!(
                    "{} inputs, heads {:?}, scores {:?}",
                    shape.inputs, shape.heads, shape.scores
                )
            };
            let remedy = "its features, changes or rewards were others: begin in another folder";
            return another(sizes(&checkpoint.shape), sizes(self.worlds.shape()), remedy);
        }
        if checkpoint.seed != self.seed {
            let (found, wanted) = (checkpoint.seed, self.seed);
            let remedy = "go on with its seed, or begin in another folder";
            return another(format!("seed {found}"), format!("seed {wanted}"), remedy);
        }
        Ok(())
    }

    /// Decides all rows once and learns from what comes of it, if there is still something to learn.
    pub fn step(&mut self) -> Result<Progress, TrainingError> {
        let mut choices = std::mem::take(&mut self.choices);
        let turn = self.worlds.turn().clone();
        let learns = !self.is_trained();
        if learns {
            self.agent.act(&turn, &mut choices);
        } else {
            self.agent.greedy(&turn.inputs, &turn.allowed, &mut choices);
        }
        let mut begun = Vec::new();
        self.worlds.step(&choices, draw(&mut self.seeds, &mut begun))?;
        self.choices = choices;
        if learns {
            self.step += turn.rows() as u64;
            self.agent.learn(&turn, self.worlds.lessons())?;
        } else {
            self.greedy += turn.rows() as u64;
        }
        begun.iter().for_each(|&(world, seed)| self.agent.begin_episode(world, seed));
        let finished = self.worlds.finished().to_vec();
        self.episodes += finished.len() as u64;
        let mut sights = Vec::new();
        if self.settings.watch {
            let (lessons, scores) = (self.worlds.lessons(), self.worlds.shape().scores.len());
            let rewards = lessons.scores.iter().step_by(scores).copied();
            sights = self.worlds.worlds()[0].sights();
            sights.push(("reward".to_owned(), mean(rewards)));
        }
        Ok(Progress { finished, step: self.steps(), sights })
    }

    /// Whether all is done.
    pub fn is_over(&self) -> bool {
        self.is_trained() && self.greedy >= self.settings.greedy_steps
    }

    /// Whether all steps are done that are learned from, or an evaluation said that it is enough.
    pub fn is_trained(&self) -> bool {
        let best = self.best;
        let enough =
            self.settings.enough.zip(best).is_some_and(|(enough, best)| best.reward >= enough);
        let stalled =
            self.settings.patience.zip(best).is_some_and(|(patience, best)| best.since >= patience);
        self.step >= self.settings.steps || enough || stalled
    }

    /// Runs the deterministic policy through episodes of its own, always the same ones.
    pub fn evaluate(
        &mut self,
        world: &mut dyn World,
    ) -> Result<Vec<EpisodeMeasures>, TrainingError> {
        let seeds: Vec<u64> = (0..u64::from(self.settings.evaluation_episodes))
            .map(|seed| EVALUATION_SEEDS + seed)
            .collect();
        let episodes = evaluate(self.agent.as_ref(), world, &seeds)?;
        let reward = mean(episodes.iter().map(|episode| episode.reward));
        self.best = Some(match self.best {
            Some(best) if reward.is_nan() || reward <= best.reward => {
                Best { since: best.since + 1, ..best }
            }
            _ => Best { reward, step: self.step, since: 0 },
        });
        Ok(episodes)
    }

    /// Rows decided so far.
    pub fn steps(&self) -> u64 {
        self.step + self.greedy
    }

    /// Episodes that are over.
    pub fn episodes(&self) -> u64 {
        self.episodes
    }

    /// The best evaluation so far.
    pub fn best(&self) -> Option<Best> {
        self.best
    }

    /// The agent.
    pub fn agent(&mut self) -> &mut dyn Agent {
        self.agent.as_mut()
    }

    /// What was measured on the way.
    pub fn curves(&mut self) -> &mut Curves {
        &mut self.curves
    }

    /// How long it is to go on, and how it is watched.
    pub fn settings(&self) -> &TrainingSettings {
        &self.settings
    }

    /// Wall seconds that were spent, of which `more` are new.
    pub fn spend(&mut self, more: f64) -> f64 {
        self.wall_seconds += more;
        self.wall_seconds
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, TrainingError> {
        Ok(Checkpoint {
            facts: self.facts.clone(),
            card: self.card.clone(),
            shape: self.worlds.shape().clone(),
            algorithm: self.algorithm.clone(),
            seed: self.seed,
            agent: self.agent.state(),
            memory: self.agent.memory_state()?,
            training: TrainingState {
                step: self.step,
                greedy: self.greedy,
                episodes: self.episodes,
                seeds: self.seeds.clone(),
                worlds: self.is_simulated.then(|| self.worlds.state()),
                best: self.best,
                wall_seconds: self.wall_seconds,
                curves: self.curves.clone(),
            },
        })
    }
}

/// Draws the seed of an episode and notes whose it is.
fn draw<'a>(
    seeds: &'a mut Chance,
    begun: &'a mut Vec<(u32, u64)>,
) -> impl FnMut(usize) -> u64 + 'a {
    move |world| {
        let seed = seeds.bits() | TRAINING_SEEDS;
        begun.push((world as u32, seed));
        seed
    }
}

/// Mean of the numbers that are known; NaN if none is.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let known: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

#[cfg(test)]
mod tests;
