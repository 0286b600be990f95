//! Side-by-side experiments: every entrant runs the same worlds, and what came of it is told with
//! the care of an experimenter. This crate knows the seams of `scaling` and nothing behind them:
//! clusters, policies and rewards come from makers.

mod digest;
mod document;
mod entry;
mod episode;
mod grid;
mod lap;
mod ledger;
mod metric;
#[cfg(test)]
mod pond;
mod practice;
pub mod report;
pub mod results;
mod statistics;
mod store;

pub use entry::{
    Candidate, Course, Entrant, EntryError, Learning, MakeCluster, MakeError, MakePolicy,
    MakeReward, Order, Race, Scorer, Split, Training, Tuning,
};
pub use episode::{EpisodeError, Rules};
pub use grid::{Conditions, Outcome, Progress, RaceError, Step, race};
pub use lap::LapError;
pub use metric::{Better, Metric};
pub use practice::{Consequence, Practice, PracticeError};
pub use store::{Store, StoreError};
