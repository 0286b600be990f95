//! Roster: who is there, and who is decided and scored together.

use std::collections::BTreeMap;

use scaling::{GroupId, Workload, WorkloadId};

/// Who is there, in the order of rows.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    ids: Vec<WorkloadId>,
    /// Rows of each group, groups in the order of their ids.
    groups: Vec<Vec<usize>>,
    /// Position of each row's group.
    group_of: Vec<usize>,
}

impl Roster {
    /// Takes note of who is there now and says who has left.
    pub(crate) fn follow(&mut self, workloads: &[Workload]) -> Vec<WorkloadId> {
        if self.ids.iter().eq(workloads.iter().map(|workload| &workload.id)) {
            return Vec::new();
        }
        let ids: Vec<WorkloadId> = workloads.iter().map(|workload| workload.id).collect();
        let left = self.ids.iter().copied().filter(|id| !ids.contains(id)).collect();
        let mut by_group: BTreeMap<GroupId, Vec<usize>> = BTreeMap::new();
        for (row, workload) in workloads.iter().enumerate() {
            by_group.entry(workload.group).or_default().push(row);
        }
        self.groups = by_group.into_values().collect();
        self.group_of = vec![0; ids.len()];
        for (position, rows) in self.groups.iter().enumerate() {
            for &row in rows {
                self.group_of[row] = position;
            }
        }
        self.ids = ids;
        left
    }

    pub(crate) fn ids(&self) -> &[WorkloadId] {
        &self.ids
    }

    pub(crate) fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// The position of a row's group.
    pub(crate) fn group_of(&self, row: usize) -> usize {
        self.group_of[row]
    }
}
