//! Totals: how the requests that count ended, over the whole run.

use hdrhistogram::Histogram;
use scaling::{Totals, WorkloadId};

use super::{Outcome, histogram, record};

/// What happened to the requests that arrived since the mark.
#[derive(Debug)]
pub(super) struct Tally {
    since: u64,
    pub(super) slo_nanoseconds: Option<u64>,
    pub(super) arrivals: u64,
    completed: u64,
    timed_out: u64,
    rejected: u64,
    failed: u64,
    slo_violations: u64,
    /// Of requests that were completed or timed out.
    latency: Histogram<u64>,
    latency_nanoseconds_sum: u64,
}

impl Tally {
    pub(super) fn new(now: u64, slo_nanoseconds: Option<u64>) -> Self {
        Self {
            since: now,
            slo_nanoseconds,
            arrivals: 0,
            completed: 0,
            timed_out: 0,
            rejected: 0,
            failed: 0,
            slo_violations: 0,
            latency: histogram(),
            latency_nanoseconds_sum: 0,
        }
    }

    /// One request ended after `latency` nanoseconds; it counts if it arrived since the mark.
    pub(super) fn count(&mut self, outcome: Outcome, arrival: u64, latency: u64) {
        if arrival < self.since {
            return;
        }
        let mut missed = self.slo_nanoseconds.is_some();
        match outcome {
            Outcome::Completed => {
                self.completed += 1;
                self.latency_nanoseconds_sum += latency;
                missed = self.slo_nanoseconds.is_some_and(|slo| latency > slo);
            }
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Rejected => self.rejected += 1,
            Outcome::Failed => self.failed += 1,
        }
        if matches!(outcome, Outcome::Completed | Outcome::TimedOut) {
            record(&mut self.latency, latency);
        }
        self.slo_violations += u64::from(missed);
    }

    /// Totals of requests; what replicas cost is not known here.
    pub(super) fn totals(
        &self,
        workload: WorkloadId,
        now: u64,
        arrivals: impl Iterator<Item = u64>,
    ) -> Totals {
        let mut latency = self.latency.clone();
        let (mut unfinished, mut late) = (0, 0);
        for age in arrivals.filter(|&arrival| arrival >= self.since).map(|arrival| now - arrival) {
            record(&mut latency, age);
            unfinished += 1;
            late += u64::from(self.slo_nanoseconds.is_some_and(|slo| age > slo));
        }
        let recorded = latency.iter_recorded();
        let mut latency_seconds: Vec<(f64, u64)> = recorded
            .map(|step| (step.value_iterated_to() as f64 / 1e6, step.count_at_value()))
            .collect();
        let never = self.rejected + self.failed;
        if never > 0 {
            latency_seconds.push((f64::INFINITY, never));
        }
        Totals {
            seconds: now.saturating_sub(self.since) as f64 / 1e9,
            arrivals: self.arrivals,
            completed: self.completed,
            timed_out: self.timed_out,
            rejected: self.rejected,
            failed: self.failed,
            unfinished,
            slo_violations: self.slo_violations + late,
            latency_seconds,
            latency_seconds_sum: self.latency_nanoseconds_sum as f64 / 1e9,
            ..Totals::none(workload)
        }
    }
}
