//! Modulated: a Poisson process whose rate jumps between states (MMPP).

use std::sync::Arc;

use crate::Stream;

/// A state; times in nanoseconds, the rate per nanosecond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct State {
    /// Arrivals per nanosecond, ≥ 0.
    pub(crate) rate: f64,
    /// Mean of the exponential time spent here, > 0.
    pub(crate) sojourn: f64,
}

/// The next state is any of the others with equal probability, so each state holds its share of
/// the sum of the mean sojourns in the long run, and from the start on.
#[derive(Debug, Clone)]
pub(crate) struct Modulated {
    states: Arc<[State]>,
    current: usize,
    now: f64,
    /// When the current state ends.
    switch: f64,
}

impl Modulated {
    /// At least one state.
    pub(crate) fn new(states: impl Into<Arc<[State]>>) -> Self {
        Self { states: states.into(), current: 0, now: 0.0, switch: 0.0 }
    }

    pub(crate) fn mean_rate(&self) -> f64 {
        let expected: f64 = self.states.iter().map(|state| state.rate * state.sojourn).sum();
        expected / self.states.iter().map(|state| state.sojourn).sum::<f64>()
    }

    /// Draws the first state from the stationary distribution, so that the process needs no warm-up.
    pub(super) fn settle(&mut self, stream: &mut Stream) {
        let total: f64 = self.states.iter().map(|state| state.sojourn).sum();
        let mut left = stream.uniform() * total;
        self.current = self
            .states
            .iter()
            .position(|state| {
                left -= state.sojourn;
                left < 0.0
            })
            .unwrap_or(self.states.len() - 1);
        // What is left of an exponential sojourn is an exponential sojourn.
        self.switch = stream.exponential() * self.states[self.current].sojourn;
    }

    /// None once `end` is reached, because states without arrivals might follow one another forever.
    #[inline]
    pub(super) fn next(&mut self, stream: &mut Stream, end: f64) -> Option<f64> {
        let mut hazard = stream.exponential();
        while self.now < end {
            let rate = self.states[self.current].rate;
            let available = rate * (self.switch - self.now);
            if hazard < available {
                self.now += hazard / rate;
                return Some(self.now);
            }
            hazard -= available;
            self.now = self.switch;
            self.jump(stream);
        }
        None
    }

    fn jump(&mut self, stream: &mut Stream) {
        let others = self.states.len() - 1;
        if others > 0 {
            let step = 1 + stream.below(others as u64) as usize;
            self.current = (self.current + step) % self.states.len();
        }
        self.switch += stream.exponential() * self.states[self.current].sojourn;
    }
}
