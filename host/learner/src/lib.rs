//! Networks on libtorch, one file for each algorithm, training, checkpoints.
//!
//! A [`World`] is what an agent lives in; an agent sees numbers and gives choices, and knows nothing of
//! workloads. After a network is initialised no randomness of libtorch is used: every draw comes from a
//! [`Chance`] that a checkpoint can hold.

mod actor_critic;
mod adam;
mod agent;
mod by_hand;
mod chance;
#[cfg(any(test, feature = "classic"))]
pub mod classic;
mod device;
mod error;
mod heads;
mod mask;
mod network;
mod normaliser;
pub mod ppo;
mod raw;
pub mod reinforce;
mod rollout;
mod trainable;
mod wide;
mod world;

pub use actor_critic::ActorCriticState;
pub use adam::{Adam, AdamState};
pub use agent::{Agent, AgentState};
pub use chance::{Chance, Purpose};
pub use device::{DeviceChoice, DeviceError};
pub use error::LearnError;
pub use network::{Activation, Initialisation, Mlp, MlpShape};
pub use normaliser::Normaliser;
pub use rollout::{Follow, Rollout};
pub use trainable::TrainableState;
pub use world::{Lessons, RowId, Shape, Turn, World, WorldError};
