//! Guard: the rails between what a policy asks for and what is done. It does not know which policy
//! it guards, computes on plain values and cannot fail.

mod memory;
mod quota;
mod rails;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use memory::Memory;
pub use quota::Quota;
pub use rails::Rails;

use crate::{
    Column, Decision, Observations, Rail, RailSet, Recommendation, TenantId, Workload, WorkloadId,
};

/// Guard rails with what they remember of each workload.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Guard {
    rails: Rails,
    quotas: BTreeMap<TenantId, Quota>,
    warm_up: Duration,
    memories: BTreeMap<WorkloadId, Memory>,
}

impl Guard {
    /// Rails for every workload, quotas for some tenants, and how long a workload that joins warms
    /// up before anybody learns from it.
    pub fn new(rails: Rails, quotas: BTreeMap<TenantId, Quota>, warm_up: Duration) -> Self {
        Self { rails, quotas, warm_up, memories: BTreeMap::new() }
    }

    /// Drops what is remembered of workloads that have left.
    pub fn forget(&mut self, workloads: &[WorkloadId]) {
        for workload in workloads {
            self.memories.remove(workload);
        }
    }

    /// What the rails allow, one decision a row.
    pub(crate) fn allow(
        &mut self,
        observations: &Observations,
        recommendations: &[Recommendation],
        workloads: &[Workload],
    ) -> Vec<Decision> {
        let mut decisions: Vec<Decision> = workloads
            .iter()
            .zip(recommendations)
            .enumerate()
            .map(|(row, (workload, wanted))| self.allow_row(observations, row, workload, wanted))
            .collect();
        quota::apply(&self.quotas, observations, workloads, &mut decisions);
        decisions
    }

    fn allow_row(
        &mut self,
        observations: &Observations,
        row: usize,
        workload: &Workload,
        wanted: &Recommendation,
    ) -> Decision {
        let now = observations.now;
        let current = observations.replicas(row);
        let memory = self.memories.entry(workload.id).or_insert_with(|| Memory::new(now));
        memory.notice(now, current);
        let mut decision = Decision {
            workload: workload.id,
            replicas: current,
            cpu_millicores: None,
            memory_bytes: None,
            buffer_requests: wanted.buffer_requests,
            rails: RailSet::default(),
            illegal: rails::illegal(&workload.bounds, wanted),
            reason: wanted.reason.clone(),
            warming_up: now.since(memory.joined()) < self.warm_up,
        };
        let age_seconds = observations.get(row, Column::SampleAgeSeconds);
        let stale = self.rails.is_stale(age_seconds);
        if stale {
            decision.rails.insert(Rail::Stale);
        } else {
            rails::resources(&workload.bounds, wanted, &mut decision);
        }
        let Some(current) = current else { return decision };
        let asked = if stale { None } else { wanted.replicas };
        let allowed =
            self.rails.replicas(memory, now, current, asked, &workload.bounds, &mut decision.rails);
        decision.replicas = Some(allowed);
        if let Some(asked) = asked {
            memory.remember(now, asked, self.rails.longest_window());
        }
        decision
    }
}
