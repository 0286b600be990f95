//! Checkpoint: all that a training needs to go on as if it had never stopped.

mod export;
mod file;
mod folder;

use std::collections::BTreeMap;
use std::path::Path;

use ::agent::Card;
pub use export::ExportError;
pub use file::CheckpointError;
pub use folder::CheckpointFolder;
use serde::{Deserialize, Serialize};
use worlds::{Shape, WorldsState};

use crate::bootstrap::BootstrapState;
use crate::memory::MemoryState;
use crate::{AgentState, Algorithm, Chance, Curves};

/// All that a training needs to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Where it comes from, for people: program, experiment, …
    pub facts: BTreeMap<String, String>,
    /// What the agent looks at and what it can do; none outside of clusters.
    pub card: Option<Card>,
    /// What the rows of its worlds are like.
    pub shape: Shape,
    /// The algorithm and its settings.
    pub algorithm: Algorithm,
    /// The seed that everything was drawn from.
    pub seed: u64,
    /// The agent.
    pub agent: AgentState,
    /// What its memory held, if it has one.
    pub memory: Option<MemoryState>,
    /// How far the training is.
    pub training: TrainingState,
    /// The rule that leads, with what speaks for the agent, if one does.
    #[serde(default)]
    pub bootstrap: Option<BootstrapState>,
}

/// How far a training is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingState {
    /// Rows decided and learned from so far.
    pub step: u64,
    /// Rows decided since then without learning.
    pub greedy: u64,
    /// Episodes that are over.
    pub episodes: u64,
    /// What seeds of episodes are drawn from.
    pub seeds: Chance,
    /// Where its worlds are; none of worlds that cannot be brought back, which begin anew.
    pub worlds: Option<WorldsState>,
    /// The best evaluation so far and how many came after it.
    pub best: Option<Best>,
    /// Wall seconds that were spent.
    pub wall_seconds: f64,
    /// What was measured on the way.
    pub curves: Curves,
}

impl TrainingState {
    /// Rows decided so far, with learning and without.
    pub fn steps(&self) -> u64 {
        self.step + self.greedy
    }
}

/// The best evaluation so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// Mean reward.
    pub reward: f64,
    /// When.
    pub step: u64,
    /// Evaluations since then.
    pub since: u32,
}

impl Checkpoint {
    /// Writes it to a file, which is either whole or not there.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        file::write(path, self)
    }

    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        file::read(path)
    }
}
