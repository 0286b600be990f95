//! Ledger: what a fleet has cost, integrated over time. `now` is the time since the cluster's start.

use std::time::Duration;

/// What one replica sets aside.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Reserved {
    pub(super) cpu_millicores: u32,
    pub(super) memory_bytes: u64,
}

/// Integrals over time of what a fleet holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    since: Duration,
    replicas: u32,
    reserved: Reserved,
    pub(super) replica_seconds: f64,
    pub(super) cpu_core_seconds: f64,
    pub(super) memory_gib_seconds: f64,
}

impl Ledger {
    /// From now on there are so many replicas, each of this size.
    pub(super) fn set(&mut self, now: Duration, replicas: u32, reserved: Reserved) {
        self.advance(now);
        (self.replicas, self.reserved) = (replicas, reserved);
    }

    /// Counts up to now.
    pub(super) fn advance(&mut self, now: Duration) {
        let seconds = now.saturating_sub(self.since).as_secs_f64();
        let replica_seconds = f64::from(self.replicas) * seconds;
        self.replica_seconds += replica_seconds;
        self.cpu_core_seconds += replica_seconds * f64::from(self.reserved.cpu_millicores) / 1e3;
        self.memory_gib_seconds +=
            replica_seconds * self.reserved.memory_bytes as f64 / f64::from(1 << 30);
        self.since = self.since.max(now);
    }

    /// What was counted until now is forgotten: the warm-up is over.
    pub(super) fn mark(&mut self, now: Duration) {
        self.advance(now);
        (self.replica_seconds, self.cpu_core_seconds, self.memory_gib_seconds) = (0.0, 0.0, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_for_as_long_as_it_is_held() {
        let seconds = Duration::from_secs;
        let size = Reserved { cpu_millicores: 500, memory_bytes: 1 << 29 };
        let mut ledger = Ledger::default();
        ledger.set(seconds(10), 4, size);
        ledger.mark(seconds(12));
        ledger.set(seconds(14), 1, size);
        ledger.advance(seconds(20));
        // Four for two seconds, then one for six.
        assert_eq!(ledger.replica_seconds, 14.0);
        assert_eq!(ledger.cpu_core_seconds, 7.0);
        assert_eq!(ledger.memory_gib_seconds, 7.0);
        // A clock that stands still, or goes back, adds nothing.
        ledger.advance(seconds(20));
        ledger.advance(seconds(3));
        assert_eq!(ledger.replica_seconds, 14.0);
    }
}
