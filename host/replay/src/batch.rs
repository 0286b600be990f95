//! Batch: sampled rows in flat buffers that are used again, for a learner to wrap as tensors.

use scaling::Ending;

/// Which row a sample was, so that its priority can be updated: a slot, and the number of the row in
/// it, which tells whether the row is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowId {
    pub(crate) slot: u32,
    /// The number that the row was given when it was appended.
    pub sequence: u64,
}

/// Sampled rows. Every buffer keeps its memory from one sample to the next.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// `[rows, inputs]`
    pub before: Vec<f32>,
    /// `[rows, heads]`, the options applied.
    pub choices: Vec<i64>,
    /// `[rows]`, the probability of the choices under who acted; NaN if it is not known.
    pub probability: Vec<f32>,
    /// `[rows]`, the discounted sum of one score over the steps of the row.
    pub reward: Vec<f32>,
    /// `[rows]`, the factor of the value of `after`: γ^k after k steps, and 0 where the episode
    /// terminated. Truncation keeps it, so that the value is bootstrapped.
    pub discount: Vec<f32>,
    /// `[rows, inputs]`, after the last of the row's steps.
    pub after: Vec<f32>,
    /// `[rows, options]` of all heads, for `after`.
    pub allowed_after: Vec<bool>,
    /// `[rows]`, how the episode went on after the last step.
    pub endings: Vec<Ending>,
    /// `[rows]`, importance weights in 0..=1; all 1 in a uniform sample.
    pub weights: Vec<f32>,
    /// `[rows]`, for `Replay::update_priorities`.
    pub ids: Vec<RowId>,
    /// The slots drawn, before they are gathered.
    pub(crate) slots: Vec<u32>,
    /// Partitions and the rows up to and with each, where one tenant is drawn from.
    pub(crate) sums: Vec<(u64, u32)>,
    /// The rows that follow them, as far as they have been looked at.
    pub(crate) ahead: Vec<u32>,
    /// Where in the sum of priorities each row was drawn.
    pub(crate) places: Vec<f64>,
    /// What touching the rows gave, kept so that no compiler leaves it out.
    pub(crate) touched: u64,
}

impl Batch {
    /// One without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Gives the buffers of a sample their size.
    pub(crate) fn size(&mut self, rows: usize, inputs: usize, heads: usize, options: usize) {
        self.before.resize(rows * inputs, 0.0);
        self.choices.resize(rows * heads, 0);
        self.probability.resize(rows, 0.0);
        self.reward.resize(rows, 0.0);
        self.discount.resize(rows, 0.0);
        self.after.resize(rows * inputs, 0.0);
        self.allowed_after.resize(rows * options, false);
        self.endings.resize(rows, Ending::Running);
        self.ids.resize(rows, RowId { slot: 0, sequence: 0 });
    }
}
