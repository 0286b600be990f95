//! The Azure Functions 2019 trace (Shahrad et al., ATC 2020): invocations by function and minute,
//! with the distribution of each function's durations and memory.
//!
//! The percentiles of durations are those of averages over 30 seconds, weighted by their
//! invocations, and leave cold starts out. So they are narrower than single requests are at busy
//! functions, and they know nothing of how long a start takes.

mod files;
mod function;
mod reading;
#[cfg(test)]
mod tests;

pub use function::{Durations, FunctionTrace, Memory, Trigger};

use crate::{Purpose, SpecError, Stream};

/// The trace, or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace2019 {
    /// The functions, in the order of the file.
    pub functions: Vec<FunctionTrace>,
}

impl Trace2019 {
    /// The `count` functions with the most invocations, the busiest first; by name where equal. Fewer
    /// if there are no more.
    pub fn busiest(&self, count: usize) -> Vec<&FunctionTrace> {
        let mut functions: Vec<_> =
            self.functions.iter().map(|function| (function.invocations(), function)).collect();
        functions.sort_by(|(left_sum, left), (right_sum, right)| {
            right_sum.cmp(left_sum).then_with(|| left.name.cmp(&right.name))
        });
        functions.into_iter().take(count).map(|(_, function)| function).collect()
    }

    /// Divides the functions into some to train and tune on and others to race on, so that nothing is
    /// raced on what it was trained on. The first part gets `fraction` (clamped to `[0, 1]`) of the
    /// functions, rounded; both keep the order of the file.
    pub fn split(&self, seed: u64, fraction: f64) -> (Self, Self) {
        let mut order: Vec<usize> = (0..self.functions.len()).collect();
        let mut stream = Stream::new(seed, 0, Purpose::Split);
        for last in (1..order.len()).rev() {
            order.swap(last, stream.below(last as u64 + 1) as usize);
        }
        let cut = (order.len() as f64 * fraction.clamp(0.0, 1.0)).round() as usize;
        let (train, race) = order.split_at_mut(cut);
        (self.part(train), self.part(race))
    }

    fn part(&self, indices: &mut [usize]) -> Self {
        indices.sort_unstable();
        let functions = indices.iter().map(|&index| self.functions[index].clone());
        Self { functions: functions.collect() }
    }

    /// The function of that name.
    pub(crate) fn function(&self, name: &str) -> Result<&FunctionTrace, SpecError> {
        let found = self.functions.iter().find(|function| function.name == name);
        found.ok_or_else(|| SpecError::UnknownFunction {
            name: name.into(),
            held: self.functions.len(),
            example: self.functions.first().map(|first| first.name.clone()).unwrap_or_default(),
        })
    }

    /// The function at that place by number of invocations, the busiest at 1.
    pub(crate) fn ranked(&self, rank: usize) -> Result<&FunctionTrace, SpecError> {
        let held = self.functions.len();
        let found = rank.checked_sub(1).and_then(|index| self.busiest(rank).get(index).copied());
        found.ok_or(SpecError::NoSuchRank { rank, held })
    }
}
