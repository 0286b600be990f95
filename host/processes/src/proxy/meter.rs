//! The meter: what is counted of one workload's requests, over a window and over a whole run.
//!
//! It counts as the simulator does, so that reports compare like with like. Times are nanoseconds
//! since the proxy's time zero and are passed in.

mod gauge;
mod totals;
mod window;

use hdrhistogram::Histogram;
use scaling::{Totals, WorkloadId};

use gauge::{BUCKETS_KEPT, Buckets, Gauge};
use totals::Tally;

pub use gauge::LoadBucket;
pub use window::Window;

/// The largest latency that is told apart: ten minutes. A request that was never answered counts as
/// this in a window.
const LARGEST_MICROSECONDS: u64 = 600_000_000;
/// Digits of a latency that are right.
const DIGITS: u8 = 3;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Well, in time.
    Completed,
    /// Its time was over, or its caller gave up waiting.
    TimedOut,
    /// The queue was full.
    Rejected,
    /// It was lost to its replica, or the function failed.
    Failed,
}

/// Bytes that went over the connections to replicas since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    /// That replicas received.
    pub(super) received: u64,
    /// That replicas sent.
    pub(super) sent: u64,
}

/// The counts of one workload.
#[derive(Debug)]
pub(super) struct Meter {
    window: Window,
    bytes_at_start: Bytes,
    in_system: Gauge,
    waiting: Gauge,
    buckets: Buckets,
    tally: Tally,
    timeout_nanoseconds: Option<u64>,
}

impl Meter {
    /// Counts from now on. Whoever is answered later than after `slo_nanoseconds` missed the
    /// objective.
    pub(super) fn new(
        now: u64,
        timeout_nanoseconds: Option<u64>,
        slo_nanoseconds: Option<u64>,
    ) -> Self {
        Self {
            window: Window::empty(now),
            bytes_at_start: Bytes::default(),
            in_system: Gauge::default(),
            waiting: Gauge::default(),
            buckets: Buckets::new(now),
            tally: Tally::new(now, slo_nanoseconds),
            timeout_nanoseconds,
        }
    }

    /// A request is in the system.
    pub(super) fn enter(&mut self, now: u64) {
        self.buckets.roll(now, &self.in_system);
        self.buckets.arrivals += 1;
        self.window.arrivals += 1;
        self.tally.arrivals += 1;
        self.in_system.set(now, self.in_system.count + 1);
    }

    /// So many wait from now on.
    pub(super) fn wait(&mut self, now: u64, waiting: usize) {
        if waiting as u64 != self.waiting.count {
            self.waiting.set(now, waiting as u64);
        }
    }

    /// A request that arrived at `arrival` has ended.
    pub(super) fn end(&mut self, now: u64, arrival: u64, outcome: Outcome) {
        self.buckets.roll(now, &self.in_system);
        self.in_system.set(now, self.in_system.count - 1);
        let age = now.saturating_sub(arrival);
        let latency = match outcome {
            Outcome::TimedOut => age.max(self.timeout_nanoseconds.unwrap_or(0)),
            _ => age,
        };
        self.window.count(outcome, latency);
        self.tally.count(outcome, arrival, latency);
    }

    /// What happened since the last window, or since the start; `oldest` is the arrival of the
    /// oldest request that is in the system.
    pub(super) fn take_window(&mut self, now: u64, bytes: Bytes, oldest: Option<u64>) -> Window {
        self.buckets.roll(now, &self.in_system);
        let mut window = std::mem::replace(&mut self.window, Window::empty(now));
        window.end_nanoseconds = now;
        window.in_system_nanoseconds = self.in_system.take(now);
        window.queued_nanoseconds = self.waiting.take(now);
        window.in_system = self.in_system.count;
        window.queue_length = self.waiting.count;
        window.oldest_nanoseconds = oldest.map(|arrival| now.saturating_sub(arrival));
        window.received_bytes = bytes.received - self.bytes_at_start.received;
        window.sent_bytes = bytes.sent - self.bytes_at_start.sent;
        window.buckets = self.buckets.take();
        self.bytes_at_start = bytes;
        window
    }

    /// Totals begin here: the end of the warm-up. Only requests that arrive from now on count.
    pub(super) fn mark(&mut self, now: u64) {
        self.tally = Tally::new(now, self.tally.slo_nanoseconds);
    }

    /// Totals since the mark, or since the start; `arrivals` are those of the requests that are in
    /// the system.
    pub(super) fn totals(
        &self,
        workload: WorkloadId,
        now: u64,
        arrivals: impl Iterator<Item = u64>,
    ) -> Totals {
        self.tally.totals(workload, now, arrivals)
    }
}

/// An empty histogram of microseconds.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LARGEST_MICROSECONDS, DIGITS)
        .expect("the bounds are far enough apart and the digits are at most five")
}

/// Counts a latency, at least a microsecond, and at most the largest there is.
fn record(histogram: &mut Histogram<u64>, nanoseconds: u64) {
    histogram.saturating_record(nanoseconds.div_ceil(1000).max(1));
}

#[cfg(test)]
mod tests;
