//! Consequence: before, action, after, as lines describe them to a policy that learns and to a
//! reward function.

use scaling::{Action, Column, Observations, Timestamp, WorkloadId};
use serde::Deserialize;

use super::columns::Columns;

/// An applied change as a line describes it. What it leaves out did not change: what was before is
/// taken from the columns before, what is after from what was before.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an action: an object")]
pub(crate) struct RawAction {
    replicas_before: Option<u32>,
    replicas_after: Option<u32>,
    cpu_millicores_before: Option<u32>,
    cpu_millicores_after: Option<u32>,
    memory_bytes_before: Option<u64>,
    memory_bytes_after: Option<u64>,
    #[serde(default)]
    illegal: bool,
}

impl RawAction {
    fn complete(&self, before: &Columns) -> Action {
        // Casts of columns saturate; absurd columns make absurd actions, which is what was asked.
        let replicas = self
            .replicas_before
            .unwrap_or_else(|| before.get(Column::ReplicasDesired).map_or(0, |value| value as u32));
        let cpu = self.cpu_millicores_before.unwrap_or_else(|| {
            before.get(Column::CpuLimitMillicores).map_or(0, |value| value as u32)
        });
        let memory = self.memory_bytes_before.unwrap_or_else(|| {
            before.get(Column::MemoryLimitBytes).map_or(0, |value| value as u64)
        });
        Action {
            replicas_before: replicas,
            replicas_after: self.replicas_after.unwrap_or(replicas),
            cpu_millicores_before: cpu,
            cpu_millicores_after: self.cpu_millicores_after.unwrap_or(cpu),
            memory_bytes_before: memory,
            memory_bytes_after: self.memory_bytes_after.unwrap_or(memory),
            illegal: self.illegal,
        }
    }
}

/// Consequences side by side: row `i` of both observations and action `i` belong together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Consequences {
    pub(crate) before: Observations,
    pub(crate) after: Observations,
    pub(crate) actions: Vec<Action>,
}

impl Consequences {
    /// Lays consequences that end at `now` side by side.
    pub(crate) fn new(
        now: Timestamp,
        tick: u64,
        rows: &[(WorkloadId, &Columns, &Columns, &RawAction)],
    ) -> Self {
        let workloads: Vec<_> = rows.iter().map(|(workload, ..)| *workload).collect();
        let mut before = Observations::missing(now, tick, workloads.clone());
        let mut after = Observations::missing(now, tick, workloads);
        let mut actions = Vec::with_capacity(rows.len());
        for (row, (_, columns_before, columns_after, action)) in rows.iter().enumerate() {
            columns_before.fill(row, &mut before);
            columns_after.fill(row, &mut after);
            actions.push(action.complete(columns_before));
        }
        Self { before, after, actions }
    }
}
