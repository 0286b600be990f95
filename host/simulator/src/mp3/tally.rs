//! Tally: what an episode has cost and given, added up step by step.

use std::collections::BTreeMap;

use scaling::{Totals, WorkloadId};

use super::cell::{Cell, SLO_SECONDS};

/// Sums over the steps so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tally {
    seconds: u64,
    arrivals: u64,
    completed: f64,
    slo_violations: u64,
    /// Arrivals by the bits of their latency, which for positive floats sort as the floats do.
    latencies: BTreeMap<u64, u64>,
    latency_seconds_sum: f64,
    replica_seconds: f64,
    cpu_core_seconds_used: f64,
    cold_starts: u64,
}

impl Tally {
    /// Containers were added.
    pub(super) fn start(&mut self, containers: u32) {
        self.cold_starts += u64::from(containers);
    }

    /// A step was spent in a cell.
    pub(super) fn spend(&mut self, cell: &Cell, tick_seconds: u32) {
        let seconds = f64::from(tick_seconds);
        let arrivals = u64::from(cell.rate_per_second) * u64::from(tick_seconds);
        let completed = cell.throughput_per_second() * seconds;
        let latency_seconds = cell.latency_seconds();
        self.seconds += u64::from(tick_seconds);
        self.arrivals += arrivals;
        self.completed += completed;
        if latency_seconds > SLO_SECONDS {
            self.slo_violations += arrivals;
        }
        *self.latencies.entry(latency_seconds.to_bits()).or_default() += arrivals;
        self.latency_seconds_sum += latency_seconds * completed;
        self.replica_seconds += f64::from(cell.replicas) * seconds;
        self.cpu_core_seconds_used += f64::from(cell.replicas) * cell.utilisation() * seconds;
    }

    /// The sums as every cluster reports them. Half a request that was served is unfinished.
    pub(super) fn totals(&self, workload: WorkloadId) -> Totals {
        let completed = self.completed as u64;
        Totals {
            workload,
            seconds: self.seconds as f64,
            arrivals: self.arrivals,
            completed,
            timed_out: 0,
            rejected: 0,
            failed: 0,
            unfinished: self.arrivals - completed,
            slo_violations: self.slo_violations,
            latency_seconds: self
                .latencies
                .iter()
                .map(|(&bits, &count)| (f64::from_bits(bits), count))
                .collect(),
            latency_seconds_sum: self.latency_seconds_sum,
            replica_seconds: self.replica_seconds,
            cpu_core_seconds_used: self.cpu_core_seconds_used,
            // One core is set aside for each container.
            cpu_core_seconds_allocated: self.replica_seconds,
            memory_gib_seconds_allocated: 0.0,
            cold_starts: self.cold_starts,
            crashes: 0,
            oom_kills: 0,
        }
    }
}
