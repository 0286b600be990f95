//! Scene: what most tests need, a sandbox with modules and a tick to ask about.

use assembly::Modules;
use sandbox::{ComponentPolicy, EpochClock, Limits, Sandbox};
use scaling::{Batch, Column, Observations, Timestamp, WorkloadId};

/// Limits that suit quick tests: little fuel, so that a loop ends soon.
pub(crate) fn limits() -> Limits {
    Limits { call_fuel: 5_000_000, row_fuel: 100_000, memory_bytes: 8 << 20, ..Limits::default() }
}

/// Modules in a sandbox whose deadlines pass only by hand.
pub(crate) fn modules(limits: Limits) -> (Sandbox, Modules) {
    let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
    let modules = Modules::new(&sandbox, limits);
    (sandbox, modules)
}

/// A probe with these settings.
pub(crate) fn probe(settings: &serde_json::Value) -> ComponentPolicy {
    let (_, modules) = modules(limits());
    modules.policy("probe").unwrap().instantiate(&settings.to_string(), 0).unwrap()
}

/// A tick in which the workloads have these replicas, numbered from 0.
pub(crate) fn tick(replicas: &[f64]) -> Observations {
    let ids = (0..replicas.len() as u64).map(WorkloadId).collect();
    let mut observations = Observations::missing(Timestamp::ZERO, 0, ids);
    observations.column_mut(Column::ReplicasDesired).copy_from_slice(replicas);
    observations
}

/// A batch of these rows.
pub(crate) fn batch<'a>(observations: &'a Observations, rows: &'a [usize]) -> Batch<'a> {
    Batch { observations, rows, explore: false, explain: false }
}
