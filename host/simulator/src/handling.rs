//! Handling: what a node does for requests besides its replicas' own work. Proxy, kernel and whoever
//! sends use its cores, and threads that wake up wait for one.

/// Over how long the CPU of handling is averaged, in nanoseconds: longer than a scheduler's periods,
/// shorter than a rush.
const MEMORY: f64 = 1e9;
/// A thread keeps its core no longer than this while others wait, in nanoseconds: the kernel's base
/// slice with some cores.
const SLICE: f64 = 3e6;
/// Handling leaves the replicas at least one part in so many of their node.
const LEAST_PART: u64 = 10;

/// The CPU that a node uses for handling.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Handling {
    cores: f64,
    at: u64,
}

impl Handling {
    /// A request is handled, which takes so much CPU in core-nanoseconds.
    pub(crate) fn add(&mut self, now: u64, core_nanoseconds: f64) {
        self.cores = self.cores(now) + core_nanoseconds / MEMORY;
        self.at = now;
    }

    fn cores(&self, now: u64) -> f64 {
        self.cores * libm::exp(-((now - self.at) as f64) / MEMORY)
    }

    /// Millicores that are left to replicas on a node that has so many.
    pub(crate) fn leaves(&self, now: u64, has: u64) -> u64 {
        if self.cores == 0.0 {
            return has;
        }
        let used = (self.cores(now) * 1000.0) as u64;
        has.saturating_sub(used).max(has / LEAST_PART).max(1)
    }
}

/// How long a thread that wakes up waits for a core in the mean, in nanoseconds, on a node with so
/// many where so many threads run or wait that each take `work` nanoseconds. Its turn comes when those
/// before it have had theirs: none if a core is free, so that the mean over M/M/c's states is its mean
/// wait, Erlang's C × work / (c (1 − ρ)).
pub(crate) fn wait(cores: f64, threads: u32, work: f64) -> f64 {
    let before = f64::from(threads) - cores + 1.0;
    if f64::from(threads) < cores { 0.0 } else { before / cores * work.min(SLICE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handling_takes_cores_as_long_as_requests_come() {
        let mut handling = Handling::default();
        assert_eq!(handling.leaves(0, 2000), 2000);
        // A thousand a second, of a fifth of a millisecond each, for a long time: 0.2 cores.
        for n in 0..10_000 {
            handling.add(n * 1_000_000, 2e5);
        }
        let left = handling.leaves(10_000_000_000, 2000);
        assert!((1799..=1802).contains(&left), "{left}");
        assert_eq!(handling.leaves(60_000_000_000, 2000), 2000);
        (0..100_000).for_each(|_| handling.add(60_000_000_000, 1e6));
        assert_eq!(handling.leaves(60_000_000_000, 2000), 200);
    }

    #[test]
    fn who_wakes_up_waits_for_those_before_it() {
        assert_eq!(wait(2.0, 0, 1e6), 0.0);
        assert_eq!(wait(2.0, 1, 1e6), 0.0);
        assert_eq!(wait(2.0, 2, 1e6), 0.5e6);
        assert_eq!(wait(2.0, 5, 1e6), 2e6);
        // Nobody keeps a core for longer than a slice.
        assert_eq!(wait(1.0, 1, 1e9), SLICE);
    }

    #[test]
    fn its_mean_is_that_of_a_queue_with_two_servers() {
        // M/M/2 at ρ = 0.6: P(0) = (1 − ρ) / (1 + ρ), P(n) = 2 P(0) ρⁿ.
        let rho: f64 = 0.6;
        let empty = (1.0 - rho) / (1.0 + rho);
        let states = (1..400).map(|n| 2.0 * empty * rho.powi(n) * wait(2.0, n as u32, 1.0));
        let erlang_c = 2.0 * rho * rho / (1.0 + rho);
        let exact = erlang_c / (2.0 * (1.0 - rho));
        assert!((states.sum::<f64>() - exact).abs() < 1e-9);
    }
}
