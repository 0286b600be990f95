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
mod curves;
mod device;
pub mod dqn;
mod error;
mod gradient;
mod mask;
mod memory;
mod network;
mod normaliser;
mod passes;
mod raw;
mod wide;

pub use adam::{Adam, AdamState};
pub use agent::{Agent, AgentState};
pub use chance::{Chance, Purpose};
pub use curves::{
    Better, CurveError, CurveFiles, Curves, Glyphs, Line, Panel, Plot, PlotError, Point, Series,
    SeriesPoint, Source, Sparkline, plot_lines, plot_training,
};
pub use device::{DeviceChoice, DeviceError};
pub use dqn::{Dqn, DqnSettings};
pub use error::LearnError;
pub use memory::{Memory, MemoryError, MemorySettings, MemoryState, Row, StoredMemory};
pub use network::{Activation, Initialisation, Mlp, MlpShape};
pub use normaliser::Normaliser;
pub use replay::{Batch, Provenance};
pub use worlds::{Lessons, RowId, Shape, Turn, World, WorldError};
