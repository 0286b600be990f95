//! Books: what a training keeps about itself, whoever decides in it.

use std::collections::BTreeMap;

use ::agent::Card;
use worlds::{Shape, WorldsState};

use super::{TrainingError, TrainingSettings};
use crate::bootstrap::BootstrapState;
use crate::{
    AgentState, Algorithm, Best, Chance, Checkpoint, Curves, MemoryState, Purpose, TrainingState,
};

/// Seeds of training episodes have this bit, which no seed of a race has.
const TRAINING_SEEDS: u64 = 1 << 63;

/// What a training keeps about itself.
pub struct Books {
    /// How long, and how it is watched.
    pub settings: TrainingSettings,
    /// The algorithm of its agent.
    pub algorithm: Algorithm,
    /// What the agent looks at and what it can do; none outside of clusters.
    pub card: Option<Card>,
    /// Where it comes from, for people.
    pub facts: BTreeMap<String, String>,
    /// What everything is drawn from.
    pub seed: u64,
    /// Rows decided so far.
    pub(crate) step: u64,
    /// Rows decided since the last one that was learned from.
    pub(crate) greedy: u64,
    pub(crate) episodes: u64,
    seeds: Chance,
    best: Option<Best>,
    wall_seconds: f64,
    curves: Curves,
}

impl Books {
    /// Empty ones.
    pub fn new(
        settings: TrainingSettings,
        algorithm: Algorithm,
        card: Option<Card>,
        facts: BTreeMap<String, String>,
        seed: u64,
    ) -> Self {
        Self {
            settings,
            algorithm,
            card,
            facts,
            seed,
            step: 0,
            greedy: 0,
            episodes: 0,
            seeds: Chance::new(seed, Purpose::Episodes),
            best: None,
            wall_seconds: 0.0,
            curves: Curves::new(),
        }
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

    /// What was measured on the way.
    pub fn curves(&mut self) -> &mut Curves {
        &mut self.curves
    }

    /// Wall seconds that were spent, of which `more` are new.
    pub fn spend(&mut self, more: f64) -> f64 {
        self.wall_seconds += more;
        self.wall_seconds
    }

    /// Whether all is done.
    pub fn is_over(&self) -> bool {
        self.is_trained() && self.greedy >= self.settings.greedy_steps
    }

    /// Whether all steps are done that are learned from, or an evaluation said that it is enough.
    pub fn is_trained(&self) -> bool {
        let (settings, best) = (&self.settings, self.best);
        let enough = settings.enough.zip(best).is_some_and(|(enough, best)| best.reward >= enough);
        let stalled =
            settings.patience.zip(best).is_some_and(|(patience, best)| best.since >= patience);
        self.step >= settings.steps || enough || stalled
    }

    /// An evaluation came to this mean reward.
    pub(crate) fn note_evaluation(&mut self, reward: f64) {
        self.best = Some(match self.best {
            Some(best) if reward.is_nan() || reward <= best.reward => {
                Best { since: best.since + 1, ..best }
            }
            _ => Best { reward, step: self.step, since: 0 },
        });
    }

    /// The seed of the next episode.
    pub(crate) fn next_seed(&mut self) -> u64 {
        self.seeds.bits() | TRAINING_SEEDS
    }

    /// Says whether a checkpoint is of this training, in worlds of this shape.
    pub(crate) fn check(
        &self,
        checkpoint: &Checkpoint,
        shape: &Shape,
    ) -> Result<(), TrainingError> {
        let another = |found: String, wanted: String, remedy| {
            Err(TrainingError::Another { found, wanted, remedy })
        };
        if checkpoint.algorithm != self.algorithm {
            let (found, wanted) = (&checkpoint.algorithm, &self.algorithm);
            let remedy = "give it the settings that it was begun with, or begin in another folder";
            return another(format!("{found:?}"), format!("{wanted:?}"), remedy);
        }
        if checkpoint.shape != *shape || checkpoint.card != self.card {
            let sizes = |shape: &Shape| {
                format!(
                    "{} inputs, heads {:?}, scores {:?}",
                    shape.inputs, shape.heads, shape.scores
                )
            };
            let remedy = "its features, changes or rewards were others: begin in another folder";
            return another(sizes(&checkpoint.shape), sizes(shape), remedy);
        }
        if checkpoint.seed != self.seed {
            let (found, wanted) = (checkpoint.seed, self.seed);
            let remedy = "go on with its seed, or begin in another folder";
            return another(format!("seed {found}"), format!("seed {wanted}"), remedy);
        }
        Ok(())
    }

    /// All that the training needs to go on, with what others keep of it.
    pub(crate) fn checkpoint(
        &self,
        shape: Shape,
        agent: AgentState,
        memory: Option<MemoryState>,
        worlds: Option<WorldsState>,
        bootstrap: Option<BootstrapState>,
    ) -> Checkpoint {
        let training = TrainingState {
            step: self.step,
            greedy: self.greedy,
            episodes: self.episodes,
            seeds: self.seeds.clone(),
            worlds,
            best: self.best,
            wall_seconds: self.wall_seconds,
            curves: self.curves.clone(),
        };
        Checkpoint {
            facts: self.facts.clone(),
            card: self.card.clone(),
            shape,
            algorithm: self.algorithm.clone(),
            seed: self.seed,
            agent,
            memory,
            training,
            bootstrap,
        }
    }

    /// Goes on from there.
    pub(crate) fn restore(&mut self, state: &TrainingState) {
        self.step = state.step;
        self.greedy = state.greedy;
        self.episodes = state.episodes;
        self.seeds = state.seeds.clone();
        self.best = state.best;
        self.wall_seconds = state.wall_seconds;
        self.curves = state.curves.clone();
    }
}
