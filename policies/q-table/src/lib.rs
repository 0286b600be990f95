//! Tabular Q-learning (Watkins and Dayan, 1992) that learns inside the component.
//!
//! A row's columns are binned into a state ([`grid`]), the configured changes are its actions
//! ([`changes`]), and the table ([`table`]) holds a value and a visit count for each pair. `decide`
//! only reads; all that the policy ever knows enters through `learn` and `restore`.

use sdk::{Advice, Batch, Experiences, Explanation, Needs, Policy, Recommendation, SettingError};

mod chance;
mod changes;
mod grid;
mod knob;
mod learning;
mod presets;
mod row;
pub mod settings;
mod snapshot;
mod table;

use chance::Chance;
use changes::Changes;
use grid::Grid;
use row::{Layout, Row};
use settings::{Settings, Tables};
use table::{Entry, Library};

/// Indices into [`QTable::REASONS`].
const GREEDY: u32 = 0;
const EXPLORE: u32 = 1;
const UNSEEN: u32 = 2;
const BOUNDED: u32 = 3;

/// The policy.
#[derive(Debug)]
pub struct QTable {
    settings: Settings,
    seed: u64,
    columns: Vec<String>,
    grid: Grid,
    changes: Changes,
    library: Library,
}

impl Policy for QTable {
    type Settings = Settings;

    const NAME: &'static str = "q-table";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;
    const REASONS: &'static [&'static str] = &["greedy", "explore", "unseen-state", "bounded"];

    fn check(settings: &Settings) -> Vec<SettingError> {
        settings.complaints()
    }

    fn new(settings: Settings, seed: u64) -> Self {
        let binned = settings.columns();
        let mut layout = Layout::default();
        let grid = Grid::new(&binned, &mut layout);
        let changes = Changes::new(settings.actions(), settings.bounds(), &mut layout);
        let columns = layout.into_names();
        Self { settings, seed, columns, grid, changes, library: Library::default() }
    }

    fn needs(&self) -> Needs {
        Needs {
            period_milliseconds: self.settings.period_milliseconds,
            columns: self.columns.clone(),
            details: Vec::new(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let mut recommendations = Vec::with_capacity(batch.rows());
        let mut explanations = Vec::new();
        for (position, &workload) in batch.workloads.iter().enumerate() {
            let row = Row::new(&batch.values, batch.rows(), position);
            let state = self.grid.state(row);
            let choice = self.choose(row, state, workload, batch);
            recommendations.push(self.recommend(row, choice));
            if batch.explain {
                explanations.push(Explanation {
                    row: u32::try_from(position).expect("a batch has fewer than 2^32 rows"),
                    json: self.explain(state, workload, choice),
                });
            }
        }
        Ok(Advice { recommendations, explanations })
    }

    fn learn(&mut self, experiences: &Experiences) -> Result<(), String> {
        self.learn_all(experiences)
    }

    fn forget(&mut self, workloads: &[u64]) {
        self.library.forget(workloads);
    }

    fn snapshot(&self, workloads: &[u64]) -> Vec<u8> {
        self.written(workloads)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        self.read(snapshot)
    }
}

/// What was chosen for one row.
#[derive(Debug, Clone, Copy)]
struct Choice {
    /// Index of the action; none when no action is legal.
    action: Option<usize>,
    reason: u32,
}

impl QTable {
    fn owner(&self, workload: u64) -> Option<u64> {
        match self.settings.tables {
            Tables::Shared => None,
            Tables::PerWorkload => Some(workload),
        }
    }

    fn entry(&self, owner: Option<u64>, state: u32) -> Option<&Entry> {
        self.library.get(owner)?.states.get(&state)
    }

    fn choose(&self, row: Row, state: u32, workload: u64, batch: &Batch) -> Choice {
        let legal = self.changes.legal(row, self.settings.mask_illegal);
        if legal == 0 {
            return Choice { action: None, reason: BOUNDED };
        }
        let owner = self.owner(workload);
        if batch.explore {
            let updates = self.library.updates(owner);
            let chance = Chance::new(&[self.seed, batch.tick, updates, workload]);
            if chance.hits(self.settings.exploration.rate(updates)) {
                return Choice { action: Some(chance.pick(legal)), reason: EXPLORE };
            }
        }
        match self.entry(owner, state) {
            Some(entry) => Choice { action: Some(entry.best(legal).0), reason: GREEDY },
            None => Choice { action: Some(legal.trailing_zeros() as usize), reason: UNSEEN },
        }
    }

    fn recommend(&self, row: Row, choice: Choice) -> Recommendation {
        let targets = choice
            .action
            .map(|action| self.changes.targets(action, row).expect("a legal action has targets"))
            .unwrap_or_default();
        Recommendation {
            replicas: targets.replicas,
            cpu_millicores: targets.cpu_millicores,
            memory_bytes: targets.memory_bytes,
            buffer_requests: None,
            reason: choice.reason,
        }
    }

    fn explain(&self, state: u32, workload: u64, choice: Choice) -> String {
        let owner = self.owner(workload);
        let entry = self.entry(owner, state);
        let updates = self.library.updates(owner);
        serde_json::json!({
            "bins": self.grid.bins(state),
            "action": choice.action,
            "values": entry.map(|entry| &entry.values),
            "visits": entry.map(|entry| &entry.visits),
            "updates": updates,
            "exploration_rate": self.settings.exploration.rate(updates),
        })
        .to_string()
    }
}

sdk::export!(QTable);

#[cfg(test)]
mod tests;
