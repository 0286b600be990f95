//! Budget: the CPU time that a limit allows in each period, as the kernel's bandwidth control keeps
//! it (Linux, `Documentation/scheduler/sched-bwc.rst`; `cpu.cfs_quota_us`, `cpu.max`).
//!
//! A replica goes as fast as its node lets it until its budget is used up, and then not at all until
//! the period ends. Periods follow each other without gaps from the replica's start; what is left of
//! a budget is lost. Not modelled: the slices in which cores take from the budget, and that a thread
//! overruns it by up to a tick of the scheduler and pays that back.

/// CPU that counts as none, in core-nanoseconds: less than the clock tells apart.
const NOTHING: f64 = 1.0;

/// A replica's budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Budget {
    /// Nanoseconds.
    period: u64,
    /// Core-nanoseconds in a period.
    quota: f64,
    left: f64,
    /// When the period ends in which it was last looked at.
    ends: u64,
}

impl Budget {
    /// A full one, whose first period begins now.
    pub(crate) fn new(limit_millicores: u64, period: u64, now: u64) -> Self {
        let quota = limit_millicores as f64 * period as f64 / 1000.0;
        Self { period, quota, left: quota, ends: now + period }
    }

    /// Another limit. The kernel begins with a full budget then, and keeps the periods.
    pub(crate) fn resize(&mut self, limit_millicores: u64) {
        self.quota = limit_millicores as f64 * self.period as f64 / 1000.0;
        self.left = self.quota;
    }

    /// Fills it up if a period has ended since it was last looked at.
    pub(crate) fn look(&mut self, now: u64) {
        if now >= self.ends {
            self.left = self.quota;
            self.ends = now + self.period - (now - self.ends) % self.period;
        }
    }

    pub(crate) fn spend(&mut self, core_nanoseconds: f64) {
        self.left -= core_nanoseconds;
    }

    /// Core-nanoseconds, ≥ 0.
    pub(crate) fn left(&self) -> f64 {
        self.left.max(0.0)
    }

    pub(crate) fn is_used_up(&self) -> bool {
        self.left < NOTHING
    }

    /// When the present period ends.
    pub(crate) fn ends(&self) -> u64 {
        self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_full_again_with_each_period_and_keeps_nothing() {
        let mut budget = Budget::new(200, 100, 1000);
        assert_eq!((budget.left(), budget.ends()), (20.0, 1100));
        budget.spend(19.5);
        assert!(budget.is_used_up());
        budget.look(1099);
        assert!(budget.is_used_up());
        budget.look(1100);
        assert_eq!((budget.left(), budget.ends()), (20.0, 1200));
        // Nobody looked for a while: the grid stays where it was.
        budget.look(1555);
        assert_eq!((budget.left(), budget.ends()), (20.0, 1600));
        budget.spend(20.0);
        budget.resize(500);
        assert_eq!((budget.left(), budget.ends()), (50.0, 1600));
    }
}
