//! Behaviour: how fast to scale, with every default filled in.

use crate::controller::Controller;
use crate::spec::{BehaviorSpec, PolicySpec, PolicyType, RulesSpec, SelectPolicy};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// How fast to scale in each direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// Up.
    pub up: Rules,
    /// Down.
    pub down: Rules,
}

/// How fast to scale in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// For how long past recommendations hold back a change, in nanoseconds.
    pub window: i64,
    /// Which limit counts.
    pub select: SelectPolicy,
    /// The limits.
    pub policies: Vec<PolicySpec>,
}

impl Behaviour {
    /// Fills in the defaults of the API server, and the controller's window for shrinking.
    pub fn new(spec: &BehaviorSpec, controller: &Controller) -> Self {
        let up = [(PolicyType::Pods, 4), (PolicyType::Percent, 100)].map(within_fifteen_seconds);
        let down = [(PolicyType::Percent, 100)].map(within_fifteen_seconds);
        let down_window = i64::from(controller.downscale_stabilization_seconds);
        Self {
            up: Rules::new(spec.scale_up.as_ref(), 0, &up),
            down: Rules::new(spec.scale_down.as_ref(), down_window, &down),
        }
    }
}

fn within_fifteen_seconds((r#type, value): (PolicyType, i32)) -> PolicySpec {
    PolicySpec { r#type, value, period_seconds: 15 }
}

impl Rules {
    fn new(spec: Option<&RulesSpec>, window_seconds: i64, policies: &[PolicySpec]) -> Self {
        let seconds = spec.and_then(|spec| spec.stabilization_window_seconds).map(i64::from);
        Self {
            window: seconds.unwrap_or(window_seconds) * SECOND,
            select: spec.and_then(|spec| spec.select_policy).unwrap_or_default(),
            policies: spec
                .and_then(|spec| spec.policies.clone())
                .unwrap_or_else(|| policies.to_vec()),
        }
    }

    /// The longest period of a policy in nanoseconds: events older than it limit nothing.
    pub fn longest_period(&self) -> i64 {
        self.policies.iter().map(PolicySpec::period).max().unwrap_or(0)
    }
}

impl PolicySpec {
    /// The period in nanoseconds.
    pub fn period(&self) -> i64 {
        i64::from(self.period_seconds) * SECOND
    }
}
