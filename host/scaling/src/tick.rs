//! The tick: the loop's thinking, as two pure halves over plain values.
//!
//! [`decide`] turns observations and recommendations into decisions; at the next tick [`close`] turns
//! what was applied and what is seen then into transitions. The caller does everything in between.

use std::time::Duration;

use crate::{
    Action, Applied, Column, Decision, Ending, Guard, Observations, Recommendation, Scale,
    Transition, Workload,
};

/// A tick whose consequences are not known yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// What was seen.
    pub observations: Observations,
    /// What was decided, one for each row.
    pub decisions: Vec<Decision>,
}

/// Decides for every row of the observations. `recommendations` stand one a row (a hold where there
/// is none), `workloads` lie in the same order as the rows.
///
/// Total: whatever comes in, something safe comes out. Where the three differ in length, the rows that
/// one of them lacks get no decision.
pub fn decide(
    observations: &Observations,
    recommendations: &[Recommendation],
    workloads: &[Workload],
    guard: &mut Guard,
) -> Vec<Decision> {
    guard.allow(observations, recommendations, workloads)
}

/// Closes a tick: what came of each decision. Workloads that have left or just joined have no
/// transition. A consequence that took longer than `longest_gap` is told but never learned from.
pub fn close(
    pending: &Pending,
    applied: &[Applied],
    after: &Observations,
    ending: Ending,
    longest_gap: Duration,
) -> Vec<Transition> {
    let before = &pending.observations;
    let gap = after.now.since(before.now) > longest_gap;
    pending
        .decisions
        .iter()
        .zip(applied)
        .enumerate()
        .filter_map(|(before_row, (decision, applied))| {
            let after_row = row_after(before_row, decision, after)?;
            let (action, acknowledged) = match applied {
                Applied::Done(action) => (*action, true),
                Applied::Failed(_) => (unchanged(before, before_row, decision), false),
            };
            Some(Transition {
                workload: decision.workload,
                before_row,
                after_row,
                action,
                ending,
                learnable: acknowledged && !decision.warming_up && !gap,
            })
        })
        .collect()
}

/// Rows seldom move, so the same row is looked at first.
fn row_after(before_row: usize, decision: &Decision, after: &Observations) -> Option<usize> {
    match after.workloads().get(before_row) {
        Some(&workload) if workload == decision.workload => Some(before_row),
        _ => after.row_of(decision.workload),
    }
}

fn unchanged(before: &Observations, row: usize, decision: &Decision) -> Action {
    let scale = Scale {
        replicas: before.replicas(row).unwrap_or(0),
        cpu_millicores: before.get(row, Column::CpuLimitMillicores).map(|cpu| cpu as u32),
        memory_bytes: before.get(row, Column::MemoryLimitBytes).map(|memory| memory as u64),
    };
    Action::between(scale, scale, decision.illegal)
}

#[cfg(test)]
mod tests;
