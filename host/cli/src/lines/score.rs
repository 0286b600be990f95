//! Score: a line that is put to a reward function: one group's transitions of one tick.

use scaling::{Ending, Transition, WorkloadId};
use serde::Deserialize;

use super::columns::Columns;
use super::consequence::{Consequences, RawAction};
use super::instant::Seconds;
use super::workload::WorkloadName;
use super::{Complaint, Context, parse};

/// A line that is put to a reward function. It scores first, then forgets.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    /// What the rows are called.
    pub(crate) workloads: Vec<WorkloadName>,
    /// Workloads that have left.
    pub(crate) forget: Vec<WorkloadId>,
    /// What happened; the time is the end of the transitions.
    pub(crate) consequences: Consequences,
}

impl Score {
    /// The transitions, one a row.
    pub(crate) fn transitions(&self) -> Vec<Transition> {
        let Consequences { after, actions, .. } = &self.consequences;
        after
            .workloads()
            .iter()
            .zip(actions)
            .enumerate()
            .map(|(row, (&workload, &action))| Transition {
                workload,
                before_row: row,
                after_row: row,
                action,
                ending: Ending::Running,
                learnable: true,
            })
            .collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a line: an object with `now_seconds`")]
struct RawScore {
    tick: Option<u64>,
    now_seconds: Option<Seconds>,
    now_nanoseconds: Option<i64>,
    #[serde(default)]
    transitions: Vec<RawTransition>,
    #[serde(default)]
    forget: Vec<WorkloadName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a transition: an object with `workload`")]
struct RawTransition {
    workload: WorkloadName,
    #[serde(default)]
    before: Columns,
    #[serde(default)]
    after: Columns,
    #[serde(default)]
    action: RawAction,
}

impl Context {
    /// Reads a line that is put to a reward function.
    pub(crate) fn score(&mut self, line: &str) -> Result<Score, Complaint> {
        let raw: RawScore = parse(line)?;
        let (now, tick) = self.time(raw.now_seconds, raw.now_nanoseconds, raw.tick)?;
        let mut rows: Vec<(WorkloadId, _, _, _)> = Vec::with_capacity(raw.transitions.len());
        for (index, transition) in raw.transitions.iter().enumerate() {
            let place = || format!("transitions[{index}].workload");
            let workload = self.id(&transition.workload, place)?;
            if let Some(first) = rows.iter().position(|(other, ..)| *other == workload) {
                let name = &transition.workload;
                return Err(Complaint::at(
                    place(),
                    format!("`{name}` is transitions[{first}] already: each workload once a line"),
                ));
            }
            rows.push((workload, &transition.before, &transition.after, &transition.action));
        }
        let consequences = Consequences::new(now, tick, &rows);
        let forget = self.forgotten(&raw.forget)?;
        let workloads = raw.transitions.into_iter().map(|row| row.workload).collect();
        Ok(Score { workloads, forget, consequences })
    }
}

#[cfg(test)]
mod tests;
