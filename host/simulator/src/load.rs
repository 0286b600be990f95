//! Load: how many requests a workload has in the system, integrated over time.

use std::collections::VecDeque;

/// Length of a bucket in nanoseconds: one second.
pub(crate) const BUCKET: u64 = 1_000_000_000;
/// Buckets that are kept if nobody observes: ten minutes. Older ones are dropped.
const BUCKETS_KEPT: usize = 600;

/// A count that goes up and down, and its integral over time.
///
/// The integral at `t` is `count × t + offset`, where the offset falls by the instant of every
/// entry and rises by the instant of every exit. So a change costs two additions, and the integral is
/// exact. Arithmetic wraps: only differences between two instants mean anything, and these are far
/// below 2^64.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gauge {
    pub(crate) count: u32,
    offset: u64,
}

impl Gauge {
    #[inline]
    pub(crate) fn enter(&mut self, now: u64) {
        self.count += 1;
        self.offset = self.offset.wrapping_sub(now);
    }

    #[inline]
    pub(crate) fn leave(&mut self, now: u64) {
        self.count -= 1;
        self.offset = self.offset.wrapping_add(now);
    }

    /// The integral up to `now`, modulo 2^64.
    #[inline]
    pub(crate) fn integral(&self, now: u64) -> u64 {
        u64::from(self.count).wrapping_mul(now).wrapping_add(self.offset)
    }
}

/// Load in one second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LoadBucket {
    pub(crate) start: u64,
    /// Requests in the system, integrated over the bucket, in request-nanoseconds.
    pub(crate) integral: u64,
    pub(crate) arrivals: u32,
}

/// Requests in the system of one workload, now and second by second.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) in_system: Gauge,
    /// End of the bucket that is being filled.
    end: u64,
    integral_at_start: u64,
    arrivals: u32,
    done: VecDeque<LoadBucket>,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            in_system: Gauge::default(),
            end: BUCKET,
            integral_at_start: 0,
            arrivals: 0,
            done: VecDeque::new(),
        }
    }
}

impl Load {
    #[inline]
    pub(crate) fn enter(&mut self, now: u64) {
        if now >= self.end {
            self.roll(now);
        }
        self.arrivals += 1;
        self.in_system.enter(now);
    }

    #[inline]
    pub(crate) fn leave(&mut self, now: u64) {
        if now >= self.end {
            self.roll(now);
        }
        self.in_system.leave(now);
    }

    /// Closes the buckets that are over, hands them out and forgets them.
    pub(crate) fn take(&mut self, now: u64) -> std::collections::vec_deque::Drain<'_, LoadBucket> {
        if now >= self.end {
            self.roll(now);
        }
        self.done.drain(..)
    }

    #[cold]
    fn roll(&mut self, now: u64) {
        let over = (now - self.end) / BUCKET + 1;
        // What would be dropped at once is not even made.
        let dropped = over.saturating_sub(BUCKETS_KEPT as u64);
        if dropped > 0 {
            self.end += dropped * BUCKET;
            self.integral_at_start = self.in_system.integral(self.end - BUCKET);
            self.arrivals = 0;
        }
        while now >= self.end {
            let integral = self.in_system.integral(self.end);
            if self.done.len() == BUCKETS_KEPT {
                self.done.pop_front();
            }
            self.done.push_back(LoadBucket {
                start: self.end - BUCKET,
                integral: integral.wrapping_sub(self.integral_at_start),
                arrivals: std::mem::take(&mut self.arrivals),
            });
            self.integral_at_start = integral;
            self.end += BUCKET;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_average_over_their_own_second() {
        let mut load = Load::default();
        load.enter(500_000_000);
        load.enter(1_250_000_000);
        load.leave(1_750_000_000);
        load.leave(2_000_000_000);
        let buckets: Vec<_> = load.take(3_999_999_999).collect();
        let bucket =
            |second, integral, arrivals| LoadBucket { start: second * BUCKET, integral, arrivals };
        let expected = [bucket(0, 500_000_000, 1), bucket(1, 1_500_000_000, 1), bucket(2, 0, 0)];
        assert_eq!(buckets, expected);
        assert_eq!(load.take(4_000_000_000).count(), 1);
    }

    #[test]
    fn only_the_last_ten_minutes_are_kept() {
        let mut load = Load::default();
        load.enter(0);
        load.leave(5_000 * BUCKET + 1);
        let buckets: Vec<_> = load.take(5_001 * BUCKET).collect();
        assert_eq!(buckets.len(), BUCKETS_KEPT);
        assert!(buckets.iter().rev().skip(1).all(|bucket| bucket.integral == BUCKET));
        assert_eq!(buckets.last().unwrap().integral, 1);
        assert_eq!(buckets[0].start, (5_001 - BUCKETS_KEPT as u64) * BUCKET);
    }
}
