//! Optimum: the best that any policy can do, by backward induction.

use super::Mp3Spec;
use super::cell::{CONTAINERS_MAX, Cell};

/// The mean reward of a step under the best policy. An illegal move is never better than staying,
/// and shares change nothing, so that three of the five actions are left.
pub(super) fn mean_reward(spec: &Mp3Spec, rate_per_second: u32) -> f64 {
    let reward = |replicas| Cell::new(replicas, rate_per_second, spec.quirk_cells).reward();
    // values[n]: the best sum of rewards from n containers with the steps that remain. Entry 0 and
    // the one past the last cannot be moved to.
    let mut values = [0.0; CONTAINERS_MAX as usize + 1];
    for _ in 0..spec.steps {
        let next = values;
        for replicas in 1..=CONTAINERS_MAX {
            values[replicas as usize] = (replicas - 1..=replicas + 1)
                .filter(|to| (1..=CONTAINERS_MAX).contains(to))
                .map(|to| reward(to) + next[to as usize])
                .fold(f64::NEG_INFINITY, f64::max);
        }
    }
    values[spec.replicas_initial as usize] / f64::from(spec.steps)
}
