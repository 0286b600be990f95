//! Setting: one number of a spec, and whether it makes sense.

use thiserror::Error;

/// What is wrong with a spec. `field` is a path such as `states[1].rate_per_second`.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpecError {
    /// NaN, an infinity, or outside of its bounds.
    #[error("{field} is {value}, but must be {expected}")]
    OutOfBounds {
        /// Path of the setting.
        field: String,
        /// Its value.
        value: f64,
        /// What would be right.
        expected: &'static str,
    },
    /// Two settings contradict each other.
    #[error("{field} is {value}, but must be {relation} {other}, which is {limit}")]
    Contradiction {
        /// Path of the setting.
        field: String,
        /// Its value.
        value: f64,
        /// `at least` or `at most`.
        relation: &'static str,
        /// Path of the other setting.
        other: String,
        /// The other's value.
        limit: f64,
    },
    /// A list without entries, or whose entries are all zero.
    #[error("{field} {problem}")]
    Unusable {
        /// Path of the setting.
        field: &'static str,
        /// What is wrong and what would be right.
        problem: &'static str,
    },
    /// The spec names a trace that was not given.
    #[error("{kind} arrivals need the {kind} trace: give its folder, or choose another kind")]
    NoTrace {
        /// The kind of arrivals.
        kind: &'static str,
    },
    /// The spec names a function that the trace does not hold.
    #[error("the trace holds no function `{name}`; it holds {held}, such as `{example}`")]
    UnknownFunction {
        /// The name asked for.
        name: String,
        /// How many functions the trace holds.
        held: usize,
        /// One of them.
        example: String,
    },
    /// The spec asks for a function further down than the trace goes.
    #[error("rank is {rank}, but the trace holds {held} functions, the busiest at rank 1")]
    NoSuchRank {
        /// The rank asked for.
        rank: usize,
        /// How many functions the trace holds.
        held: usize,
    },
}

/// A finite number above zero.
pub(crate) fn positive(field: impl Into<String>, value: f64) -> Result<f64, SpecError> {
    within(field, value, value > 0.0, "a finite number above 0")
}

/// A finite number not below zero.
pub(crate) fn not_negative(field: impl Into<String>, value: f64) -> Result<f64, SpecError> {
    within(field, value, value >= 0.0, "a finite number of at least 0")
}

/// A finite number that meets a condition.
pub(crate) fn within(
    field: impl Into<String>,
    value: f64,
    meets: bool,
    expected: &'static str,
) -> Result<f64, SpecError> {
    if meets && value.is_finite() {
        Ok(value)
    } else {
        Err(SpecError::OutOfBounds { field: field.into(), value, expected })
    }
}
