//! Service: how long a request keeps an idle replica busy.

mod spec;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use spec::{Branch, Interpolation, Percentile, ServiceSpec};

use crate::Stream;

/// A distribution of service times in seconds: validated, cheap to clone. Made by
/// [`ServiceSpec::service`].
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    pub(crate) law: Law,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Law {
    Deterministic {
        seconds: f64,
    },
    Exponential {
        mean: f64,
    },
    LogNormal {
        mu: f64,
        sigma: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    Hyperexponential(Arc<[Phase]>),
    Linear(Arc<[Knot]>),
    /// Heights are logarithms of seconds.
    Geometric(Arc<[Knot]>),
}

/// One branch of a hyperexponential.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Phase {
    /// Probability of this branch or an earlier one; the last has 1.
    pub(crate) cumulative: f64,
    /// Mean in seconds.
    pub(crate) mean: f64,
}

/// A point of the inverse distribution function and the line to the next point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Knot {
    /// Where this line ends, as a probability; the last has 1.
    pub(crate) until: f64,
    /// Where it begins.
    pub(crate) from: f64,
    /// Seconds at its beginning, or their logarithm.
    pub(crate) height: f64,
    /// Height gained by unit of probability.
    pub(crate) slope: f64,
}

impl Service {
    /// One service time in seconds, ≥ 0 and finite.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        match &self.law {
            Law::Exponential { mean } => stream.exponential() * mean,
            Law::Deterministic { seconds } => *seconds,
            Law::LogNormal { mu, sigma } => stream.log_normal(*mu, *sigma),
            Law::Gamma { shape, scale } => stream.gamma(*shape) * scale,
            Law::Hyperexponential(phases) => {
                let place = stream.uniform();
                let phase = phases.iter().find(|phase| place < phase.cumulative);
                stream.exponential() * phase.map_or(0.0, |phase| phase.mean)
            }
            Law::Linear(knots) => place(knots, stream.uniform()),
            Law::Geometric(knots) => libm::exp(place(knots, stream.uniform())),
        }
    }

    /// The mean in seconds.
    pub fn mean_seconds(&self) -> f64 {
        match &self.law {
            Law::Deterministic { seconds } => *seconds,
            Law::Exponential { mean } => *mean,
            Law::LogNormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Law::Gamma { shape, scale } => shape * scale,
            Law::Hyperexponential(phases) => {
                let mut before = 0.0;
                let weigh = |phase: &Phase| {
                    let probability = phase.cumulative - before;
                    before = phase.cumulative;
                    probability * phase.mean
                };
                phases.iter().map(weigh).sum()
            }
            Law::Linear(knots) => {
                let area = |knot: &Knot| {
                    let width = knot.until - knot.from;
                    (knot.height + 0.5 * knot.slope * width) * width
                };
                knots.iter().map(area).sum()
            }
            Law::Geometric(knots) => {
                let area = |knot: &Knot| {
                    let width = knot.until - knot.from;
                    let rise = knot.slope * width;
                    let stretch = if rise == 0.0 { 1.0 } else { libm::expm1(rise) / rise };
                    libm::exp(knot.height) * stretch * width
                };
                knots.iter().map(area).sum()
            }
        }
    }
}

/// The height at a probability below 1.
#[inline]
fn place(knots: &[Knot], probability: f64) -> f64 {
    let knot = knots.iter().find(|knot| probability < knot.until);
    knot.map_or(0.0, |knot| knot.height + knot.slope * (probability - knot.from))
}
