//! A gauge: a count that goes up and down, and its integral over time.

use std::collections::VecDeque;

/// Length of a bucket in nanoseconds: one second, as the simulator's.
const BUCKET: u64 = 1_000_000_000;
/// Buckets that are kept if nobody looks: ten minutes. Older ones are dropped.
pub(super) const BUCKETS_KEPT: usize = 600;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gauge {
    pub(super) count: u64,
    since: u64,
    /// Of all time, in count-nanoseconds: 10,000 requests fill it in 58 years.
    integral: u64,
    taken: u64,
}

impl Gauge {
    pub(super) fn set(&mut self, now: u64, count: u64) {
        self.integral = self.integral(now);
        self.since = now.max(self.since);
        self.count = count;
    }

    /// The integral of all time.
    pub(super) fn integral(&self, now: u64) -> u64 {
        self.integral + self.count * now.saturating_sub(self.since)
    }

    /// The integral since it was last taken.
    pub(super) fn take(&mut self, now: u64) -> u64 {
        let integral = self.integral(now);
        integral - std::mem::replace(&mut self.taken, integral)
    }
}

/// Load in one second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadBucket {
    /// Its start, in nanoseconds since the proxy's time zero.
    pub start_nanoseconds: u64,
    /// Its length in nanoseconds.
    pub length_nanoseconds: u64,
    /// Requests in the system, mean over the bucket.
    pub concurrency: f64,
    /// Requests that arrived, per second.
    pub arrival_rate_per_second: f64,
}

/// Load second by second.
#[derive(Debug)]
pub(super) struct Buckets {
    start: u64,
    integral_at_start: u64,
    pub(super) arrivals: u64,
    done: VecDeque<LoadBucket>,
}

impl Buckets {
    pub(super) fn new(now: u64) -> Self {
        Self { start: now, integral_at_start: 0, arrivals: 0, done: VecDeque::new() }
    }

    /// Closes the buckets that are over. To be called before the gauge changes.
    pub(super) fn roll(&mut self, now: u64, gauge: &Gauge) {
        // What would be dropped at once is not even made.
        let over = now.saturating_sub(self.start) / BUCKET;
        let dropped = over.saturating_sub(BUCKETS_KEPT as u64);
        if dropped > 0 {
            self.start += dropped * BUCKET;
            self.integral_at_start = gauge.integral(self.start);
            self.arrivals = 0;
        }
        while now.saturating_sub(self.start) >= BUCKET {
            let end = self.start + BUCKET;
            let integral = gauge.integral(end);
            if self.done.len() == BUCKETS_KEPT {
                self.done.pop_front();
            }
            self.done.push_back(LoadBucket {
                start_nanoseconds: self.start,
                length_nanoseconds: BUCKET,
                concurrency: (integral - self.integral_at_start) as f64 / BUCKET as f64,
                arrival_rate_per_second: std::mem::take(&mut self.arrivals) as f64,
            });
            (self.start, self.integral_at_start) = (end, integral);
        }
    }

    pub(super) fn take(&mut self) -> VecDeque<LoadBucket> {
        std::mem::take(&mut self.done)
    }
}
