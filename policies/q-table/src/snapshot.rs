//! Snapshots: JSON, described in the README.

use sdk::serde::{Deserialize, Serialize};

use crate::QTable;
use crate::settings::{Binned, Change, Tables};
use crate::table::{Entry, Table};

/// The only format so far. A change of meaning takes a new name.
const FORMAT: &str = "q-table/1";

/// Values beyond this cannot have been learned: they would need rewards that are refused.
const LARGEST_VALUE: f64 = 1e120;

#[derive(Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct Snapshot {
    format: String,
    columns: Vec<Binned>,
    actions: Vec<Change>,
    sharing: Tables,
    tables: Vec<WrittenTable>,
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct WrittenTable {
    workload: Option<u64>,
    updates: u64,
    unmatched: u64,
    illegal: u64,
    states: Vec<WrittenState>,
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
struct WrittenState {
    bins: Vec<u32>,
    values: Vec<f64>,
    visits: Vec<u64>,
}

impl QTable {
    /// The shared table, or the tables of these workloads.
    pub(crate) fn written(&self, workloads: &[u64]) -> Vec<u8> {
        let owners = match self.settings.tables {
            Tables::Shared => vec![None],
            Tables::PerWorkload => workloads.iter().copied().map(Some).collect(),
        };
        let snapshot = Snapshot {
            format: FORMAT.to_owned(),
            columns: self.settings.columns(),
            actions: self.settings.actions(),
            sharing: self.settings.tables,
            tables: owners
                .into_iter()
                .map(|owner| match self.library.get(owner) {
                    Some(table) => self.written_table(owner, table),
                    None => self.written_table(owner, &Table::default()),
                })
                .collect(),
        };
        serde_json::to_vec(&snapshot).expect("numbers and names are plain JSON")
    }

    fn written_table(&self, workload: Option<u64>, table: &Table) -> WrittenTable {
        WrittenTable {
            workload,
            updates: table.updates,
            unmatched: table.unmatched,
            illegal: table.illegal,
            states: table
                .states
                .iter()
                .map(|(&state, entry)| WrittenState {
                    bins: self.grid.bins(state),
                    values: entry.values.clone(),
                    visits: entry.visits.clone(),
                })
                .collect(),
        }
    }

    /// Puts the snapshot's tables in the place of their owners' and leaves the others, or changes
    /// nothing at all.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let snapshot: Snapshot = serde_json::from_slice(bytes)
            .map_err(|error| format!("the snapshot is not one of q-table's: {error}"))?;
        self.check_shape(&snapshot)?;
        let tables = snapshot
            .tables
            .into_iter()
            .map(|written| Ok((written.workload, self.read_table(written)?)))
            .collect::<Result<Vec<_>, String>>()?;
        for (owner, table) in tables {
            self.library.put(owner, table);
        }
        Ok(())
    }

    fn check_shape(&self, snapshot: &Snapshot) -> Result<(), String> {
        if snapshot.format != FORMAT {
            return Err(format!(
                "the snapshot's format is `{}`, not `{FORMAT}`; take a new snapshot",
                snapshot.format
            ));
        }
        let differing = [
            ("columns or edges", snapshot.columns != self.settings.columns()),
            ("actions", snapshot.actions != self.settings.actions()),
            ("tables (shared or per-workload)", snapshot.sharing != self.settings.tables),
        ];
        match differing.iter().find(|(_, differs)| *differs) {
            Some((what, _)) => Err(format!(
                "the snapshot was taken with other {what}; restore it under the settings that it \
                 was taken with"
            )),
            None => Ok(()),
        }
    }

    fn read_table(&self, written: WrittenTable) -> Result<Table, String> {
        if written.workload.is_some() != (self.settings.tables == Tables::PerWorkload) {
            return Err("a table's workload contradicts the snapshot's `sharing`".to_owned());
        }
        let mut table = Table {
            updates: written.updates,
            unmatched: written.unmatched,
            illegal: written.illegal,
            ..Table::default()
        };
        let actions = self.changes.count();
        for WrittenState { bins, values, visits } in written.states {
            let state = self
                .grid
                .at(&bins)
                .ok_or_else(|| format!("the snapshot's bins {bins:?} are no state of the table"))?;
            let sane = values.iter().all(|value| value.abs() <= LARGEST_VALUE);
            if values.len() != actions || visits.len() != actions || !sane {
                return Err(format!(
                    "the snapshot's state {bins:?} must have {actions} values within \
                     ±{LARGEST_VALUE:e} and as many visits"
                ));
            }
            if table.states.insert(state, Entry { values, visits }).is_some() {
                return Err(format!("the snapshot's state {bins:?} comes up twice"));
            }
        }
        Ok(table)
    }
}
