//! Estimate: what the cells of several seeds say together.

use serde::{Deserialize, Serialize};

use super::unbounded;
use crate::metric::Better;

/// A metric of the race.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricRecord {
    /// Its name, with the unit: `replica_seconds`, `reward_mean:balanced`, …
    pub name: String,
    /// What a table calls it.
    pub title: String,
    /// Its unit, as a table shows it; empty for a bare number.
    pub unit: String,
    /// Which way is better.
    pub better: Better,
    /// It belongs into the short table.
    pub headline: bool,
}

/// An interval at the plan's level of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Lower end.
    #[serde(with = "unbounded")]
    pub low: f64,
    /// Upper end.
    #[serde(with = "unbounded")]
    pub high: f64,
}

/// What several values say together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// How many values, ≥ 1.
    pub values: u32,
    /// Interquartile mean.
    #[serde(with = "unbounded")]
    pub iqm: f64,
    /// Stratified bootstrap interval of the interquartile mean; absent for fewer than two values a
    /// course.
    pub interval: Option<Interval>,
    /// Mean.
    #[serde(with = "unbounded")]
    pub mean: f64,
    /// Median.
    #[serde(with = "unbounded")]
    pub median: f64,
}

/// One metric of one entrant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Who.
    pub entrant: String,
    /// What.
    pub metric: String,
    /// Where; absent for all courses together.
    pub course: Option<String>,
    /// Which workload; absent for all together.
    pub workload: Option<String>,
    /// How much.
    pub estimate: Estimate,
}

/// One metric of one entrant against the reference, pair by pair in the same world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Who.
    pub entrant: String,
    /// Against whom.
    pub reference: String,
    /// What.
    pub metric: String,
    /// Of the paired differences, entrant minus reference.
    pub estimate: Estimate,
    /// The differences themselves.
    pub differences: Vec<Difference>,
    /// Pairs in which the entrant was better.
    pub wins: u32,
    /// Pairs in which it was worse.
    pub losses: u32,
    /// How likely the entrant is better than the reference when each races a world of its own
    /// (Agarwal et al. 2021, section 4.3), a tie counting half; in 0..=1, mean over courses.
    pub improvement_probability: f64,
    /// Its interval, with pairs resampled together; absent for fewer than two pairs a course.
    pub improvement_interval: Option<Interval>,
}

/// One pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Where.
    pub course: String,
    /// With which seed.
    pub seed: u64,
    /// Entrant minus reference.
    #[serde(with = "unbounded")]
    pub difference: f64,
}
