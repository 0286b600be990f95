//! Backoff: how long to wait before a replica that failed is replaced, so that a function that can
//! never run does not take the machine with it.

use std::time::Duration;

/// How waits grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffRules {
    /// The wait after a first failure; it doubles with every one that follows.
    pub first: Duration,
    /// The longest wait.
    pub cap: Duration,
    /// Who ran for at least so long before it failed has begun anew.
    pub stable: Duration,
}

impl Default for BackoffRules {
    /// From 10 ms, so that a crash in a short race is soon made good, to 10 s; anew after 10 s.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(10),
            cap: Duration::from_secs(10),
            stable: Duration::from_secs(10),
        }
    }
}

/// Counts the failures of one workload in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backoff {
    rules: BackoffRules,
    failures: u32,
}

impl Backoff {
    /// Without a failure yet.
    pub fn new(rules: BackoffRules) -> Self {
        Self { rules, failures: 0 }
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// A replica that ran for so long has failed; how long to wait before the next is started.
    pub fn failed(&mut self, ran: Duration) -> Duration {
        if ran >= self.rules.stable {
            self.failures = 0;
        }
        // 2^32 times the shortest wait is beyond every cap that makes sense.
        let factor = 1u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures = self.failures.saturating_add(1);
        self.rules.first.saturating_mul(factor).min(self.rules.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn backoff() -> Backoff {
        let rules = BackoffRules { first: MS(10), cap: MS(100), stable: MS(1000) };
        Backoff::new(rules)
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let mut backoff = backoff();
        let waits: Vec<_> = (0..6).map(|_| backoff.failed(MS(0))).collect();
        assert_eq!(waits, [10, 20, 40, 80, 100, 100].map(MS));
        assert_eq!(backoff.failures(), 6);
    }

    #[test]
    fn who_ran_long_enough_begins_anew() {
        let mut backoff = backoff();
        let ran = [0, 0, 999, 1000, 0].map(MS);
        assert_eq!(ran.map(|ran| backoff.failed(ran)), [10, 20, 40, 10, 20].map(MS));
    }

    #[test]
    fn a_thousand_failures_overflow_nothing() {
        let mut backoff = backoff();
        let last = (0..1000).map(|_| backoff.failed(MS(0))).last();
        assert_eq!(last, Some(MS(100)));
    }
}
