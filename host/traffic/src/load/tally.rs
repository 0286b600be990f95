//! Tally: what became of the requests of one flow, over a second, a window or a whole run.

use super::{Failure, Failures, Latencies};

/// How a request ended: well, or why not.
pub(crate) type Outcome = Result<(), Failure>;

/// What became of the requests of one flow. Requests are counted as intended when they fall due, as
/// sent when they leave the queue, and as done or failed when they end, so over a short time the
/// three need not agree.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Fell due by the plan.
    pub intended: u64,
    /// Were handed to a connection, or to the attempt to open one.
    pub sent: u64,
    /// Got a whole and good answer.
    pub done: u64,
    /// Got none, by kind.
    pub failures: Failures,
    /// Latency from the intended instant of all that ended. Time-outs and unfinished requests count
    /// with the time that was waited for them, other failures as never answered.
    pub latencies: Latencies,
    /// How much later than intended requests left the generator through its own fault: it was busy
    /// or had no processor. Waits for a free connection are not in it, those belong to the target.
    pub lags: Latencies,
}

impl Tally {
    /// All that ended, well or not.
    pub fn ended(&self) -> u64 {
        self.done + self.failures.total()
    }

    /// Adds what another holds.
    pub fn add(&mut self, other: &Self) {
        self.intended += other.intended;
        self.sent += other.sent;
        self.done += other.done;
        self.failures.add(&other.failures);
        self.latencies.add(&other.latencies);
        self.lags.add(&other.lags);
    }

    pub(crate) fn clear(&mut self) {
        self.intended = 0;
        self.sent = 0;
        self.done = 0;
        self.failures = Failures::default();
        self.latencies.clear();
        self.lags.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.intended == 0 && self.sent == 0 && self.ended() == 0
    }

    /// A request ended `nanoseconds` after its intended instant.
    pub(crate) fn end(&mut self, outcome: Outcome, nanoseconds: u64) {
        match outcome {
            Ok(()) => self.done += 1,
            Err(failure) => self.failures.count(failure),
        }
        match outcome {
            Err(failure) if !failure.was_waited_for() => self.latencies.record_never(),
            _ => self.latencies.record_nanoseconds(nanoseconds),
        }
    }
}
