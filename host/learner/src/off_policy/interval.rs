//! Interval: how far an estimate may be off, by resampling.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{OffPolicyError, Ready};
use crate::Chance;

/// How sure an interval is to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Confidence {
    /// How often an interval of this kind holds the true value, in `(0, 1)`.
    pub level: f64,
    /// Times that episodes are drawn anew, ≥ 1.
    pub resamples: u32,
}

impl Default for Confidence {
    fn default() -> Self {
        Self { level: 0.95, resamples: 500 }
    }
}

/// From the one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A policy's value, in discounted reward.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Where the value may lie.
    pub interval: Interval,
    /// Episodes of the policy itself that would say as much as these did to their ends. Where there are
    /// few, the behaviour did not do what the policy would do, and the estimate leans on the model.
    pub effective_episodes: f64,
}

/// Two policies' values from the same experience.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Of the first.
    pub first: Estimate,
    /// Of the second.
    pub second: Estimate,
    /// The first's less the second's.
    pub difference: f64,
    /// Of the difference.
    pub interval: Interval,
    /// Episodes that were looked at.
    pub episodes: usize,
}

/// Numbers of all episodes, each with its percentile interval (Efron 1979) over blocks: episodes that
/// happened together are drawn together (Künsch 1989), because they are not independent.
pub(super) fn resample<const N: usize>(
    episodes: &[Ready],
    confidence: &Confidence,
    chance: &mut Chance,
    value: impl Fn(&[usize]) -> [f64; N],
) -> Result<[(f64, Interval); N], OffPolicyError> {
    let mut blocks: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (place, episode) in episodes.iter().enumerate() {
        blocks.entry(episode.block).or_default().push(place);
    }
    let blocks: Vec<Vec<usize>> = blocks.into_values().collect();
    if blocks.len() < 2 {
        return Err(OffPolicyError::Few { found: blocks.len() });
    }
    let all: Vec<usize> = (0..episodes.len()).collect();
    let estimates = value(&all);
    let mut drawn = all;
    let mut values: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..confidence.resamples.max(1) {
        drawn.clear();
        for _ in 0..blocks.len() {
            drawn.extend_from_slice(&blocks[chance.below(blocks.len() as u64) as usize]);
        }
        for (values, value) in values.iter_mut().zip(value(&drawn)) {
            values.push(value);
        }
    }
    let tail = (1.0 - confidence.level) / 2.0;
    Ok(std::array::from_fn(|number| {
        let values = &mut values[number];
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
        (estimates[number], Interval { low: at(tail), high: at(1.0 - tail) })
    }))
}
