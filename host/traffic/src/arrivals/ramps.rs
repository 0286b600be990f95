//! Ramps: a Poisson process whose rate is linear in pieces.

use std::sync::Arc;

use crate::Stream;

/// A stretch of time over which the rate is linear; times in nanoseconds, rates per nanosecond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ramp {
    /// Where it begins.
    pub(crate) start: f64,
    /// Where it ends.
    pub(crate) end: f64,
    /// The rate at its start, ≥ 0.
    pub(crate) rate: f64,
    /// Change of the rate per nanosecond; the rate at the end is ≥ 0 too.
    pub(crate) slope: f64,
}

/// Arrivals by inversion: between two of them the integral of the rate is exponential with mean 1,
/// and where the rate is linear the integral is a parabola that a square root inverts. So no
/// candidate is ever thrown away, however sharp the peak.
#[derive(Debug, Clone)]
pub(crate) struct Ramps {
    ramps: Arc<[Ramp]>,
    index: usize,
    now: f64,
}

impl Ramps {
    /// Adjoining ramps in the order of time, the first from 0; at least one.
    pub(crate) fn new(ramps: impl Into<Arc<[Ramp]>>) -> Self {
        Self { ramps: ramps.into(), index: 0, now: 0.0 }
    }

    pub(crate) fn mean_rate(&self) -> f64 {
        let expected: f64 = self.ramps.iter().map(|ramp| ramp.integral_from(ramp.start)).sum();
        expected / self.length()
    }

    pub(crate) fn length(&self) -> f64 {
        self.ramps.last().map_or(0.0, |last| last.end)
    }

    #[inline]
    pub(super) fn next(&mut self, stream: &mut Stream) -> Option<f64> {
        let mut hazard = stream.exponential();
        while let Some(ramp) = self.ramps.get(self.index) {
            let available = ramp.integral_from(self.now);
            if hazard < available {
                self.now = (self.now + ramp.invert(self.now, hazard)).min(ramp.end);
                return Some(self.now);
            }
            hazard -= available;
            self.now = ramp.end;
            self.index += 1;
        }
        None
    }
}

impl Ramp {
    #[inline]
    fn rate_at(&self, now: f64) -> f64 {
        self.rate + self.slope * (now - self.start)
    }

    /// The expected number of arrivals from `now` to the end.
    #[inline]
    fn integral_from(&self, now: f64) -> f64 {
        let left = self.end - now;
        (self.rate_at(now) + 0.5 * self.slope * left) * left
    }

    /// How long after `now` the integral of the rate reaches `hazard`.
    #[inline]
    fn invert(&self, now: f64, hazard: f64) -> f64 {
        let rate = self.rate_at(now);
        if self.slope == 0.0 {
            return hazard / rate;
        }
        // This form of the quadratic's root loses no digits when the slope is slight. The square
        // can fall below zero by rounding only.
        let square = rate * rate + 2.0 * self.slope * hazard;
        2.0 * hazard / (rate + square.max(0.0).sqrt())
    }
}
