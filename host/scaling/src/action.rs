//! Action: the change that was applied, as a learner sees it.

use std::sync::Arc;

use crate::WorkloadId;

/// How large one workload is: all that an action can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Desired replicas.
    pub replicas: u32,
    /// CPU limit of one replica, in millicores; none for no limit.
    pub cpu_millicores: Option<u32>,
    /// Memory limit of one replica, in bytes; none for no limit.
    pub memory_bytes: Option<u64>,
}

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
    /// The change from one scale to another.
    pub fn between(before: Scale, after: Scale, illegal: bool) -> Self {
        Self {
            replicas_before: before.replicas,
            replicas_after: after.replicas,
            cpu_millicores_before: before.cpu_millicores.unwrap_or(0),
            cpu_millicores_after: after.cpu_millicores.unwrap_or(0),
            memory_bytes_before: before.memory_bytes.unwrap_or(0),
            memory_bytes_after: after.memory_bytes.unwrap_or(0),
            illegal,
        }
    }

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

impl Applied {
    /// Nothing could be done for a workload that the cluster does not have.
    pub fn no_such_workload(id: WorkloadId) -> Self {
        Self::Failed(Arc::from(format!("workload {id} is not in this cluster")))
    }
}
