//! What is wrong with a spec.

use thiserror::Error;
use traffic::SpecError;

use super::setting::field;

/// A spec that cannot be simulated. `field` is a path such as `workloads[2].cpu.limit_millicores`.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlanError {
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
    /// Something that is no number makes no sense.
    #[error("{field} {problem}")]
    Unusable {
        /// Path of the setting.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Arrivals, or a distribution.
    #[error("{field}: {error}")]
    Traffic {
        /// Path of the spec.
        field: String,
        /// What is wrong in it.
        error: SpecError,
    },
}

impl PlanError {
    /// The same, further down in the file.
    pub(super) fn within(mut self, place: &str) -> Self {
        let (Self::OutOfBounds { field: path, .. }
        | Self::Unusable { field: path, .. }
        | Self::Traffic { field: path, .. }) = &mut self;
        *path = field(place, path);
        self
    }
}
