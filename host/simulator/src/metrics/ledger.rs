//! The ledger: what a workload's replicas take, integrated over time.

/// What the replicas that are on a node take together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) replicas: u64,
    pub(crate) cpu_millicores: u64,
    pub(crate) memory_bytes: u64,
}

/// Integrals of [`Sizes`], exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    now: Sizes,
    since: u64,
    pub(crate) replica_nanoseconds: u128,
    pub(crate) millicore_nanoseconds: u128,
    pub(crate) byte_nanoseconds: u128,
}

impl Ledger {
    /// Books the time up to `now`.
    pub(crate) fn accrue(&mut self, now: u64) {
        let passed = u128::from(now - self.since);
        self.since = now;
        self.replica_nanoseconds += passed * u128::from(self.now.replicas);
        self.millicore_nanoseconds += passed * u128::from(self.now.cpu_millicores);
        self.byte_nanoseconds += passed * u128::from(self.now.memory_bytes);
    }

    /// A replica of this size takes its place.
    pub(crate) fn add(&mut self, now: u64, size: Sizes) {
        self.accrue(now);
        self.now.replicas += size.replicas;
        self.now.cpu_millicores += size.cpu_millicores;
        self.now.memory_bytes += size.memory_bytes;
    }

    /// A replica of this size leaves its place.
    pub(crate) fn remove(&mut self, now: u64, size: Sizes) {
        self.accrue(now);
        self.now.replicas -= size.replicas;
        self.now.cpu_millicores -= size.cpu_millicores;
        self.now.memory_bytes -= size.memory_bytes;
    }

    /// Forgets the past but not who is there.
    pub(crate) fn restart(&mut self, now: u64) {
        *self = Self { now: self.now, since: now, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_integrated_from_the_instant_on_at_which_it_is() {
        let size = Sizes { replicas: 1, cpu_millicores: 500, memory_bytes: 64 };
        let mut ledger = Ledger::default();
        ledger.add(10, size);
        ledger.add(20, size);
        ledger.remove(40, size);
        ledger.accrue(100);
        assert_eq!(ledger.replica_nanoseconds, 10 + 2 * 20 + 60);
        assert_eq!(ledger.millicore_nanoseconds, 500 * 110);
        assert_eq!(ledger.byte_nanoseconds, 64 * 110);
        ledger.restart(100);
        ledger.accrue(103);
        assert_eq!(ledger.replica_nanoseconds, 3);
    }
}
