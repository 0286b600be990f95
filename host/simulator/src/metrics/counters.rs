//! Counters: numbers that only rise. A window is the difference of two marks.

/// What has happened to one workload since the start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    pub(crate) arrived: u64,
    pub(crate) completed: u64,
    pub(crate) timed_out: u64,
    pub(crate) rejected: u64,
    pub(crate) failed: u64,
    pub(crate) received_bytes: u64,
    pub(crate) transmitted_bytes: u64,
    pub(crate) cold_starts: u64,
    /// CPU used by replicas while they looked ready, in core-nanoseconds, up to the last scrape.
    pub(crate) cpu_of_ready: f64,
}

impl Counters {
    /// Requests that ended, one way or another.
    pub(crate) fn ended(&self) -> u64 {
        self.completed + self.timed_out + self.rejected + self.failed
    }
}

/// Counters and integrals at one instant.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Marks {
    pub(crate) at: u64,
    pub(crate) counters: Counters,
    /// Requests in the system, integrated; modulo 2^64.
    pub(crate) in_system: u64,
    /// Replicas that look ready, integrated; modulo 2^64.
    pub(crate) ready: u64,
}
