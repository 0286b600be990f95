//! Tolerances: how far usage may be from its target before anything changes.

use crate::controller::Controller;
use crate::spec::{BehaviorSpec, RulesSpec};

/// How far the ratio of usage to target may be from 1, in each direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerances {
    /// Below 1, ≥ 0.
    pub down: f64,
    /// Above 1, ≥ 0.
    pub up: f64,
}

impl Tolerances {
    /// The controller's, unless `behavior` sets its own and may.
    pub fn new(controller: &Controller, behavior: Option<&BehaviorSpec>) -> Self {
        let own = |rules: fn(&BehaviorSpec) -> Option<&RulesSpec>| {
            behavior
                .filter(|_| controller.configurable_tolerance)
                .and_then(rules)
                .and_then(|rules| rules.tolerance)
                .map_or(controller.tolerance, |tolerance| tolerance.approximate)
        };
        Self {
            down: own(|behavior| behavior.scale_down.as_ref()),
            up: own(|behavior| behavior.scale_up.as_ref()),
        }
    }

    /// Whether the ratio is near enough to 1; the edges are.
    pub fn holds(self, ratio: f64) -> bool {
        1.0 - self.down <= ratio && ratio <= 1.0 + self.up
    }
}
