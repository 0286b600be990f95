//! Replay: the invocations of a trace, one by one, at their own instants.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::{HORIZON, SECOND};
use crate::Stream;
use crate::azure2021::Invocation;

/// A scale below 1 keeps each invocation with that probability. A scale above 1 repeats them: each
/// comes once at its own instant, and as many times more as the scale asks for (a fraction is a
/// probability), each copy later by a uniform jitter. Time is not compressed, because that would
/// change how fast the load rises and falls against the speed of a policy and of a cold start.
#[derive(Debug, Clone)]
pub(crate) struct Replay {
    invocations: Arc<[Invocation]>,
    index: usize,
    scale: f64,
    /// In nanoseconds; copies come later by less than this.
    jitter: u64,
    /// Copies that are due, as (instant, index): no more than the jitter's span holds.
    copies: BinaryHeap<Reverse<(u64, usize)>>,
    /// Index of the invocation yielded last.
    last: Option<usize>,
}

impl Replay {
    /// Invocations in the order of their starts.
    pub(crate) fn new(invocations: Arc<[Invocation]>, scale: f64, jitter: u64) -> Self {
        Self { invocations, index: 0, scale, jitter, copies: BinaryHeap::new(), last: None }
    }

    pub(crate) fn mean_rate(&self) -> f64 {
        self.scale * self.invocations.len() as f64 / self.length()
    }

    /// Up to the start of the last invocation, and a second at least, so that a rate can be told.
    pub(crate) fn length(&self) -> f64 {
        let last = self.invocations.last().map_or(0, |last| last.start_nanoseconds);
        (last as f64).max(SECOND)
    }

    pub(super) fn last_duration_seconds(&self) -> Option<f64> {
        let last = self.invocations.get(self.last?)?;
        Some(last.duration_nanoseconds as f64 / SECOND)
    }

    pub(super) fn next(&mut self, stream: &mut Stream) -> Option<f64> {
        loop {
            let original = self.invocations.get(self.index).map(|next| next.start_nanoseconds);
            let copy = self.copies.peek().map(|&Reverse((at, _))| at);
            if copy.is_some_and(|copy| original.is_none_or(|original| copy < original)) {
                let Reverse((at, index)) = self.copies.pop()?;
                self.last = Some(index);
                return Some(at as f64);
            }
            let at = original?;
            let index = self.index;
            self.index += 1;
            if self.admit(index, at, stream) {
                self.last = Some(index);
                return Some(at as f64);
            }
        }
    }

    /// Whether the invocation itself comes; puts its copies in the queue.
    fn admit(&mut self, index: usize, at: u64, stream: &mut Stream) -> bool {
        if self.scale < 1.0 {
            return stream.chance(self.scale);
        }
        let extra = self.scale - 1.0;
        let whole = extra.floor();
        let fraction = extra > whole && stream.chance(extra - whole);
        for _ in 0..whole as u64 + u64::from(fraction) {
            let later = at.saturating_add(stream.below(self.jitter));
            self.copies.push(Reverse((later.min(HORIZON as u64), index)));
        }
        true
    }
}
