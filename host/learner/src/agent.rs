//! Agent: what decides, and learns from what came of it.

use serde::{Deserialize, Serialize};

use crate::dqn::DqnState;
use crate::memory::MemoryState;
use crate::ppo::PpoState;
use crate::reinforce::ReinforceState;
use crate::{LearnError, Lessons, Mlp, Normaliser, Shape, Turn};

/// What decides, and learns from what came of it.
///
/// It is called in lock-step with its worlds: `act`, then `learn` with the same turn and its lessons. The
/// same seed, settings and lessons give the same weights, bit for bit on one machine.
pub trait Agent: Send {
    /// What the rows of its worlds are like.
    fn shape(&self) -> &Shape;

    /// Chooses for each row, exploring; `choices` becomes `[rows, heads]`. Only what is allowed is chosen.
    fn act(&mut self, turn: &Turn, choices: &mut Vec<u16>);

    /// Learns from what came of the turn that `act` has just decided; it updates itself whenever that is
    /// due. A row of the turn without a lesson is not learned from, and what went before it does not go
    /// on after it. If it fails, the weights are what they were.
    fn learn(&mut self, turn: &Turn, lessons: &Lessons) -> Result<(), LearnError>;

    /// Chooses what it takes for best, without exploring: `inputs` are `[rows, inputs]`, `allowed`
    /// `[rows, options]`, and `choices` becomes `[rows, heads]`.
    fn greedy(&self, inputs: &[f32], allowed: &[bool], choices: &mut Vec<u16>);

    /// The network of `greedy`, whose largest output of each head is chosen, and what its inputs are
    /// normalised with.
    fn policy(&self) -> (Mlp, Option<&Normaliser>);

    /// An episode begins in a world.
    fn begin_episode(&mut self, _world: u32, _seed: u64) {}

    /// Where its memory is, all of it durable; none if it has no memory that can be come back to.
    fn memory_state(&mut self) -> Result<Option<MemoryState>, LearnError> {
        Ok(None)
    }

    /// Brings its memory back to where that state was taken.
    fn restore_memory(&mut self, _state: &MemoryState) -> Result<(), LearnError> {
        Ok(())
    }

    /// What is wrong while it goes on all the same: its memory's disk is full, say.
    fn complaint(&self) -> Option<String> {
        None
    }

    /// Figures by name, averaged since they were last asked for.
    fn statistics(&mut self) -> Vec<(&'static str, f64)>;

    /// The agent at rest: all that it needs to go on as if it had never stopped.
    fn state(&self) -> AgentState;

    /// Takes over a state. If it is refused, nothing has changed.
    fn restore(&mut self, state: &AgentState) -> Result<(), LearnError>;
}

/// An agent at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentState {
    /// Deep Q-learning.
    Dqn(Box<DqnState>),
    /// Proximal policy optimisation.
    Ppo(Box<PpoState>),
    /// REINFORCE with a baseline.
    Reinforce(Box<ReinforceState>),
}

impl AgentState {
    /// The algorithm's name.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Dqn(_) => "dqn",
            Self::Ppo(_) => "ppo",
            Self::Reinforce(_) => "reinforce",
        }
    }
}
