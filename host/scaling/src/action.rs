//! Action: the change that was applied, as a learner sees it.

use std::sync::Arc;

/// What was really done to one workload. Learning uses this and never the recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Action {
    /// Desired replicas before.
    pub replicas_before: u32,
    /// Desired replicas after.
    pub replicas_after: u32,
    /// CPU limit of one replica before, in millicores; 0 for no limit.
    pub cpu_millicores_before: u32,
    /// CPU limit of one replica after, in millicores; 0 for no limit.
    pub cpu_millicores_after: u32,
    /// Memory limit of one replica before, in bytes; 0 for no limit.
    pub memory_bytes_before: u64,
    /// Memory limit of one replica after, in bytes; 0 for no limit.
    pub memory_bytes_after: u64,
    /// The policy asked for something outside of the workload's bounds.
    pub illegal: bool,
}

impl Action {
    /// Whether anything changed.
    pub fn changed(&self) -> bool {
        self.replicas_before != self.replicas_after
            || self.cpu_millicores_before != self.cpu_millicores_after
            || self.memory_bytes_before != self.memory_bytes_after
    }
}

/// What a driver made of one decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It acknowledged this.
    Done(Action),
    /// It could not, so the workload holds and the next tick tries again.
    Failed(Arc<str>),
}
