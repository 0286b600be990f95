//! Transition: before, action, after.

use serde::{Deserialize, Serialize};

use crate::{Action, Observations, WorkloadId};

/// How an episode goes on after a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// It goes on.
    Running,
    /// A true ending: nothing follows.
    Terminated,
    /// Cut short by a time limit or by a departure: the value is bootstrapped.
    Truncated,
}

/// One workload's step from one tick to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// The workload.
    pub workload: WorkloadId,
    /// Its row in the observations before.
    pub before_row: usize,
    /// Its row in the observations after.
    pub after_row: usize,
    /// What was applied in between.
    pub action: Action,
    /// How the episode goes on.
    pub ending: Ending,
    /// It may be learned from: applied, not warming up, and no longer than one period.
    pub learnable: bool,
}

/// The transitions of one tick, with the observations that their rows point into.
#[derive(Debug, Clone, Copy)]
pub struct Transitions<'a> {
    /// When the actions were taken.
    pub before: &'a Observations,
    /// One tick later.
    pub after: &'a Observations,
    /// One for each workload that was there both times.
    pub rows: &'a [Transition],
}
