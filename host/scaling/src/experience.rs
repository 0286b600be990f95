//! Experience: transitions with their rewards, as a policy learns from them.

use crate::{Action, Column, Ending, Observations, WorkloadId};

/// Consequences for one policy to learn from, one row a (workload, period) pair. Values are those of
/// the policy's declared columns, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiences {
    columns: Vec<Column>,
    /// The workloads.
    pub workloads: Vec<WorkloadId>,
    /// `[rows, columns]`, when the action was taken.
    pub before: Vec<f64>,
    /// `[rows, columns]`, one period later.
    pub after: Vec<f64>,
    /// What was applied.
    pub actions: Vec<Action>,
    /// Finite.
    pub rewards: Vec<f64>,
    /// How the episode went on.
    pub endings: Vec<Ending>,
}

impl Experiences {
    /// None yet, of a policy that declared these columns.
    pub fn new(columns: &[Column]) -> Self {
        Self {
            columns: columns.to_vec(),
            workloads: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            actions: Vec::new(),
            rewards: Vec::new(),
            endings: Vec::new(),
        }
    }

    /// The declared columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.workloads.len()
    }

    /// Adds one consequence of one workload: its row in the observations before and after.
    pub fn push(
        &mut self,
        before: (&Observations, usize),
        after: (&Observations, usize),
        action: Action,
        reward: f64,
        ending: Ending,
    ) {
        self.workloads.push(before.0.workloads()[before.1]);
        for &column in &self.columns {
            self.before.push(before.0.column(column)[before.1]);
            self.after.push(after.0.column(column)[after.1]);
        }
        self.actions.push(action);
        self.rewards.push(reward);
        self.endings.push(ending);
    }
}
