//! Memory: what the guard remembers of one workload.

use std::collections::VecDeque;
use std::time::Duration;

use super::quota::Held;
use crate::Timestamp;

/// Which way a change went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

impl Direction {
    /// The way from one number to another; none if they are equal.
    pub(super) fn of(from: u32, to: u32) -> Option<Self> {
        match to.cmp(&from) {
            std::cmp::Ordering::Greater => Some(Direction::Up),
            std::cmp::Ordering::Less => Some(Direction::Down),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// What the guard remembers of one workload. Changes are those that were *seen*, so that a change by
/// hand counts and one that failed does not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Memory {
    joined: Timestamp,
    /// When the replicas were last seen.
    seen: Option<Timestamp>,
    held: Held,
    last_change: Option<(Timestamp, Direction)>,
    /// Oldest first, within the longest stabilisation window.
    asked: VecDeque<(Timestamp, u32)>,
}

impl Memory {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            joined: now,
            seen: None,
            held: Held::default(),
            last_change: None,
            asked: VecDeque::new(),
        }
    }

    pub(super) fn joined(&self) -> Timestamp {
        self.joined
    }

    /// What the workload had when each part of it was last seen. A workload that cannot be seen for
    /// a while still counts against its tenant's quota.
    pub(super) fn held(&self) -> Held {
        self.held
    }

    /// Takes note of what is there at `now`. A difference in replicas is dated to the previous look,
    /// because the change was made right after it.
    pub(super) fn notice(
        &mut self,
        now: Timestamp,
        replicas: Option<u32>,
        cpu_millicores: Option<u64>,
        memory_bytes: Option<u64>,
    ) {
        self.held.cpu_millicores = cpu_millicores.unwrap_or(self.held.cpu_millicores);
        self.held.memory_bytes = memory_bytes.unwrap_or(self.held.memory_bytes);
        let Some(replicas) = replicas else { return };
        if let Some(then) = self.seen
            && let Some(direction) = Direction::of(self.held.replicas, replicas)
        {
            self.last_change = Some((then, direction));
        }
        self.seen = Some(now);
        self.held.replicas = replicas;
    }

    pub(super) fn last_change(&self) -> Option<(Timestamp, Direction)> {
        self.last_change
    }

    /// What was asked for less than `window` ago.
    pub(super) fn asked_within(
        &self,
        now: Timestamp,
        window: Duration,
    ) -> impl Iterator<Item = u32> {
        self.asked
            .iter()
            .rev()
            .take_while(move |(then, _)| now.since(*then) < window)
            .map(|&(_, replicas)| replicas)
    }

    /// Remembers what was asked for, and drops what no window reaches any more.
    pub(super) fn remember(&mut self, now: Timestamp, asked: u32, longest_window: Duration) {
        while self.asked.front().is_some_and(|(then, _)| now.since(*then) >= longest_window) {
            self.asked.pop_front();
        }
        if !longest_window.is_zero() {
            self.asked.push_back((now, asked));
        }
    }
}
