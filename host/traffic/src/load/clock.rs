//! Clock: nanoseconds since the start of a measurement. Only here is the time read.

use std::time::{Duration, Instant};

/// Counts from an instant that may still lie ahead; until then it shows 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts after the delay.
    pub(crate) fn starting_in(delay: Duration) -> Self {
        Self { start: read() + delay }
    }

    /// Nanoseconds since the start.
    pub(crate) fn now(self) -> u64 {
        nanoseconds(read().saturating_duration_since(self.start))
    }

    /// How long until it shows this many nanoseconds.
    pub(crate) fn until(self, at: u64) -> Duration {
        (self.start + Duration::from_nanos(at)).saturating_duration_since(read())
    }

    /// When it shows this many nanoseconds.
    pub(crate) fn instant(self, at: u64) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.start + Duration::from_nanos(at))
    }
}

/// A duration in nanoseconds; plans are far shorter than what a `u64` holds.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the load generator measures real latencies")]
fn read() -> Instant {
    Instant::now()
}
