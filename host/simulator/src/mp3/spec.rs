//! Spec: what an episode is like, as a file says it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cell::{CONTAINERS_MAX, RATE_MAX};

/// What an episode is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mp3Spec {
    /// Steps of an episode, ≥ 1.
    pub steps: u32,
    /// Length of a step in seconds, ≥ 1. The environment has no time of its own; the default is the
    /// period of Kubernetes' autoscaler, which then decides at every step.
    pub tick_seconds: u32,
    /// Requests per second, 1 to 8; none draws one anew for each seed.
    pub rate_per_second: Option<u32>,
    /// Containers at the start, 1 to 10.
    pub replicas_initial: u32,
    /// Takes over an error of the published table: two containers at 3 requests a second and four
    /// at 6 are saturated and yet meet the objective.
    pub quirk_cells: bool,
}

impl Default for Mp3Spec {
    fn default() -> Self {
        Self {
            steps: 200,
            tick_seconds: 15,
            rate_per_second: None,
            replicas_initial: 1,
            quirk_cells: false,
        }
    }
}

impl Mp3Spec {
    pub(super) fn check(&self) -> Result<(), Mp3Error> {
        for (field, value, maximum) in [
            ("steps", self.steps, u32::MAX),
            ("tick_seconds", self.tick_seconds, u32::MAX),
            ("replicas_initial", self.replicas_initial, CONTAINERS_MAX),
            ("rate_per_second", self.rate_per_second.unwrap_or(1), RATE_MAX),
        ] {
            if !(1..=maximum).contains(&value) {
                return Err(Mp3Error { field, value, minimum: 1, maximum });
            }
        }
        Ok(())
    }
}

/// A number of the specification that the environment does not know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} is {value}; it must lie in {minimum}..={maximum}")]
pub struct Mp3Error {
    /// The field of [`Mp3Spec`].
    pub field: &'static str,
    /// What it was set to.
    pub value: u32,
    /// The smallest value that it may have.
    pub minimum: u32,
    /// The largest.
    pub maximum: u32,
}
