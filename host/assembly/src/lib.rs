//! Assembly: the one place that knows every maker. A file becomes a cluster, policies and rewards,
//! and a name becomes a module. It carries the built-in components.

mod built_in;
mod course;
mod entrant;
mod experiment;
mod export;
mod functions;
mod load;
mod modules;
mod processes;
mod profile;
mod read;
mod scarlet;
mod trained;
#[cfg(feature = "learner")]
mod training;

pub use built_in::{BuiltIn, built_in};
#[cfg(feature = "learner")]
pub use entrant::Rule;
pub use experiment::{ClusterKind, Experiment, ExperimentError, Options, ProfileChoice};
pub use export::{ExportError, export};
pub use load::Source;
pub use modules::{ModuleError, Modules};
pub use profile::{Profile, WorkloadProfile};
pub use read::read_load;
pub use trained::TrainedError;
#[cfg(feature = "learner")]
pub use trained::{checkpoint, trained};
#[cfg(feature = "learner")]
pub use training::{TrainingOptions, TrainingPlan};
