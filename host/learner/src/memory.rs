//! Memory: experience that an agent samples from.

mod ring;

pub use ring::{Ring, RingSettings};
use scaling::Ending;
use thiserror::Error;

use crate::{Chance, RowId};

/// One experience of one row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Whose.
    pub id: RowId,
    /// The turn that was decided, counted by the agent: a row follows on the same row of the turn before.
    pub turn: u64,
    /// `[inputs]`.
    pub before: &'a [f32],
    /// `[heads]`: what was applied.
    pub choices: &'a [u16],
    /// What is learned from.
    pub reward: f64,
    /// `[inputs]`.
    pub after: &'a [f32],
    /// `[options]`: what may be chosen then.
    pub allowed_after: &'a [bool],
    /// How the episode goes on.
    pub ending: Ending,
}

/// Experiences that were sampled, in flat lists that are used again and again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// `[batch, inputs]`.
    pub before: Vec<f32>,
    /// `[batch, heads]`.
    pub choices: Vec<u16>,
    /// `[batch]`: the discounted sum of the rewards of n steps, Σ γⁱ r.
    pub rewards: Vec<f32>,
    /// `[batch]`: what the value of `after` counts for: γᵏ after k ≤ n steps, 0 at a true ending.
    pub discounts: Vec<f32>,
    /// `[batch, inputs]`.
    pub after: Vec<f32>,
    /// `[batch, options]`.
    pub allowed_after: Vec<bool>,
    /// `[batch]`: by what `Memory::update_priorities` finds them.
    pub indices: Vec<u64>,
    /// `[batch]`: importance weights, at most 1; all 1 where sampling is uniform.
    pub weights: Vec<f32>,
}

impl Batch {
    /// Number of experiences.
    pub fn len(&self) -> usize {
        self.rewards.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rewards.is_empty()
    }

    /// Drops all and keeps their room.
    pub fn clear(&mut self) {
        self.before.clear();
        self.choices.clear();
        self.rewards.clear();
        self.discounts.clear();
        self.after.clear();
        self.allowed_after.clear();
        self.indices.clear();
        self.weights.clear();
    }
}

/// A memory that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{attempted} failed: {cause}")]
pub struct MemoryError {
    /// What was tried.
    pub attempted: &'static str,
    /// Why it failed.
    pub cause: String,
}

/// Experience that an agent samples from.
pub trait Memory: Send {
    /// Takes in one experience.
    fn append(&mut self, row: &Row<'_>) -> Result<(), MemoryError>;

    /// Ends a turn: whoever had no experience in it does not go on where it was.
    fn end_turn(&mut self, turn: u64);

    /// Experiences that may be sampled now.
    fn len(&self) -> usize;

    /// Whether none may be sampled yet.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills the batch with `rows` experiences, which may repeat; there must be at least one. `beta` is the
    /// exponent of the importance weights (Schaul et al. 2016, β), without meaning to uniform sampling.
    fn sample(
        &mut self,
        rows: usize,
        beta: f64,
        chance: &mut Chance,
        batch: &mut Batch,
    ) -> Result<(), MemoryError>;

    /// Whether it samples by priority.
    fn is_prioritised(&self) -> bool;

    /// Sets priorities by the errors |δ| of sampled experiences; those that are gone are passed over.
    fn update_priorities(&mut self, indices: &[u64], errors: &[f32]) -> Result<(), MemoryError>;

    /// Experiences ever taken in, by which a checkpoint knows what the memory held.
    fn position(&self) -> u64;
}
