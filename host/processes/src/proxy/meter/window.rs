//! A window: what happened between two looks.

use std::collections::VecDeque;

use hdrhistogram::Histogram;

use super::{BUCKETS_KEPT, LARGEST_MICROSECONDS, LoadBucket, Outcome, histogram, record};

/// What happened to one workload's requests in a stretch of time. Windows that follow each other
/// can be added up.
#[derive(Debug, Clone)]
pub struct Window {
    /// Its start, in nanoseconds since the proxy's time zero.
    pub start_nanoseconds: u64,
    /// Its end.
    pub end_nanoseconds: u64,
    /// Requests that arrived.
    pub arrivals: u64,
    /// Requests that ended well, in time.
    pub completed: u64,
    /// Requests whose time was over or whose caller gave up.
    pub timed_out: u64,
    /// Requests that a full queue turned away.
    pub rejected: u64,
    /// Requests lost to a replica, or answered by a failing function.
    pub failed: u64,
    /// Requests in the system (queued and executing), integrated over the window, in
    /// request-nanoseconds.
    pub in_system_nanoseconds: u64,
    /// Requests in the queue, integrated as well.
    pub queued_nanoseconds: u64,
    /// Requests in the system at the end.
    pub in_system: u64,
    /// Requests in the queue at the end.
    pub queue_length: u64,
    /// Age at the end of the oldest request in the system.
    pub oldest_nanoseconds: Option<u64>,
    /// Bytes that replicas received from the proxy, heads included.
    pub received_bytes: u64,
    /// Bytes that replicas sent to the proxy, heads included.
    pub sent_bytes: u64,
    /// Load by seconds that were over at the end; at most ten minutes.
    pub buckets: VecDeque<LoadBucket>,
    /// Of every request that ended, in microseconds. Those who timed out count with at least their
    /// time-out, rejected and failed ones as ten minutes: they were never answered.
    latency: Histogram<u64>,
}

impl Window {
    pub(super) fn empty(start: u64) -> Self {
        Self {
            start_nanoseconds: start,
            end_nanoseconds: start,
            arrivals: 0,
            completed: 0,
            timed_out: 0,
            rejected: 0,
            failed: 0,
            in_system_nanoseconds: 0,
            queued_nanoseconds: 0,
            in_system: 0,
            queue_length: 0,
            oldest_nanoseconds: None,
            received_bytes: 0,
            sent_bytes: 0,
            buckets: VecDeque::new(),
            latency: histogram(),
        }
    }

    pub(super) fn count(&mut self, outcome: Outcome, nanoseconds: u64) {
        let (count, answered) = match outcome {
            Outcome::Completed => (&mut self.completed, true),
            Outcome::TimedOut => (&mut self.timed_out, true),
            Outcome::Rejected => (&mut self.rejected, false),
            Outcome::Failed => (&mut self.failed, false),
        };
        *count += 1;
        let never = LARGEST_MICROSECONDS * 1000;
        record(&mut self.latency, if answered { nanoseconds } else { never });
    }

    /// Adds the window that follows this one.
    pub fn add(&mut self, later: &Window) {
        self.end_nanoseconds = later.end_nanoseconds;
        self.arrivals += later.arrivals;
        self.completed += later.completed;
        self.timed_out += later.timed_out;
        self.rejected += later.rejected;
        self.failed += later.failed;
        self.in_system_nanoseconds += later.in_system_nanoseconds;
        self.queued_nanoseconds += later.queued_nanoseconds;
        self.in_system = later.in_system;
        self.queue_length = later.queue_length;
        self.oldest_nanoseconds = later.oldest_nanoseconds;
        self.received_bytes += later.received_bytes;
        self.sent_bytes += later.sent_bytes;
        let over = (self.buckets.len() + later.buckets.len()).saturating_sub(BUCKETS_KEPT);
        self.buckets.drain(..over.min(self.buckets.len()));
        self.buckets.extend(&later.buckets);
        self.latency.add(&later.latency).expect("all windows have the same bounds");
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        (self.end_nanoseconds - self.start_nanoseconds) as f64 / 1e9
    }

    /// Requests that ended, one way or another.
    pub fn ended(&self) -> u64 {
        self.completed + self.timed_out + self.rejected + self.failed
    }

    /// Requests in the system, mean over the window; NaN for one without length.
    pub fn concurrency_mean(&self) -> f64 {
        self.in_system_nanoseconds as f64 / (self.end_nanoseconds - self.start_nanoseconds) as f64
    }

    /// Requests in the queue, mean over the window; NaN for one without length.
    pub fn queue_length_mean(&self) -> f64 {
        self.queued_nanoseconds as f64 / (self.end_nanoseconds - self.start_nanoseconds) as f64
    }

    /// Requests that ended well divided by requests that ended at all, in 0..=1; none if none ended.
    pub fn success_ratio(&self) -> Option<f64> {
        let ended = self.ended();
        (ended > 0).then(|| self.completed as f64 / ended as f64)
    }

    /// The latencies in seconds, from arrival to end, at these quantiles (each in 0..=1). None if
    /// nothing ended.
    pub fn latency_seconds<const N: usize>(&self, quantiles: [f64; N]) -> Option<[f64; N]> {
        let value = |quantile| self.latency.value_at_quantile(quantile) as f64 / 1e6;
        (!self.latency.is_empty()).then(|| quantiles.map(value))
    }

    /// As [`Self::latency_seconds`], but of those requests alone that were answered or timed out, with
    /// their mean before them. None if there were none.
    pub fn answered_latency_seconds<const N: usize>(
        &self,
        quantiles: [f64; N],
    ) -> Option<(f64, [f64; N])> {
        let answered = self.completed + self.timed_out;
        if answered == 0 {
            return None;
        }
        // All others count as the largest there is, so they are at the end.
        let share = answered as f64 / self.latency.len() as f64;
        let value = |quantile| self.latency.value_at_quantile(quantile * share) as f64 / 1e6;
        let (mut left, mut sum_seconds) = (answered, 0.0);
        for step in self.latency.iter_recorded() {
            let count = step.count_at_value().min(left);
            sum_seconds += step.value_iterated_to() as f64 / 1e6 * count as f64;
            left -= count;
        }
        Some((sum_seconds / answered as f64, quantiles.map(value)))
    }
}
