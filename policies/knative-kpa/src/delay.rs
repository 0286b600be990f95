//! The delay window: the largest count of the last while, so that a scale-down comes late.

use std::collections::VecDeque;

/// A sliding maximum over slots of one tick.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayWindow {
    tick: i64,
    length: i64,
    /// (slot, count), slots ascending and counts descending: only these can still be the maximum.
    maxima: VecDeque<(i64, i32)>,
}

impl DelayWindow {
    /// A window over `delay` nanoseconds in slots of `tick` nanoseconds, both > 0.
    pub fn new(delay: i64, tick: i64) -> Self {
        let length = (delay as u64).div_ceil(tick as u64) as i64;
        // The queue holds one entry for each distinct count, so few suffice for most workloads.
        Self { tick, length, maxima: VecDeque::with_capacity(length.min(16) as usize) }
    }

    /// Records `count` at `now`; of several in one slot the largest stays.
    pub fn record(&mut self, now: i64, count: i32) {
        let slot = now.div_euclid(self.tick);
        while self.maxima.back().is_some_and(|&(_, last)| last <= count) {
            self.maxima.pop_back();
        }
        while self.maxima.front().is_some_and(|&(first, _)| slot - first >= self.length) {
            self.maxima.pop_front();
        }
        // Whatever is left is larger, so a larger count of this very slot stands for it.
        if self.maxima.back().is_none_or(|&(last, _)| last != slot) {
            self.maxima.push_back((slot, count));
        }
    }

    /// The largest count of the window, as of the last record.
    pub fn current(&self) -> Option<i32> {
        self.maxima.front().map(|&(_, count)| count)
    }

    /// What can still be the maximum: start of the slot and count, oldest first.
    pub fn maxima(&self) -> impl Iterator<Item = (i64, i32)> + '_ {
        self.maxima.iter().map(|&(slot, count)| (slot * self.tick, count))
    }
}

#[cfg(test)]
mod tests;
