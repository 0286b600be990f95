//! Subject: what the items need of a module, be it a policy or a reward function.

use std::time::Duration;

use sandbox::{Limits, LoadError};
use scaling::WorkloadId;

use super::scenario::Frame;

/// A module with its settings, of which instances are made.
pub(super) trait Subject {
    /// An instance.
    type Asked: Asked;

    /// It says that it keeps state.
    fn stateful(&self) -> bool;
    /// Each row stands for itself, so that rows can change places and company.
    fn by_row(&self) -> bool;
    /// It is given a seed and may explore.
    fn has_chance(&self) -> bool;
    fn limits(&self) -> &Limits;
    fn schema(&self) -> &str;
    /// The fields of its description, by name.
    fn described(&self) -> Vec<(&'static str, String)>;
    fn validate(&self, settings: &str) -> Result<(), LoadError>;
    fn make_with(&self, settings: &str, seed: u64) -> Result<Self::Asked, LoadError>;
    /// Whoever waits for the verdicts will not wait for more.
    fn is_out_of_time(&self) -> bool;
    /// The settings that it is tried with.
    fn settings(&self) -> &str;

    fn make(&self, seed: u64) -> Result<Self::Asked, LoadError> {
        self.make_with(self.settings(), seed)
    }
}

/// An instance that can be asked.
pub(super) trait Asked {
    /// What it asked for when it was made, in words.
    fn wants(&self) -> String;
    /// Its own period; zero without one.
    fn period(&self) -> Duration;
    fn ask(&mut self, frame: &Frame, explore: bool) -> Turn;
    /// Lets it learn from what came of a turn, or from nothing at all. None if it is not the kind
    /// that learns.
    fn learn(&mut self, frame: Option<&Frame>) -> Option<Said>;
    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), String>;
    fn snapshot(&mut self, workloads: &[WorkloadId]) -> Result<Vec<u8>, String>;
    /// An answer if it takes the snapshot over, with no words in it.
    fn restore(&mut self, snapshot: &[u8]) -> Said;
    fn used(&self) -> Used;
}

/// What one call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// An answer that can be meant. Two texts are the same only if the answers are, to the bit.
    Answer(String),
    /// It said itself that it cannot.
    Declined(String),
    /// An answer that cannot be meant.
    Implausible(String),
    /// A trap.
    Broken(String),
}

/// What a turn came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// By workload, in the order of rows.
    pub(super) said: Vec<(WorkloadId, Said)>,
    /// What was wrong with its explanations.
    pub(super) odd_explanation: Option<String>,
    /// Lines that it wrote and that were kept.
    pub(super) log_lines: usize,
}

/// What an instance has used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) fuel: u64,
    pub(super) memory_bytes_peak: usize,
    pub(super) traps: u64,
    pub(super) dropped_log_lines: u64,
}

impl From<&sandbox::Usage> for Used {
    fn from(usage: &sandbox::Usage) -> Self {
        Self {
            fuel: usage.fuel,
            memory_bytes_peak: usage.memory_bytes_peak,
            traps: usage.traps.values().sum(),
            dropped_log_lines: usage.dropped_log_lines,
        }
    }
}

impl Said {
    /// In words, for a finding.
    pub(super) fn words(&self) -> String {
        match self {
            Said::Answer(answer) => answer.clone(),
            Said::Declined(message) => format!("it declined: {message}"),
            Said::Implausible(cause) | Said::Broken(cause) => cause.clone(),
        }
    }
}
