//! Algorithm: which agent, with which settings.

use serde::{Deserialize, Serialize};
use tch::Device;
use worlds::Shape;

use crate::memory::{Memory, MemoryError};
use crate::{Agent, Dqn, DqnSettings, LearnError, Ppo, PpoSettings, Reinforce, ReinforceSettings};

/// Which agent, with which settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// Deep Q-learning.
    Dqn(DqnSettings),
    /// Proximal policy optimisation.
    Ppo(PpoSettings),
    /// REINFORCE with a baseline.
    Reinforce(ReinforceSettings),
}

impl Algorithm {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dqn(_) => "dqn",
            Self::Ppo(_) => "ppo",
            Self::Reinforce(_) => "reinforce",
        }
    }

    /// Says which setting cannot be.
    pub fn check(&self) -> Result<(), LearnError> {
        match self {
            Self::Dqn(settings) => settings.check(),
            Self::Ppo(settings) => settings.check(),
            Self::Reinforce(settings) => settings.check(),
        }
    }

    /// An agent whose weights are drawn from the seed. `memory` makes the memory of one that has it.
    pub fn agent(
        &self,
        shape: &Shape,
        seed: u64,
        device: Device,
        memory: impl FnOnce(&DqnSettings) -> Result<Box<dyn Memory>, MemoryError>,
    ) -> Result<Box<dyn Agent>, LearnError> {
        let shape = shape.clone();
        Ok(match self.clone() {
            Self::Dqn(settings) => {
                let memory = memory(&settings)?;
                Box::new(Dqn::new(settings, shape, seed, device, memory)?)
            }
            Self::Ppo(settings) => Box::new(Ppo::new(shape, settings, seed, device)?),
            Self::Reinforce(settings) => Box::new(Reinforce::new(shape, settings, seed, device)?),
        })
    }
}
