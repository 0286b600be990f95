//! Rails: limits on one workload's change, whoever asks for it.

use std::time::Duration;

use super::memory::{Direction, Memory};
use crate::{Bounds, Decision, Rail, RailSet, Recommendation, Timestamp};

/// Limits on how a workload may change. The default limits nothing; bounds belong to the workload
/// and hold always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rails {
    /// Hold while the newest sample is older than this, or was never taken.
    pub stale_after: Option<Duration>,
    /// Of the recommendations in this window the smallest counts for going up.
    pub stabilisation_up: Duration,
    /// Of the recommendations in this window the largest counts for going down.
    pub stabilisation_down: Duration,
    /// For this long after a change, no change the other way.
    pub cooldown_after_reversal: Duration,
    /// The most replicas added at once, ≥ 1.
    pub step_up: Option<u32>,
    /// The most replicas removed at once, ≥ 1.
    pub step_down: Option<u32>,
}

impl Rails {
    pub(super) fn longest_window(&self) -> Duration {
        self.stabilisation_up.max(self.stabilisation_down)
    }

    pub(super) fn is_stale(&self, age_seconds: Option<f64>) -> bool {
        self.stale_after.is_some_and(|limit| {
            age_seconds.is_none_or(|age_seconds| age_seconds > limit.as_secs_f64())
        })
    }

    /// The replicas that are allowed. Nothing asked holds, but bounds are kept even then: they are
    /// the operator's word and need no metrics.
    pub(super) fn replicas(
        &self,
        memory: &Memory,
        now: Timestamp,
        current: u32,
        asked: Option<u32>,
        bounds: &Bounds,
        changed_by: &mut RailSet,
    ) -> u32 {
        let mut replicas = asked.unwrap_or(current);
        let mut apply = |rail, allowed: u32| {
            if allowed != replicas {
                changed_by.insert(rail);
                replicas = allowed;
            }
        };
        if let Some(asked) = asked {
            let stable = self.stabilised(memory, now, current, asked);
            let rested = self.rested(memory, now, current, stable);
            apply(Rail::Stabilisation, stable);
            apply(Rail::Cooldown, rested);
            apply(Rail::Step, self.stepped(current, rested));
        }
        let inside = replicas.clamp(bounds.replicas_min, bounds.replicas_max);
        if inside != replicas {
            changed_by.insert(Rail::Bounds);
        }
        inside
    }

    /// Kubernetes' rule: up only to the least, down only to the most asked for in the window.
    fn stabilised(&self, memory: &Memory, now: Timestamp, current: u32, asked: u32) -> u32 {
        let least = memory.asked_within(now, self.stabilisation_up).fold(asked, u32::min);
        let most = memory.asked_within(now, self.stabilisation_down).fold(asked, u32::max);
        // `least` is at most `most`, because both folds start from what is asked now.
        current.clamp(least, most)
    }

    fn rested(&self, memory: &Memory, now: Timestamp, current: u32, replicas: u32) -> u32 {
        let direction = Direction::of(current, replicas);
        match (memory.last_change(), direction) {
            (Some((then, last)), Some(direction))
                if last != direction && now.since(then) < self.cooldown_after_reversal =>
            {
                current
            }
            _ => replicas,
        }
    }

    fn stepped(&self, current: u32, replicas: u32) -> u32 {
        let ceiling = self.step_up.map_or(u32::MAX, |step| current.saturating_add(step));
        let floor = self.step_down.map_or(0, |step| current.saturating_sub(step));
        replicas.clamp(floor, ceiling)
    }
}

/// Whether a recommendation lies outside of the workload's bounds.
pub(super) fn illegal(bounds: &Bounds, wanted: &Recommendation) -> bool {
    wanted.replicas.is_some_and(|replicas| {
        replicas < bounds.replicas_min || replicas > bounds.replicas_max
    }) || wanted.cpu_millicores.is_some_and(|cpu| !within(cpu, bounds.cpu_millicores))
        || wanted.memory_bytes.is_some_and(|memory| !within(memory, bounds.memory_bytes))
}

/// Limits of one replica: clamped to their range, or left alone where changing them is forbidden.
pub(super) fn resources(bounds: &Bounds, wanted: &Recommendation, decision: &mut Decision) {
    decision.cpu_millicores =
        wanted.cpu_millicores.and_then(|cpu| clamped(cpu, bounds.cpu_millicores));
    decision.memory_bytes =
        wanted.memory_bytes.and_then(|memory| clamped(memory, bounds.memory_bytes));
    if decision.cpu_millicores != wanted.cpu_millicores
        || decision.memory_bytes != wanted.memory_bytes
    {
        decision.rails.insert(Rail::Bounds);
    }
}

fn within<T: PartialOrd>(value: T, range: Option<(T, T)>) -> bool {
    range.is_some_and(|(min, max)| value >= min && value <= max)
}

fn clamped<T: Ord>(value: T, range: Option<(T, T)>) -> Option<T> {
    range.map(|(min, max)| value.clamp(min, max))
}
