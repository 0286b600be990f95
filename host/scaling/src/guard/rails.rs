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
    /// Of the recommendations in this window the smallest counts for going up. What is as old as
    /// the window is outside of it, and a hold asks for nothing.
    pub stabilisation_up: Duration,
    /// Of the recommendations in this window the largest counts for going down, likewise.
    pub stabilisation_down: Duration,
    /// For this long after a change was made, no change the other way.
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
        let mut changed = |rail, from, to| {
            if from != to {
                changed_by.insert(rail);
            }
            to
        };
        let mut replicas = current;
        if let Some(asked) = asked {
            replicas = self.stabilised(memory, now, current, asked);
            replicas = changed(Rail::Stabilisation, asked, replicas);
            replicas =
                changed(Rail::Cooldown, replicas, self.rested(memory, now, current, replicas));
            replicas = changed(Rail::Step, replicas, self.stepped(current, replicas));
        }
        let inside = clamped(replicas, (bounds.replicas_min, bounds.replicas_max));
        changed(Rail::Bounds, replicas, inside)
    }

    /// The fewest and the most replicas that cooldown, steps and bounds leave.
    pub(super) fn range(
        &self,
        memory: Option<&Memory>,
        now: Timestamp,
        current: u32,
        (least, most): (u32, u32),
    ) -> (u32, u32) {
        let reached = |wanted: u32| {
            let rested = memory.map_or(wanted, |memory| self.rested(memory, now, current, wanted));
            clamped(self.stepped(current, rested), (least, most))
        };
        (reached(least), reached(most))
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

/// Whether a recommendation is more than a hold, given the replicas at present.
pub(super) fn asks_for_change(wanted: &Recommendation, current: Option<u32>) -> bool {
    wanted.replicas.is_some_and(|replicas| Some(replicas) != current)
        || wanted.cpu_millicores.is_some()
        || wanted.memory_bytes.is_some()
        || wanted.buffer_requests.is_some()
}

/// Whether a recommendation lies outside of the workload's bounds.
pub(super) fn illegal(bounds: &Bounds, wanted: &Recommendation) -> bool {
    wanted
        .replicas
        .is_some_and(|replicas| replicas < bounds.replicas_min || replicas > bounds.replicas_max)
        || wanted.cpu_millicores.is_some_and(|cpu| !within(cpu, bounds.cpu_millicores))
        || wanted.memory_bytes.is_some_and(|memory| !within(memory, bounds.memory_bytes))
}

/// Limits of one replica: clamped to their range, or left alone where changing them is forbidden.
pub(super) fn resources(bounds: &Bounds, wanted: &Recommendation, decision: &mut Decision) {
    decision.cpu_millicores =
        wanted.cpu_millicores.and_then(|cpu| Some(clamped(cpu, bounds.cpu_millicores?)));
    decision.memory_bytes =
        wanted.memory_bytes.and_then(|memory| Some(clamped(memory, bounds.memory_bytes?)));
    if decision.cpu_millicores != wanted.cpu_millicores
        || decision.memory_bytes != wanted.memory_bytes
    {
        decision.rails.insert(Rail::Bounds);
    }
}

fn within<T: Ord>(value: T, range: Option<(T, T)>) -> bool {
    range.is_some_and(|(min, max)| value >= min && value <= max)
}

/// Unlike [`Ord::clamp`] it does not panic where `min` is above `max`; the upper bound then counts.
pub(super) fn clamped<T: Ord>(value: T, (min, max): (T, T)) -> T {
    value.max(min).min(max)
}
