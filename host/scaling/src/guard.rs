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
use quota::Held;
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
        let mut held = Vec::with_capacity(workloads.len());
        let mut decisions: Vec<Decision> = (0..observations.rows())
            .zip(workloads)
            .zip(recommendations)
            .map(|((row, workload), wanted)| {
                let (decision, has) = self.allow_row(observations, row, workload, wanted);
                held.push(has);
                decision
            })
            .collect();
        quota::apply(&self.quotas, workloads, &held, &mut decisions);
        decisions
    }

    /// The replicas that the rails would let a row's workload be set to at this tick, fewest and most:
    /// for whoever wants to ask only for what is allowed. Stabilisation windows and quotas are left out,
    /// because they depend on what else is asked.
    pub fn range(
        &self,
        observations: &Observations,
        row: usize,
        workload: &Workload,
    ) -> (u32, u32) {
        let bounds = (workload.bounds.replicas_min, workload.bounds.replicas_max);
        let Some(current) = observations.replicas(row) else { return bounds };
        if self.rails.is_stale(observations.get(row, Column::SampleAgeSeconds)) {
            let held = rails::clamped(current, bounds);
            return (held, held);
        }
        let mut memory = self.memories.get(&workload.id).cloned();
        if let Some(memory) = &mut memory {
            memory.notice(observations.now, Some(current), None, None);
        }
        self.rails.range(memory.as_ref(), observations.now, current, bounds)
    }

    /// The decision for one row before quotas, and what its workload has.
    fn allow_row(
        &mut self,
        observations: &Observations,
        row: usize,
        workload: &Workload,
        wanted: &Recommendation,
    ) -> (Decision, Held) {
        let now = observations.now;
        let current = observations.replicas(row);
        let limit = |column| observations.get(row, column).map(|value| value as u64);
        let memory = self.memories.entry(workload.id).or_insert_with(|| Memory::new(now));
        memory.notice(
            now,
            current,
            limit(Column::CpuLimitMillicores),
            limit(Column::MemoryLimitBytes),
        );
        let mut decision = Decision {
            workload: workload.id,
            replicas: current,
            cpu_millicores: None,
            memory_bytes: None,
            buffer_requests: None,
            rails: RailSet::default(),
            illegal: rails::illegal(&workload.bounds, wanted),
            reason: wanted.reason,
            warming_up: now.since(memory.joined()) < self.warm_up,
        };
        let stale = self.rails.is_stale(observations.get(row, Column::SampleAgeSeconds));
        if stale {
            if rails::asks_for_change(wanted, current) {
                decision.rails.insert(Rail::Stale);
            }
        } else {
            decision.buffer_requests = wanted.buffer_requests;
            rails::resources(&workload.bounds, wanted, &mut decision);
        }
        let held = memory.held();
        let Some(current) = current else { return (decision, held) };
        let asked = if stale { None } else { wanted.replicas };
        let allowed =
            self.rails.replicas(memory, now, current, asked, &workload.bounds, &mut decision.rails);
        decision.replicas = Some(allowed);
        if let Some(asked) = asked {
            memory.remember(now, asked, self.rails.longest_window());
        }
        (decision, held)
    }
}
