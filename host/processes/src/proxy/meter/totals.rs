//! Totals: how the requests that count ended, over the whole run.

use hdrhistogram::Histogram;

use super::{Outcome, histogram, record};

/// What happened to the requests that arrived since the mark. The fields are those of
/// [`scaling::Totals`] that are about requests.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestTotals {
    /// The time that is covered, in seconds.
    pub seconds: f64,
    /// Requests that arrived. Each ends up in exactly one of the next five counts.
    pub arrivals: u64,
    /// Requests that ended well, in time.
    pub completed: u64,
    /// Requests whose time was over or whose caller gave up.
    pub timed_out: u64,
    /// Requests that a full queue turned away.
    pub rejected: u64,
    /// Requests lost to a replica, or answered by a failing function.
    pub failed: u64,
    /// Requests still in the system.
    pub unfinished: u64,
    /// Requests that missed the latency objective: too slow, timed out, rejected, failed, or
    /// already too old while unfinished. Zero without an objective.
    pub slo_violations: u64,
    /// Latency from arrival to end of every arrival: ascending upper bounds in seconds with counts.
    /// Timed-out requests count with at least their time-out, unfinished ones with their age,
    /// rejected and failed ones as infinitely late.
    pub latency_seconds: Vec<(f64, u64)>,
    /// Sum of the latencies of the requests that ended well, in seconds.
    pub latency_seconds_sum: f64,
}

/// What [`RequestTotals`] are made of.
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

    pub(super) fn totals(&self, now: u64, arrivals: impl Iterator<Item = u64>) -> RequestTotals {
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
        RequestTotals {
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
        }
    }
}
