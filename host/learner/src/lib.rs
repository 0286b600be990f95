//! Networks on libtorch, one file for each algorithm, training, checkpoints.
//!
//! A [`World`] is what an agent lives in; an agent sees numbers and gives choices, and knows nothing of
//! workloads. After a network is initialised no randomness of libtorch is used: every draw comes from a
//! [`Chance`] that a checkpoint can hold.

mod actor_critic;
mod adam;
mod agent;
mod algorithm;
mod bootstrap;
mod by_hand;
mod chance;
mod checkpoint;
#[cfg(any(test, feature = "classic"))]
pub mod classic;
mod curves;
mod device;
pub mod dqn;
mod error;
mod gradient;
mod heads;
mod mask;
mod memory;
mod network;
mod normaliser;
mod off_policy;
mod passes;
pub mod ppo;
mod raw;
pub mod reinforce;
mod rollout;
mod rule;
mod run;
mod trainable;
mod training;
mod wide;

pub use actor_critic::ActorCriticState;
pub use adam::{Adam, AdamState};
pub use agent::{Agent, AgentState};
pub use algorithm::Algorithm;
pub use bootstrap::{
    Bootstrap, BootstrapError, BootstrapParts, BootstrapReport, BootstrapSettings, BootstrapState,
    BurnSettings, Check, Phase, Stint,
};
pub use chance::{Chance, Purpose};
pub use checkpoint::{
    Best, Checkpoint, CheckpointError, CheckpointFolder, ExportError, TrainingState,
};
pub use curves::{
    Better, CurveError, CurveFiles, Curves, Glyphs, Line, Panel, Plot, PlotError, Point, Series,
    SeriesPoint, Source, Sparkline, plot_lines, plot_training, plot_watched,
};
pub use device::{DeviceChoice, DeviceError};
pub use dqn::{Dqn, DqnSettings};
pub use error::LearnError;
pub use memory::{Memory, MemoryError, MemorySettings, MemoryState, Row, StoredMemory};
pub use network::{Activation, Initialisation, Mlp, MlpShape};
pub use normaliser::Normaliser;
pub use off_policy::{
    Comparison, Confidence, Estimate, Estimator, Interval, OffPolicyEpisode, OffPolicyError,
    OffPolicyStep, compare_off_policy, evaluate_off_policy,
};
pub use ppo::{Ppo, PpoSettings};
pub use reinforce::{Reinforce, ReinforceSettings};
pub use replay::{Batch, Provenance};
pub use rollout::{Follow, Rollout};
pub use run::{RunConditions, RunEnd, RunError, RunFolder, Told, figures, run};
pub use tch::Device;
pub use trainable::TrainableState;
pub use training::{
    Books, EpisodeMeasures, Progress, Session, Trainer, Training, TrainingError, TrainingSettings,
    evaluate,
};
pub use worlds::{Lessons, RowId, Shape, Turn, World, WorldError};

/// Lets libtorch use one thread in this process: two make a small network slower.
pub fn use_one_thread() {
    tch::set_num_threads(1);
}
