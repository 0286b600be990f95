//! Stage: one world as an environment: it begins, and is stepped to its end.

use worlds::WorldError;

/// A world that an environment steps. Its rows are the same all episode long.
pub(crate) trait Stage: Send {
    /// Begins an episode.
    fn begin(&mut self, seed: u64) -> Result<(), WorldError>;

    /// Carries out choices, `[rows, heads]`; false when the episode is over.
    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError>;

    /// What is seen now, `[rows, inputs]`.
    fn inputs(&self) -> &[f32];

    /// What may be chosen now, `[rows, options]`.
    fn allowed(&self) -> &[bool];

    /// What came of the last step.
    fn outcome(&self) -> &Outcome;

    /// What the episode has cost and given so far, by name.
    fn totals(&mut self) -> Vec<(String, f64)>;
}

/// What came of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Outcome {
    /// What is learned from.
    pub(crate) reward: f64,
    /// The facts of [`FACTS`].
    pub(crate) facts: [f64; FACTS.len()],
    /// One for each component of the layout's rewards.
    pub(crate) rewards: Vec<f64>,
    /// `[rows, heads]`: what was applied, which guard rails may have made another than was chosen; −1
    /// where it is none of the options, or nothing could be applied.
    pub(crate) applied: Vec<i16>,
}

/// What every outcome tells of its step, in this order: mean of `slo_preservation_ratio` over the
/// workloads at its end (NaN without objectives); share of the arrivals with an objective that missed
/// it; replica-seconds that existed and CPU core-seconds that were set aside; workloads for which
/// something outside of their bounds was asked.
pub(crate) const FACTS: [&str; 5] =
    ["slo_preservation", "slo_violation", "replica_seconds", "cpu_core_seconds", "illegal"];
