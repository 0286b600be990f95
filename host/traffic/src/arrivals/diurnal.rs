//! Diurnal: a Poisson process whose rate is a sine over a constant.

use std::f64::consts::TAU;

use crate::Stream;

/// Rate `mean × (1 + amplitude × sin(2π (t + phase) / period))`, by thinning a Poisson process at
/// the peak's rate (Lewis and Shedler 1979).
#[derive(Debug, Clone)]
pub(crate) struct Diurnal {
    /// Mean gap at the peak, in nanoseconds.
    gap: f64,
    /// In `[0, 1]`.
    amplitude: f64,
    /// The lowest rate divided by the highest: below it a candidate needs no sine to be accepted.
    floor: f64,
    /// In nanoseconds.
    period: f64,
    /// In nanoseconds.
    phase: f64,
    now: f64,
}

impl Diurnal {
    /// The mean rate is per nanosecond, period and phase are in nanoseconds.
    pub(crate) fn new(mean_rate: f64, amplitude: f64, period: f64, phase: f64) -> Self {
        let peak = 1.0 + amplitude;
        let gap = 1.0 / (mean_rate * peak);
        Self { gap, amplitude, floor: (1.0 - amplitude) / peak, period, phase, now: 0.0 }
    }

    pub(crate) fn mean_rate(&self) -> f64 {
        1.0 / (self.gap * (1.0 + self.amplitude))
    }

    #[inline]
    pub(super) fn next(&mut self, stream: &mut Stream) -> Option<f64> {
        loop {
            self.now += stream.exponential() * self.gap;
            let height = stream.uniform();
            if height < self.floor || height < self.relative_rate() {
                return Some(self.now);
            }
        }
    }

    /// The rate now, divided by the peak's.
    fn relative_rate(&self) -> f64 {
        let turns = (self.now + self.phase) / self.period;
        let wave = libm::sin(TAU * (turns - turns.floor()));
        (1.0 + self.amplitude * wave) / (1.0 + self.amplitude)
    }
}
