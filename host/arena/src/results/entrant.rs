//! Entrant: who raced, and what it went through before.

use serde::{Deserialize, Serialize};

use super::unbounded;

/// Who raced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrantRecord {
    /// Its name in this race.
    pub name: String,
    /// Its period in seconds; absent if no cell got as far as making it.
    pub period_seconds: Option<f64>,
    /// Whether and when it learns.
    pub learned: Learned,
    /// The label of the settings that raced; absent if there was only one candidate.
    pub chosen: Option<String>,
    /// The metric that candidates were chosen by; absent likewise.
    pub objective: Option<String>,
    /// Every candidate that was tried on the training split, in the order given.
    pub trials: Vec<Trial>,
    /// How training went, if there was any.
    pub curve: Option<Curve>,
}

/// Whether and when an entrant learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learned {
    /// Never.
    Never,
    /// Beforehand, on the training split; it raced frozen.
    Beforehand,
    /// During the race.
    Online,
}

/// One candidate of a tuned entrant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// The label of its settings.
    pub candidate: String,
    /// Mean of the objective over the training split's seeds and courses; absent if it has no value
    /// there.
    #[serde(with = "unbounded::option")]
    pub objective: Option<f64>,
    /// Why it could not be tried, if so.
    pub failure: Option<String>,
}

/// A learning curve.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The reward that it learned from.
    pub reward: String,
    /// One an episode, in order.
    pub points: Vec<CurvePoint>,
}

/// One training episode. Its wall time is in the machine's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// From 0.
    pub episode: u32,
    /// Where.
    pub course: String,
    /// The seed of its world.
    pub seed: u64,
    /// Experiences learned from so far, this episode included.
    pub steps: u64,
    /// Mean reward of a workload's tick in this episode, exploring; absent if nothing was scored.
    pub reward_mean: Option<f64>,
}
