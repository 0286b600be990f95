//! Standing: what a rule last asked for, which stands until its next turn.

use scaling::{Recommendation, WorkloadId};
use serde::{Deserialize, Serialize};

/// What a rule last asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub(super) recommendations: Vec<Recommendation>,
    workloads: Vec<WorkloadId>,
    /// Turns from one question to the next.
    every: u64,
    /// Turns since the last one; none at the beginning of an episode.
    age: Option<u64>,
}

/// The same at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingState {
    workloads: Vec<WorkloadId>,
    /// Replicas, millicores and bytes of each.
    targets: Vec<(Option<u32>, Option<u32>, Option<u64>)>,
    age: Option<u64>,
}

impl Standing {
    /// Nothing yet, of a rule that is asked every so many turns.
    pub(super) fn new(every: u64) -> Self {
        let (recommendations, workloads) = (Vec::new(), Vec::new());
        Self { recommendations, workloads, every: every.max(1), age: None }
    }

    /// An episode begins.
    pub(super) fn begin(&mut self) {
        self.age = None;
    }

    /// Whether the rule is to be asked at this turn, which has these workloads: between its turns its last
    /// recommendation stands, unless it is about others.
    pub(super) fn is_due(&mut self, workloads: Vec<WorkloadId>) -> bool {
        let age = self.age.map_or(0, |age| age + 1);
        self.age = Some(age);
        let is_due = age.is_multiple_of(self.every) || self.workloads != workloads;
        self.workloads = workloads;
        is_due
    }

    pub(super) fn state(&self) -> StandingState {
        let targets = self.recommendations.iter();
        StandingState {
            workloads: self.workloads.clone(),
            targets: targets
                .map(|one| (one.replicas, one.cpu_millicores, one.memory_bytes))
                .collect(),
            age: self.age,
        }
    }

    pub(super) fn restore(&mut self, state: &StandingState) {
        let targets = state.targets.iter();
        self.recommendations = targets
            .map(|&(replicas, cpu_millicores, memory_bytes)| Recommendation {
                replicas,
                cpu_millicores,
                memory_bytes,
                ..Recommendation::hold()
            })
            .collect();
        self.workloads.clone_from(&state.workloads);
        self.age = state.age;
    }
}
