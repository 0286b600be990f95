//! The settings of a service-time distribution.

use serde::{Deserialize, Serialize};

use super::{Knot, Law, Phase, Service};
use crate::setting::{SpecError, positive, within};

/// A distribution of service times as a file gives it: `kind` in kebab case, settings in snake case
/// with the unit in the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ServiceSpec {
    /// Every request takes the same time.
    Deterministic {
        /// Seconds, > 0.
        seconds: f64,
    },
    /// Memoryless.
    Exponential {
        /// Mean in seconds, > 0.
        mean_seconds: f64,
    },
    /// Log-normal.
    LogNormal {
        /// Mean in seconds, > 0.
        mean_seconds: f64,
        /// Standard deviation divided by the mean, > 0.
        coefficient_of_variation: f64,
    },
    /// Gamma; an Erlang distribution of k phases has the coefficient of variation 1/√k.
    Gamma {
        /// Mean in seconds, > 0.
        mean_seconds: f64,
        /// Standard deviation divided by the mean, > 0.
        coefficient_of_variation: f64,
    },
    /// One of several exponentials.
    Hyperexponential {
        /// The exponentials; their probabilities add up to 1.
        branches: Vec<Branch>,
    },
    /// What lies between percentiles of the inverse distribution function.
    Percentiles {
        /// At least two, from percentile 0 to percentile 100, rising.
        percentiles: Vec<Percentile>,
        /// How seconds run from one to the next.
        #[serde(default)]
        interpolation: Interpolation,
    },
}

/// One exponential of a hyperexponential.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// In `(0, 1]`.
    pub probability: f64,
    /// Mean in seconds, > 0.
    pub mean_seconds: f64,
}

/// One point of a distribution function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Percentile {
    /// In `[0, 100]`.
    pub percentile: f64,
    /// Seconds that so many percent of the requests do not exceed, ≥ 0.
    pub seconds: f64,
}

/// How seconds run between two percentiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpolation {
    /// In a straight line.
    #[default]
    Linear,
    /// By a constant factor for equal steps, which suits long tails; all seconds must be above 0.
    Geometric,
}

impl ServiceSpec {
    /// Validates the settings.
    ///
    /// # Errors
    /// [`SpecError`] names the first setting that makes no sense, and what would.
    pub fn service(&self) -> Result<Service, SpecError> {
        let law = match self {
            Self::Deterministic { seconds } => {
                Law::Deterministic { seconds: positive("seconds", *seconds)? }
            }
            Self::Exponential { mean_seconds } => {
                Law::Exponential { mean: positive("mean_seconds", *mean_seconds)? }
            }
            Self::LogNormal { mean_seconds, coefficient_of_variation } => {
                let (mean, cv) = moments(*mean_seconds, *coefficient_of_variation)?;
                let variance = libm::log1p(cv * cv);
                Law::LogNormal { mu: libm::log(mean) - 0.5 * variance, sigma: variance.sqrt() }
            }
            Self::Gamma { mean_seconds, coefficient_of_variation } => {
                let (mean, cv) = moments(*mean_seconds, *coefficient_of_variation)?;
                Law::Gamma { shape: 1.0 / (cv * cv), scale: mean * cv * cv }
            }
            Self::Hyperexponential { branches } => Law::Hyperexponential(phases(branches)?.into()),
            Self::Percentiles { percentiles, interpolation: Interpolation::Linear } => {
                Law::Linear(knots(percentiles, |seconds| seconds)?.into())
            }
            Self::Percentiles { percentiles, interpolation: Interpolation::Geometric } => {
                if let Some(first) = percentiles.first() {
                    positive("percentiles[0].seconds", first.seconds)?;
                }
                Law::Geometric(knots(percentiles, libm::log)?.into())
            }
        };
        Ok(Service { law })
    }
}

fn moments(mean: f64, cv: f64) -> Result<(f64, f64), SpecError> {
    // Beyond these the shape's reciprocal or its power leaves the range of a float.
    let meets = (0.001..=100.0).contains(&cv);
    let cv = within("coefficient_of_variation", cv, meets, "within 0.001 and 100")?;
    Ok((positive("mean_seconds", mean)?, cv))
}

fn phases(branches: &[Branch]) -> Result<Vec<Phase>, SpecError> {
    let mut phases = Vec::with_capacity(branches.len());
    let mut sum = 0.0;
    for (index, branch) in branches.iter().enumerate() {
        let Branch { probability, mean_seconds } = *branch;
        let field = format!("branches[{index}].probability");
        let meets = probability > 0.0 && probability <= 1.0;
        sum += within(field, probability, meets, "above 0 and at most 1")?;
        let mean = positive(format!("branches[{index}].mean_seconds"), mean_seconds)?;
        phases.push(Phase { cumulative: sum, mean });
    }
    let expected = "1: the probabilities of all branches add up to it";
    within("the sum of branches[].probability", sum, (sum - 1.0).abs() < 1e-9, expected)?;
    if let Some(last) = phases.last_mut() {
        last.cumulative = 1.0;
    }
    Ok(phases)
}

fn knots(percentiles: &[Percentile], height: fn(f64) -> f64) -> Result<Vec<Knot>, SpecError> {
    let (Some(first), Some(last)) = (percentiles.first(), percentiles.last()) else {
        return Err(SpecError::Unusable {
            field: "percentiles",
            problem: "is empty: give at least those of 0 and 100",
        });
    };
    let field = "percentiles[0].percentile";
    within(field, first.percentile, first.percentile == 0.0, "0: the list begins there")?;
    let field = format!("percentiles[{}].percentile", percentiles.len() - 1);
    within(field, last.percentile, last.percentile == 100.0, "100: the list ends there")?;
    let field = "percentiles[0].seconds";
    within(field, first.seconds, first.seconds >= 0.0, "a finite number of at least 0")?;
    let field = format!("percentiles[{}].seconds", percentiles.len() - 1);
    positive(field, last.seconds)?;
    let mut knots = Vec::with_capacity(percentiles.len() - 1);
    for (index, pair) in percentiles.windows(2).enumerate() {
        let (low, high) = (pair[0], pair[1]);
        let field = format!("percentiles[{}]", index + 1);
        let rises = high.percentile > low.percentile;
        let expected = "above the percentile before it";
        within(format!("{field}.percentile"), high.percentile, rises, expected)?;
        let rises = high.seconds >= low.seconds;
        let expected = "at least the seconds before it";
        within(format!("{field}.seconds"), high.seconds, rises, expected)?;
        let (from, until) = (low.percentile / 100.0, high.percentile / 100.0);
        let bottom = height(low.seconds);
        let slope = (height(high.seconds) - bottom) / (until - from);
        knots.push(Knot { until, from, height: bottom, slope });
    }
    Ok(knots)
}
