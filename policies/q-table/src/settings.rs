//! Settings of the policy.

use sdk::schemars::JsonSchema;
use sdk::serde::{Deserialize, Serialize};

mod complaints;

/// Settings of `q-table`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Settings {
    /// Where `columns`, `actions` and `bounds` come from when they are not given.
    pub preset: Preset,
    /// The columns that make the state, each with its bins.
    pub columns: Option<Vec<Binned>>,
    /// The actions, 1 to 64 different ones. Of equally good actions the first wins, so the safest
    /// comes first.
    #[schemars(length(min = 1, max = 64))]
    pub actions: Option<Vec<Change>>,
    /// Bounds beside those of the workload.
    pub bounds: Option<Bounds>,
    /// Whether all workloads share a table or each has its own.
    pub tables: Tables,
    /// α, above 0 and at most 1.
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0))]
    pub learning_rate: f64,
    /// γ, at least 0 and below 1.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub discount: f64,
    /// ε, the share of decisions that explore where the host allows it.
    pub exploration: Exploration,
    /// The value of pairs that were never learned from, within ±1e100; one above what can be earned
    /// (largest reward / (1 − discount)) is optimistic and makes the policy try everything.
    #[schemars(range(min = -1e100, max = 1e100))]
    pub initial_value: f64,
    /// Never choose, and never count on, an action that leads out of bounds.
    pub mask_illegal: bool,
    /// The policy's own period in milliseconds; 0 means every tick.
    pub period_milliseconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            preset: Preset::Agarwal,
            columns: None,
            actions: None,
            bounds: None,
            tables: Tables::Shared,
            learning_rate: 0.1,
            discount: 0.9,
            exploration: Exploration::default(),
            initial_value: 0.0,
            mask_illegal: true,
            period_milliseconds: 15_000,
        }
    }
}

/// A published set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "kebab-case")]
#[schemars(crate = "sdk::schemars")]
pub enum Preset {
    /// Ready replicas and CPU utilisation; keep, add or remove one replica, never to zero.
    Agarwal,
    /// Concurrency limit, replicas, CPU and memory utilisation; keep, add or remove one replica.
    Schuler,
}

/// A column and its bins.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Binned {
    /// The column's name.
    pub column: String,
    /// The edges between bins, in the column's unit, finite and strictly increasing. A value on an
    /// edge belongs to the bin above it. A missing value has a bin of its own.
    pub edges: Vec<f64>,
}

/// An action: by how much to change what the workload has. Nothing at all means keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(crate = "sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Change {
    /// Replicas to add.
    pub replicas: i64,
    /// Millicores to add to the CPU limit of each replica.
    pub cpu_millicores: i64,
    /// Bytes to add to the memory limit of each replica.
    pub memory_bytes: i64,
}

/// Bounds on what the policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Bounds {
    /// Replicas, beside `replicas_min` and `replicas_max` of the workload.
    pub replicas: Range,
    /// CPU limit of a replica in millicores.
    pub cpu_millicores: Range,
    /// Memory limit of a replica in bytes.
    pub memory_bytes: Range,
}

/// From `min` to `max`, both included; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Range {
    /// The smallest allowed.
    pub min: Option<f64>,
    /// The largest allowed.
    pub max: Option<f64>,
}

impl Range {
    /// Whether the number is within.
    pub fn contains(self, number: f64) -> bool {
        self.min.is_none_or(|min| min <= number) && self.max.is_none_or(|max| number <= max)
    }
}

/// Who learns together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "kebab-case")]
#[schemars(crate = "sdk::schemars")]
pub enum Tables {
    /// One table that every workload reads and teaches.
    Shared,
    /// A table for each workload.
    PerWorkload,
}

/// ε: how often to explore, falling with the number of experiences that the table has learned from.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Exploration {
    /// ε before the first update, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub start: f64,
    /// ε in the end, 0 to `start`.
    #[schemars(range(min = 0, max = 1))]
    pub end: f64,
    /// The shape of the fall.
    pub decay: Decay,
    /// Exponential: updates until the distance to `end` has fallen to 1/e. Linear: updates until
    /// `end` is reached. At least 1.
    #[schemars(range(min = 1))]
    pub updates: u64,
}

impl Default for Exploration {
    fn default() -> Self {
        Self { start: 0.9, end: 0.05, decay: Decay::Exponential, updates: 1_000 }
    }
}

impl Exploration {
    /// ε after so many updates.
    pub fn rate(&self, updates: u64) -> f64 {
        let progress = updates as f64 / self.updates as f64;
        let left = match self.decay {
            Decay::Exponential => (-progress).exp(),
            Decay::Linear => (1.0 - progress).max(0.0),
        };
        self.end + (self.start - self.end) * left
    }
}

/// The shape of a fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "kebab-case")]
#[schemars(crate = "sdk::schemars")]
pub enum Decay {
    /// By the same factor with every update.
    Exponential,
    /// By the same amount with every update.
    Linear,
}

impl Settings {
    /// The columns of the state.
    pub fn columns(&self) -> Vec<Binned> {
        self.columns.clone().unwrap_or_else(|| self.preset.columns())
    }

    /// The actions.
    pub fn actions(&self) -> Vec<Change> {
        self.actions.clone().unwrap_or_else(|| self.preset.actions())
    }

    /// The bounds beside the workload's.
    pub fn bounds(&self) -> Bounds {
        self.bounds.unwrap_or_else(|| self.preset.bounds())
    }
}
