//! A training file as it is written.

use std::path::PathBuf;

use agent::{Arrangement, Change, Feature};
use learner::{Algorithm, BootstrapSettings};
use serde::{Deserialize, Serialize};

use crate::experiment::Seeds;

/// A training file as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTraining {
    /// Lower case letters, digits and hyphens: what the agent is called.
    pub(super) name: String,
    /// For people.
    #[serde(default)]
    pub(super) about: String,
    /// The race file whose world is trained in, from this file's folder.
    pub(super) experiment: PathBuf,
    /// How long an episode is, if not as long as the race's.
    #[serde(default)]
    pub(super) episode_seconds: Option<f64>,
    /// The reward of the race that is learned from; the main one unless named.
    #[serde(default)]
    pub(super) reward: Option<String>,
    /// What the agent looks at and what it can do.
    #[serde(default)]
    pub(super) agent: RawAgent,
    /// The algorithm and its settings.
    pub(super) algorithm: Algorithm,
    /// Rows to decide and learn from, of all worlds together.
    pub(super) steps: u64,
    /// Rows to decide after that in the same worlds, without exploring and learning.
    #[serde(default)]
    pub(super) greedy_steps: u64,
    /// Tell every step in the curves: rewards, tail latencies, replicas.
    #[serde(default)]
    pub(super) watch: bool,
    /// Worlds in lock-step.
    #[serde(default = "one")]
    pub(super) worlds: usize,
    /// Threads that step them.
    #[serde(default = "one")]
    pub(super) threads: usize,
    /// One training each.
    #[serde(default)]
    pub(super) seeds: Seeds,
    #[serde(default)]
    pub(super) evaluate: RawEvaluation,
    #[serde(default)]
    pub(super) checkpoint: RawCheckpoint,
    #[serde(default)]
    pub(super) early_stop: Option<RawEarlyStop>,
    /// Let a rule drive until the agent is surely better (DQN, one world).
    #[serde(default)]
    pub(super) bootstrap: Option<RawBootstrap>,
}

fn one() -> usize {
    1
}

/// What an agent looks at and what it can do; what is left out is chosen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawAgent {
    pub(super) arrangement: Arrangement,
    pub(super) features: Option<Vec<Feature>>,
    pub(super) changes: Option<Vec<Change>>,
    /// Time between two decisions; 0 for every tick.
    pub(super) period_seconds: f64,
    pub(super) cpu_millicores: Option<(u32, u32)>,
    pub(super) memory_bytes: Option<(u64, u64)>,
}

/// How the deterministic policy is looked at on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawEvaluation {
    pub(super) every_steps: u64,
    /// Episodes of each evaluation; 0 for none.
    pub(super) episodes: u32,
}

impl Default for RawEvaluation {
    fn default() -> Self {
        Self { every_steps: 10_000, episodes: 8 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawCheckpoint {
    pub(super) every_steps: u64,
    /// How many are kept.
    pub(super) keep: usize,
}

impl Default for RawCheckpoint {
    fn default() -> Self {
        Self { every_steps: 10_000, keep: 3 }
    }
}

/// Who drives at first, and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBootstrap {
    /// One of the race's policies, by its name there.
    pub(super) rule: String,
    #[serde(default)]
    pub(super) settings: BootstrapSettings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEarlyStop {
    /// Stop when so many evaluations have passed without a better one.
    #[serde(default)]
    pub(super) patience: Option<u32>,
    /// Stop once an evaluation's mean reward has come to this.
    #[serde(default)]
    pub(super) enough: Option<f64>,
}
