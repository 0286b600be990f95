//! The sandbox: wasmtime behind the seams. A [`Sandbox`] loads bytes into a [`PolicyComponent`] or a
//! [`RewardComponent`]; each of these makes instances that implement `scaling::Policy` and
//! `scaling::Reward`, with one store each, no import but the log, fuel and a deadline for every call,
//! and one limit on all their memory together.

mod batch;
mod bindings;
mod componentise;
mod description;
mod engine;
mod experience;
mod guest;
mod limits;
mod load;
mod log;
mod memory;
mod policy;
mod reward;
mod settings;
mod ticker;
mod trap;

pub use bindings::World;
pub use description::{DescriptionError, PolicyDescription, RewardDescription};
pub use engine::{EngineError, EpochClock, Sandbox};
pub use limits::Limits;
pub use load::{Component, LoadError, PolicyComponent, RewardComponent};
pub use log::{LogLevel, LogLine};
pub use policy::{ComponentPolicy, Usage};
pub use reward::ComponentReward;
pub use settings::{SettingComplaint, SettingsError};
pub use trap::TrapKind;
