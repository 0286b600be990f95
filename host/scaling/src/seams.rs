//! The three seams: a cluster, a policy, a reward. Everything else knows only these.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::{
    Answer, Applied, Column, Decision, DetailSet, Experiences, Explanation, Observations, Totals,
    Transitions, Workload, WorkloadId,
};

/// What is observed and scaled: simulated, processes on this machine, or Kubernetes.
pub trait Cluster: Send {
    /// The workloads at present. The order is stable while none joins or leaves, and is the order
    /// of rows in observations.
    fn workloads(&self) -> &[Workload];

    /// Observes every workload, with those details that somebody wants.
    fn observe(&mut self, details: DetailSet) -> Result<Observations, ClusterError>;

    /// Applies decisions; one answer for each.
    fn scale(&mut self, decisions: &[Decision]) -> Vec<Applied>;

    /// Lets time go on to the next tick; false when the episode is over.
    fn advance(&mut self) -> Result<bool, ClusterError>;

    /// What the run has cost and given so far, one a workload, warm-up left out.
    fn totals(&mut self) -> Vec<Totals>;

    /// What a reader must know before believing the run's numbers, one sentence each. Asked once the run
    /// is over and its totals are taken.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A cluster that could not be observed or could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{attempted} failed: {cause}")]
pub struct ClusterError {
    /// What was tried.
    pub attempted: &'static str,
    /// Why it failed.
    pub cause: Arc<str>,
}

/// How a policy looks at the rows of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each row for itself.
    Workload,
    /// All rows together: exactly one group a batch.
    Group,
}

/// What a policy needs, given its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// Its own period; zero means every tick.
    pub period: Duration,
    /// The columns that it reads.
    pub columns: Vec<Column>,
    /// The details that it reads.
    pub details: DetailSet,
}

/// Some rows of one tick, put to a policy.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The whole tick.
    pub observations: &'a Observations,
    /// The rows that are asked about, ascending.
    pub rows: &'a [usize],
    /// What it does here will be learned from.
    pub explore: bool,
    /// Somebody wants to know why.
    pub explain: bool,
}

/// What a policy answered to a batch: one answer a row, with any explanations.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// As many as the batch has rows.
    pub answers: Vec<Answer>,
    /// Only when asked for. Rows are positions in the batch.
    pub explanations: Vec<Explanation>,
}

/// A scaling policy: a component, or a network.
pub trait Policy: Send {
    /// How it looks at a batch.
    fn scope(&self) -> Scope;

    /// What it needs.
    fn needs(&self) -> &Needs;

    /// The reasons that its answers name by index; bounded, so that they can serve as labels.
    fn reasons(&self) -> &[Arc<str>];

    /// Asks it. A failure is a refusal of the rows that it concerns, never of the tick.
    fn recommend(&mut self, batch: &Batch<'_>) -> Advice;

    /// Lets it learn.
    fn learn(&mut self, experiences: &Experiences) -> Result<(), PolicyError>;

    /// These workloads have left.
    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), PolicyError>;

    /// The state that these workloads need to go on elsewhere.
    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, PolicyError>;

    /// Takes over a snapshot.
    fn restore(&mut self, snapshot: &[u8]) -> Result<(), PolicyError>;
}

/// A call to a policy, other than for a recommendation, that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// It said no.
    #[error("the policy declined to {attempted}: {message}")]
    Declined {
        /// What was asked.
        attempted: &'static str,
        /// In its own words.
        message: String,
    },
    /// It broke.
    #[error("the policy failed to {attempted}: {cause}")]
    Failed {
        /// What was asked.
        attempted: &'static str,
        /// What happened.
        cause: Arc<str>,
    },
}

/// What a reward function reads and promises.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The columns that it reads.
    pub columns: Vec<Column>,
    /// The smallest reward.
    pub minimum: f64,
    /// The largest reward.
    pub maximum: f64,
}

/// A reward function.
pub trait Reward: Send {
    /// What it reads and promises.
    fn terms(&self) -> &Terms;

    /// Scores one group's transitions of one tick: one finite number a row, in the promised range.
    fn score(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError>;

    /// These workloads have left.
    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), RewardError>;

    /// The state that these workloads need to go on elsewhere.
    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, RewardError>;

    /// Takes over a snapshot.
    fn restore(&mut self, snapshot: &[u8]) -> Result<(), RewardError>;
}

/// A score that cannot be used; nothing is recorded or learned from it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RewardError {
    /// The reward function said no.
    #[error("the reward function declined: {message}")]
    Declined {
        /// In its own words.
        message: String,
    },
    /// It broke.
    #[error("the reward function failed: {cause}")]
    Failed {
        /// What happened.
        cause: Arc<str>,
    },
    /// It gave another number of rewards.
    #[error("{given} rewards for {expected} transitions")]
    WrongLength {
        /// Transitions scored.
        expected: usize,
        /// Rewards given.
        given: usize,
    },
    /// A reward outside of the promised range, or no number at all.
    #[error("reward {value} of row {row} is outside of the promised {minimum}..={maximum}")]
    OutOfRange {
        /// The row.
        row: usize,
        /// The reward.
        value: f64,
        /// The promised minimum.
        minimum: f64,
        /// The promised maximum.
        maximum: f64,
    },
}
