//! Limits: bounds and speed, which the stabilised recommendation must keep.

use crate::behaviour::{Behaviour, Rules};
use crate::condition::Reason;
use crate::history::{History, ScaleEvent};
use crate::spec::{PolicyType, SelectPolicy};

/// How many replicas a workload may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The fewest.
    pub min: i32,
    /// The most.
    pub max: i32,
}

/// A number of replicas within the limits, and which limit it ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// Replicas.
    pub replicas: i32,
    /// The limit, or that there was none.
    pub reason: Reason,
}

/// Without behaviour: the bounds, and a single step of growth that `step_limit` ends.
pub fn by_step(desired: i32, bounds: Bounds, step_limit: i32) -> Limited {
    let (most, reason) = if bounds.max > step_limit {
        (step_limit, Reason::ScaleUpLimit)
    } else {
        (bounds.max, Reason::TooManyReplicas)
    };
    if desired < bounds.min {
        Limited { replicas: bounds.min, reason: Reason::TooFewReplicas }
    } else if desired > most {
        Limited { replicas: most, reason }
    } else {
        Limited { replicas: desired, reason: Reason::DesiredWithinRange }
    }
}

/// With behaviour: the bound and the policies of the direction.
pub fn by_policies(
    current: i32,
    desired: i32,
    bounds: Bounds,
    behaviour: &Behaviour,
    history: &History,
    now: i64,
) -> Limited {
    if desired > current {
        let limit = highest(current, &behaviour.up, history, now).max(current);
        let (most, reason) = if bounds.max > limit {
            (limit, Reason::ScaleUpLimit)
        } else {
            (bounds.max, Reason::TooManyReplicas)
        };
        if desired > most {
            return Limited { replicas: most, reason };
        }
    } else if desired < current {
        let limit = lowest(current, &behaviour.down, history, now).min(current);
        let (fewest, reason) = if bounds.min < limit {
            (limit, Reason::ScaleDownLimit)
        } else {
            (bounds.min, Reason::TooFewReplicas)
        };
        if desired < fewest {
            return Limited { replicas: fewest, reason };
        }
    }
    Limited { replicas: desired, reason: Reason::DesiredWithinRange }
}

/// The most replicas that the policies for growing allow.
fn highest(current: i32, rules: &Rules, history: &History, now: i64) -> i32 {
    let allowed = rules.policies.iter().map(|policy| {
        let start = period_start(current, history, policy.period(), now);
        match policy.r#type {
            PolicyType::Pods => start.saturating_add(policy.value),
            // Rounded up: a share of few replicas might else never add one.
            PolicyType::Percent => {
                (f64::from(start) * (1.0 + f64::from(policy.value) / 100.0)).ceil() as i32
            }
        }
    });
    match rules.select {
        SelectPolicy::Disabled => current,
        SelectPolicy::Min => allowed.min().unwrap_or(i32::MAX),
        SelectPolicy::Max => allowed.max().unwrap_or(i32::MIN),
    }
}

/// The fewest replicas that the policies for shrinking allow.
fn lowest(current: i32, rules: &Rules, history: &History, now: i64) -> i32 {
    let allowed = rules.policies.iter().map(|policy| {
        let start = period_start(current, history, policy.period(), now);
        match policy.r#type {
            PolicyType::Pods => start.saturating_sub(policy.value),
            PolicyType::Percent => {
                (f64::from(start) * (1.0 - f64::from(policy.value) / 100.0)) as i32
            }
        }
    });
    match rules.select {
        SelectPolicy::Disabled => current,
        SelectPolicy::Min => allowed.max().unwrap_or(i32::MIN),
        SelectPolicy::Max => allowed.min().unwrap_or(i32::MAX),
    }
}

/// How many replicas there were when the period began, as far as this policy changed them.
fn period_start(current: i32, history: &History, period: i64, now: i64) -> i32 {
    let cutoff = now.saturating_sub(period);
    let changed = |events: &[ScaleEvent]| {
        let recent = events.iter().filter(|event| event.at > cutoff);
        recent.fold(0_i32, |sum, event| sum.saturating_add(event.change))
    };
    current.saturating_sub(changed(&history.ups)).saturating_add(changed(&history.downs))
}

#[cfg(test)]
mod tests;
