//! Experience: actions and consequences lowered into the records that guests get.

use scaling::{Action, Column, Ending, Experiences, Observations, Transitions};

use crate::bindings::policy as policy_raw;
use crate::bindings::policy::regatta::policy::types::Action as RawAction;
use crate::bindings::reward as reward_raw;

/// An applied change.
fn action(action: &Action) -> RawAction {
    RawAction {
        replicas_before: action.replicas_before,
        replicas_after: action.replicas_after,
        cpu_millicores_before: action.cpu_millicores_before,
        cpu_millicores_after: action.cpu_millicores_after,
        memory_bytes_before: action.memory_bytes_before,
        memory_bytes_after: action.memory_bytes_after,
        illegal: action.illegal,
    }
}

/// Experiences, their values turned from rows to columns.
pub(crate) fn lower_experiences(experiences: &Experiences) -> policy_raw::Experiences {
    let (rows, columns) = (experiences.rows(), experiences.columns().len());
    let turned = |values: &[f64]| {
        let value = |column: usize, row: usize| values[row * columns + column];
        (0..columns).flat_map(|column| (0..rows).map(move |row| value(column, row))).collect()
    };
    let ended = |ending| experiences.endings.iter().map(|&other| other == ending).collect();
    policy_raw::Experiences {
        workloads: experiences.workloads.iter().map(|workload| workload.0).collect(),
        before: turned(&experiences.before),
        after: turned(&experiences.after),
        actions: experiences.actions.iter().map(action).collect(),
        rewards: experiences.rewards.clone(),
        terminated: ended(Ending::Terminated),
        truncated: ended(Ending::Truncated),
    }
}

/// One group's transitions of one tick, in the columns that the reward reads.
pub(crate) fn lower_transitions(
    transitions: &Transitions<'_>,
    columns: &[Column],
) -> reward_raw::Transitions {
    let values = |observations: &Observations, rows: &dyn Fn(usize) -> usize| {
        columns
            .iter()
            .flat_map(|&column| {
                let column = observations.column(column);
                (0..transitions.rows.len()).map(|index| column[rows(index)]).collect::<Vec<_>>()
            })
            .collect()
    };
    reward_raw::Transitions {
        now_nanoseconds: transitions.after.now.nanoseconds(),
        tick: transitions.after.tick,
        workloads: transitions.rows.iter().map(|row| row.workload.0).collect(),
        before: values(transitions.before, &|index| transitions.rows[index].before_row),
        after: values(transitions.after, &|index| transitions.rows[index].after_row),
        actions: transitions.rows.iter().map(|row| action(&row.action)).collect(),
    }
}
