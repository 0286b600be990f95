//! Stabilisation: recommendations of the recent past hold back the new one.

use crate::behaviour::Behaviour;
use crate::condition::Reason;
use crate::history::Proposed;

/// A recommendation and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stabilised {
    /// Replicas.
    pub replicas: i32,
    /// Why, if they differ from what was wanted.
    pub reason: Reason,
}

/// Without behaviour: the highest of this and every recommendation in the window, its edge included.
pub fn by_highest(proposals: &mut Vec<Proposed>, wanted: i32, window: i64, now: i64) -> Stabilised {
    let cutoff = now.saturating_sub(window);
    let (mut highest, mut old) = (wanted, None);
    for (index, past) in proposals.iter().enumerate() {
        if past.at < cutoff {
            old = Some(index);
        } else {
            highest = highest.max(past.replicas);
        }
    }
    log(proposals, old, Proposed { replicas: wanted, at: now });
    Stabilised { replicas: highest, reason: Reason::ScaleDownStabilized }
}

/// With behaviour: up to the lowest recommendation in the window for growing, down to the highest in
/// the window for shrinking. The edges of the windows are outside.
pub fn by_windows(
    proposals: &mut Vec<Proposed>,
    current: i32,
    wanted: i32,
    behaviour: &Behaviour,
    now: i64,
) -> Stabilised {
    let up_cutoff = now.saturating_sub(behaviour.up.window);
    let down_cutoff = now.saturating_sub(behaviour.down.window);
    let (mut lowest, mut highest, mut old) = (wanted, wanted, None);
    for (index, past) in proposals.iter().enumerate() {
        if past.at > up_cutoff {
            lowest = lowest.min(past.replicas);
        }
        if past.at > down_cutoff {
            highest = highest.max(past.replicas);
        }
        if past.at < up_cutoff && past.at < down_cutoff {
            old = Some(index);
        }
    }
    log(proposals, old, Proposed { replicas: wanted, at: now });
    let reason =
        if wanted >= current { Reason::ScaleUpStabilized } else { Reason::ScaleDownStabilized };
    Stabilised { replicas: current.max(lowest).min(highest), reason }
}

/// Logs over the last outdated entry, if there is one, so that the list does not grow.
fn log(proposals: &mut Vec<Proposed>, old: Option<usize>, new: Proposed) {
    match old {
        Some(index) => proposals[index] = new,
        None => proposals.push(new),
    }
}

#[cfg(test)]
mod tests;
