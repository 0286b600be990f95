//! The batch: one tick's observations.

use std::ops::Deref;

use crate::bindings::Batch as RawBatch;

/// One tick's observations, with access by column and row. Derefs to the raw record.
#[derive(Debug, Clone)]
pub struct Batch(RawBatch);

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
