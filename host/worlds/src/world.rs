//! World: what an agent lives in, seen as numbers and choices.
//!
//! At each turn a world has rows, as many as there are things to decide about: one for each workload of
//! an agent that is shared by them, one for a whole group of a joint agent, one in a classical control
//! problem. Each row has the same number of inputs and the same heads; a choice is one option of each head.

use scaling::Ending;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the rows of a world are like. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Numbers that describe a row.
    pub inputs: usize,
    /// Options of each head: `[27]` of a joint agent, `[3, 3, 3]` of a factored one.
    pub heads: Vec<usize>,
    /// Names of the scores of a consequence; the first one is the reward that is learned from.
    pub scores: Vec<String>,
}

impl Shape {
    /// Options of all heads together.
    pub fn options(&self) -> usize {
        self.heads.iter().sum()
    }
}

/// Who a row is. An experience goes from a row to the row of the same identity one turn later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowId {
    /// Position among the worlds that are stepped together.
    pub world: u32,
    /// The workload, or the group of a joint agent.
    pub row: u64,
}

/// What is to be decided now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Turn {
    /// The rows.
    pub ids: Vec<RowId>,
    /// `[rows, inputs]`, finite.
    pub inputs: Vec<f32>,
    /// `[rows, options]`: what may be chosen, head after head; at least one option of each head.
    pub allowed: Vec<bool>,
}

impl Turn {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }
}

/// What came of the last step: one lesson for each row that may be learned from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lessons {
    /// Row of the turn that was decided, ascending.
    pub rows: Vec<usize>,
    /// `[lessons, heads]`: what was applied, which guard rails may have made another than was chosen.
    pub choices: Vec<u16>,
    /// `[lessons, scores]`, finite.
    pub scores: Vec<f64>,
    /// `[lessons, inputs]`: the same row one turn later, also where an episode ends.
    pub after: Vec<f32>,
    /// `[lessons, options]`: what may be chosen then.
    pub allowed_after: Vec<bool>,
    /// How the episode goes on.
    pub endings: Vec<Ending>,
}

impl Lessons {
    /// Number of lessons.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing may be learned.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Drops all lessons and keeps their room.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.choices.clear();
        self.scores.clear();
        self.after.clear();
        self.allowed_after.clear();
        self.endings.clear();
    }
}

/// A world that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{attempted} failed: {cause}")]
pub struct WorldError {
    /// What was tried.
    pub attempted: String,
    /// Why it failed.
    pub cause: String,
}

/// What an agent lives in.
///
/// A simulated one is a function of its seed and of what was chosen: the same seed and choices give the
/// same turns and lessons, which is how a checkpoint brings a world back.
pub trait World: Send {
    /// What its rows are like.
    fn shape(&self) -> &Shape;

    /// Begins an episode; the first turn is there afterwards.
    fn reset(&mut self, seed: u64) -> Result<(), WorldError>;

    /// What is to be decided now. `RowId::world` is 0.
    fn turn(&self) -> &Turn;

    /// Carries out choices (`[rows, heads]`) and goes on to the next turn, whose lessons are there
    /// afterwards; false when the episode is over.
    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError>;

    /// What came of the last step.
    fn lessons(&self) -> &Lessons;

    /// What the episode has cost and given so far, by name, for curves and plots.
    fn measures(&mut self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// What a person would watch at the present turn, by name: tail latencies and replicas, say.
    fn sights(&self) -> Vec<(String, f64)> {
        Vec::new()
    }
}

impl<W: World + ?Sized> World for Box<W> {
    fn shape(&self) -> &Shape {
        (**self).shape()
    }

    fn reset(&mut self, seed: u64) -> Result<(), WorldError> {
        (**self).reset(seed)
    }

    fn turn(&self) -> &Turn {
        (**self).turn()
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        (**self).step(choices)
    }

    fn lessons(&self) -> &Lessons {
        (**self).lessons()
    }

    fn measures(&mut self) -> Vec<(&'static str, f64)> {
        (**self).measures()
    }

    fn sights(&self) -> Vec<(String, f64)> {
        (**self).sights()
    }
}
