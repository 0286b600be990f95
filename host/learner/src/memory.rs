//! Memory: experience that an agent samples from.

mod stored;

use replay::{Batch, RowId as SampleId};
use scaling::Ending;
pub use stored::{MemorySettings, MemoryState, StoredMemory};
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
    /// Probability of what was applied under who acted; NaN if it is not known.
    pub probability: f32,
    /// `[scores]`, what is learned from first.
    pub scores: &'a [f64],
    /// `[inputs]`.
    pub after: &'a [f32],
    /// `[options]`: what may be chosen then.
    pub allowed_after: &'a [bool],
    /// How the episode goes on.
    pub ending: Ending,
}

/// A memory that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot {attempted}: {cause}")]
pub struct MemoryError {
    /// What was tried.
    pub attempted: &'static str,
    /// Why not.
    pub cause: String,
}

/// Experience that an agent samples from.
pub trait Memory: Send {
    /// An episode begins in a world: its rows begin anew.
    fn begin_episode(&mut self, world: u32, seed: u64);

    /// Takes in one experience.
    fn append(&mut self, row: &Row<'_>) -> Result<(), MemoryError>;

    /// Experiences that may be sampled now.
    fn len(&self) -> usize;

    /// Whether none may be sampled yet.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it samples by priority.
    fn is_prioritised(&self) -> bool;

    /// Fills the batch with `rows` experiences, which may repeat. `beta` is the exponent of the
    /// importance weights (Schaul et al. 2016, β), without meaning to uniform sampling.
    fn sample(
        &mut self,
        rows: usize,
        beta: f64,
        chance: &mut Chance,
        batch: &mut Batch,
    ) -> Result<(), MemoryError>;

    /// Sets priorities by the errors |δ| of sampled experiences; those that are gone are passed over.
    fn update_priorities(&mut self, ids: &[SampleId], errors: &[f32]) -> Result<(), MemoryError>;

    /// Makes all durable and says how to come back here; none if it cannot be come back to.
    fn state(&mut self) -> Result<Option<MemoryState>, MemoryError>;

    /// What is wrong with it while it goes on all the same: its disk is full, say.
    fn complaint(&self) -> Option<String> {
        None
    }

    /// Goes back to where a state was taken; what was appended since is forgotten.
    fn restore(&mut self, state: &MemoryState) -> Result<(), MemoryError>;
}
