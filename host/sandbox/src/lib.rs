//! The sandbox: wasmtime behind the seams. A [`Sandbox`] loads bytes into a [`PolicyComponent`] or a
//! [`RewardComponent`]; each of these makes instances that implement `scaling::Policy` and
//! `scaling::Reward`, with one store each, no import but the log, fuel and a deadline for every call,
//! and one limit on all their memory together.

mod batch;
mod bindings;
mod compiled;
mod componentise;
mod description;
mod digest;
mod engine;
mod experience;
mod guest;
mod instance;
mod intake;
mod limits;
mod load;
mod log;
mod memory;
mod metrics;
mod panel;
mod policy;
mod reward;
mod settings;
mod standing;
mod tenant;
mod text;
mod ticker;
mod trap;
mod trial;
mod usage;
mod wasi;
mod world;

pub use bindings::World;
pub use compiled::{Build, HostKey, PrecompileError, ReviveError, precompile};
pub use description::{DescriptionError, PolicyDescription, RewardDescription};
pub use digest::{Digest, DigestError};
pub use engine::{EngineError, EpochClock, Sandbox, Threads};
pub use intake::{Examined, Intake, Wasi, examine};
pub use limits::{Discipline, LimitError, Limits};
pub use load::{Component, LoadError, Native, PolicyComponent, RewardComponent};
pub use log::{LogLevel, LogLine};
pub use metrics::{Metrics, ModuleLabels, ModuleMetrics};
pub use panel::Panel;
pub use policy::{ComponentPolicy, Dropped, TickBudget, Turn};
pub use reward::ComponentReward;
pub use settings::{SettingComplaint, SettingsError};
pub use standing::Standing;
pub use tenant::{Quota, QuotaError, Tenant};
pub use trap::TrapKind;
pub use trial::Trial;
pub use usage::Usage;
