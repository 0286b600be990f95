//! A knob: one number of a workload that actions turn.

use crate::row::{Layout, Row};
use crate::settings::Range;

/// One number that actions turn, and the bounds on it.
#[derive(Debug)]
pub struct Knob {
    current: usize,
    bounds: Option<(usize, usize)>,
    range: Range,
    /// The smallest number that a recommendation can carry at all.
    least: f64,
}

impl Knob {
    /// Desired replicas, within the workload's bounds and the settings'.
    pub fn replicas(range: Range, layout: &mut Layout) -> Self {
        let current = layout.column("replicas_desired");
        let bounds = Some((layout.column("replicas_min"), layout.column("replicas_max")));
        Self { current, bounds, range, least: 0.0 }
    }

    /// A replica's limit in the column of that name, within the settings' bounds.
    pub fn limit(column: &str, range: Range, layout: &mut Layout) -> Self {
        Self { current: layout.column(column), bounds: None, range, least: 1.0 }
    }

    /// Where the change leads; none if that cannot be said (the number is missing) or be asked for
    /// (fewer than no replicas).
    pub fn target(&self, delta: i64, row: Row) -> Option<f64> {
        let target = row.get(self.current).round() + delta as f64;
        (target.is_finite() && target >= self.least).then_some(target)
    }

    /// Whether the bounds allow the target. A bound that is missing forbids nothing.
    pub fn allows(&self, target: f64, row: Row) -> bool {
        let bounded = |(min, max): (usize, usize)| {
            let (min, max) = (row.get(min), row.get(max));
            (min.is_nan() || target >= min) && (max.is_nan() || target <= max)
        };
        self.bounds.is_none_or(bounded) && self.range.contains(target)
    }
}
