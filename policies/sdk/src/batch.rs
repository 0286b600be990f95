//! The batch: one tick's observations.

use std::ops::Deref;

use crate::Detail;
use crate::bindings::Batch as Lifted;

/// One tick's observations, with access by column and row. Derefs to its plain fields.
#[derive(Debug, Clone)]
pub struct Batch(RawBatch);

/// The plain fields of a [`Batch`]; tests make batches of them.
#[derive(Debug, Clone, Default)]
pub struct RawBatch {
    /// The tick's time in nanoseconds.
    pub now_nanoseconds: i64,
    /// Ticks since the start of the episode or of the live loop.
    pub tick: u64,
    /// The workloads, one a row.
    pub workloads: Vec<u64>,
    /// `[columns, rows]`; NaN means missing.
    pub values: Vec<f64>,
    /// The policy may explore.
    pub explore: bool,
    /// Explanations are welcome.
    pub explain: bool,
    /// The declared details.
    pub details: Vec<Detail>,
}

impl Batch {
    /// Number of workloads.
    pub fn rows(&self) -> usize {
        self.0.workloads.len()
    }

    /// The whole declared column number `column`; NaN means missing.
    pub fn column(&self, column: usize) -> &[f64] {
        let rows = self.rows();
        &self.0.values[column * rows..(column + 1) * rows]
    }

    /// The value of the declared column number `column` at `row`, unless it is missing.
    pub fn value(&self, column: usize, row: usize) -> Option<f64> {
        let value = self.0.values[column * self.rows() + row];
        (!value.is_nan()).then_some(value)
    }
}

impl Deref for Batch {
    type Target = RawBatch;

    fn deref(&self) -> &RawBatch {
        &self.0
    }
}

impl From<RawBatch> for Batch {
    fn from(batch: RawBatch) -> Self {
        Self(batch)
    }
}

impl From<Lifted> for Batch {
    fn from(batch: Lifted) -> Self {
        Self(RawBatch {
            now_nanoseconds: batch.now_nanoseconds,
            tick: batch.tick,
            workloads: batch.workloads,
            values: batch.values,
            explore: batch.explore,
            explain: batch.explain,
            details: batch.details.unwrap_or_default(),
        })
    }
}
