//! The tables: values and visits of (state, action) pairs, and how much was learned.

use std::collections::BTreeMap;

/// What is known of one state: a value and a visit count for each action.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Q(s, a), in the reward's unit.
    pub values: Vec<f64>,
    /// How often the pair was learned from.
    pub visits: Vec<u64>,
}

impl Entry {
    /// A state that nothing is known of yet.
    pub fn new(actions: usize, initial_value: f64) -> Self {
        Self { values: vec![initial_value; actions], visits: vec![0; actions] }
    }

    /// The most valuable action of a set that is not empty, and its value. The first of equals wins.
    pub fn best(&self, set: u64) -> (usize, f64) {
        let first = set.trailing_zeros() as usize;
        let members = (first + 1..self.values.len()).filter(|action| set >> action & 1 == 1);
        members.fold((first, self.values[first]), |best, action| {
            if self.values[action] > best.1 { (action, self.values[action]) } else { best }
        })
    }
}

/// One table. States that were never learned from take no room.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Experiences learned from.
    pub updates: u64,
    /// Experiences left out because no action makes the change that was applied.
    pub unmatched: u64,
    /// Experiences left out because they were illegal and no action explains them.
    pub illegal: u64,
    /// By number of state.
    pub states: BTreeMap<u32, Entry>,
}

/// All tables: one for each workload, or one for all of them under no workload.
#[derive(Debug, Default)]
pub struct Library {
    tables: BTreeMap<Option<u64>, Table>,
}

impl Library {
    /// The owner's table, if it has learned anything.
    pub fn get(&self, owner: Option<u64>) -> Option<&Table> {
        self.tables.get(&owner)
    }

    /// The owner's table, made if it is not there yet.
    pub fn table(&mut self, owner: Option<u64>) -> &mut Table {
        self.tables.entry(owner).or_default()
    }

    /// How many experiences the owner's table has learned from.
    pub fn updates(&self, owner: Option<u64>) -> u64 {
        self.get(owner).map_or(0, |table| table.updates)
    }

    /// Drops these workloads' own tables.
    pub fn forget(&mut self, workloads: &[u64]) {
        for &workload in workloads {
            self.tables.remove(&Some(workload));
        }
    }

    /// Takes the place of the owner's table.
    pub fn put(&mut self, owner: Option<u64>, table: Table) {
        self.tables.insert(owner, table);
    }
}
