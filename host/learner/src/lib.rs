//! Networks on libtorch, one file for each algorithm, training, checkpoints.
//!
//! A [`World`] is what an agent lives in; an agent sees numbers and gives choices, and knows nothing of
//! workloads. After a network is initialised no randomness of libtorch is used: every draw comes from a
//! [`Chance`] that a checkpoint can hold.

mod adam;
mod agent;
mod by_hand;
mod chance;
#[cfg(any(test, feature = "classic"))]
pub mod classic;
mod device;
pub mod dqn;
mod error;
mod gradient;
mod mask;
pub mod memory;
mod network;
mod normaliser;
mod passes;
mod raw;
mod wide;
mod world;

pub use adam::{Adam, AdamState};
pub use agent::{Agent, AgentState};
pub use chance::{Chance, Purpose};
pub use device::{DeviceChoice, DeviceError};
pub use dqn::{Dqn, DqnSettings};
pub use error::LearnError;
pub use memory::{Batch, Memory, MemoryError, Ring};
pub use network::{Activation, Initialisation, Mlp, MlpShape};
pub use normaliser::Normaliser;
pub use world::{Lessons, RowId, Shape, Turn, World, WorldError};
