//! The tally: how the requests that count ended, over the whole run.

use scaling::{Totals, WorkloadId};

use super::Ledger;
use crate::histogram::Histogram;
use crate::request::Request;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    TimedOut,
    Rejected,
    Failed,
}

impl Outcome {
    /// The latency that percentiles count: a request that was turned away or lost was never
    /// answered, so it counts as the largest there is and cannot flatter anybody.
    #[inline]
    pub(crate) fn counted_latency(self, latency: u64) -> u64 {
        match self {
            Self::Completed | Self::TimedOut => latency,
            Self::Rejected | Self::Failed => Histogram::LARGEST_NANOSECONDS,
        }
    }
}

/// What happened to the requests that arrived after the warm-up, and to replicas since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) arrivals: u64,
    completed: u64,
    timed_out: u64,
    rejected: u64,
    failed: u64,
    slo_violations: u64,
    /// Of requests that were completed or timed out.
    latency: Histogram,
    latency_sum: u128,
    pub(crate) cold_starts: u64,
    pub(crate) crashes: u64,
    pub(crate) oom_kills: u64,
}

/// What replicas took and used, in the unit of [`Totals`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resources {
    pub(crate) seconds: f64,
    pub(crate) cpu_core_nanoseconds: f64,
}

impl Tally {
    /// One request ended after `latency` nanoseconds.
    #[inline]
    pub(crate) fn count(&mut self, outcome: Outcome, latency: u64, slo: u64) {
        match outcome {
            Outcome::Completed => {
                self.completed += 1;
                self.latency.record(latency);
                self.latency_sum += u128::from(latency);
                self.slo_violations += u64::from(latency > slo);
                return;
            }
            Outcome::TimedOut => {
                self.timed_out += 1;
                self.latency.record(latency);
            }
            Outcome::Rejected => self.rejected += 1,
            Outcome::Failed => self.failed += 1,
        }
        self.slo_violations += u64::from(slo != u64::MAX);
    }

    /// The totals up to `now`, in which these requests are still in flight.
    pub(crate) fn totals<'a>(
        &self,
        workload: WorkloadId,
        unfinished: impl Iterator<Item = &'a Request>,
        (now, warm_up, slo): (u64, u64, u64),
        ledger: &Ledger,
        resources: Resources,
    ) -> Totals {
        let mut latency = self.latency.clone();
        let (mut still, mut late) = (0, 0);
        for request in unfinished.filter(|request| request.arrival >= warm_up) {
            let age = now - request.arrival;
            latency.record(age);
            still += 1;
            late += u64::from(age > slo);
        }
        let mut latency_seconds: Vec<(f64, u64)> = latency.bounds_seconds().collect();
        let never = self.rejected + self.failed;
        if never > 0 {
            latency_seconds.push((f64::INFINITY, never));
        }
        Totals {
            workload,
            seconds: resources.seconds,
            arrivals: self.arrivals,
            completed: self.completed,
            timed_out: self.timed_out,
            rejected: self.rejected,
            failed: self.failed,
            unfinished: still,
            slo_violations: self.slo_violations + late,
            latency_seconds,
            latency_seconds_sum: self.latency_sum as f64 / 1e9,
            replica_seconds: ledger.replica_nanoseconds as f64 / 1e9,
            cpu_core_seconds_used: resources.cpu_core_nanoseconds / 1e9,
            cpu_core_seconds_allocated: ledger.millicore_nanoseconds as f64 / 1e12,
            memory_gib_seconds_allocated: ledger.byte_nanoseconds as f64
                / 1e9
                / (1_u64 << 30) as f64,
            cold_starts: self.cold_starts,
            crashes: self.crashes,
            oom_kills: self.oom_kills,
        }
    }
}
