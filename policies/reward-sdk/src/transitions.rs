//! The transitions of one group in one tick.

use std::ops::Deref;

use crate::bindings::Transitions as RawTransitions;

/// One group's transitions, with access by column and row. Derefs to the raw record.
#[derive(Debug, Clone)]
pub struct Transitions(RawTransitions);

impl Transitions {
    /// Number of workloads.
    pub fn rows(&self) -> usize {
        self.0.workloads.len()
    }

    /// The declared column number `column` of `row` when the action was taken, unless missing.
    pub fn before(&self, column: usize, row: usize) -> Option<f64> {
        known(self.0.before[column * self.rows() + row])
    }

    /// The declared column number `column` of `row` one tick later, unless missing.
    pub fn after(&self, column: usize, row: usize) -> Option<f64> {
        known(self.0.after[column * self.rows() + row])
    }
}

fn known(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

impl Deref for Transitions {
    type Target = RawTransitions;

    fn deref(&self) -> &RawTransitions {
        &self.0
    }
}

impl From<RawTransitions> for Transitions {
    fn from(transitions: RawTransitions) -> Self {
        Self(transitions)
    }
}
