//! The policy as a whole, natively.

mod deciding;
mod learning;
mod markov;
mod settings;
mod snapshots;

use sdk::{Action, Batch, Experiences, Policy, RawBatch, Recommendation};

use crate::QTable;

/// One column, `replicas_desired`, in three bins (below 2, 2, 3 and above) and missing; keep, up,
/// down. Its columns are `replicas_desired`, `replicas_min` and `replicas_max`.
const SMALL: &str = r#"{
    "columns": [{"column": "replicas_desired", "edges": [2, 3]}],
    "actions": [{}, {"replicas": 1}, {"replicas": -1}],
    "bounds": {}, "learning_rate": 0.5, "discount": 0.5
}"#;

/// The policy that these settings make, seeded with 7.
fn policy(settings: &str) -> QTable {
    let settings = serde_json::from_str(settings).unwrap();
    assert_eq!(QTable::check(&settings), []);
    QTable::new(settings, 7)
}

/// [`SMALL`] with some settings changed.
fn small(changed: &str) -> String {
    let mut settings: serde_json::Map<_, _> = serde_json::from_str(SMALL).unwrap();
    settings.extend(serde_json::from_str::<serde_json::Map<_, _>>(changed).unwrap());
    serde_json::Value::Object(settings).to_string()
}

/// Rows of (workload, its columns), turned into columns.
fn columns(rows: &[(u64, Vec<f64>)]) -> Vec<f64> {
    (0..rows[0].1.len()).flat_map(|column| rows.iter().map(move |row| row.1[column])).collect()
}

fn batch(tick: u64, explore: bool, rows: &[(u64, Vec<f64>)]) -> Batch {
    Batch::from(RawBatch {
        now_nanoseconds: 0,
        tick,
        workloads: rows.iter().map(|row| row.0).collect(),
        values: columns(rows),
        explore,
        explain: false,
        details: Vec::new(),
    })
}

/// What the policy says for one workload of these columns, greedily.
fn greedy(policy: &mut QTable, row: &[f64]) -> Recommendation {
    policy.decide(&batch(0, false, &[(1, row.to_vec())])).unwrap().recommendations[0]
}

/// The reason that a recommendation gives.
fn reason(recommendation: &Recommendation) -> &'static str {
    QTable::REASONS[recommendation.reason as usize]
}

/// The change of replicas that was applied.
fn applied(before: u32, after: u32) -> Action {
    Action {
        replicas_before: before,
        replicas_after: after,
        cpu_millicores_before: 0,
        cpu_millicores_after: 0,
        memory_bytes_before: 0,
        memory_bytes_after: 0,
        illegal: false,
    }
}

/// One experience of workload 1 under [`SMALL`] with bounds 1 to 3.
fn experience(action: Action, reward: f64) -> Experiences {
    let row = |replicas: u32| vec![f64::from(replicas), 1.0, 3.0];
    Experiences {
        workloads: vec![1],
        before: row(action.replicas_before),
        after: row(action.replicas_after),
        actions: vec![action],
        rewards: vec![reward],
        terminated: vec![false],
        truncated: vec![false],
    }
}

/// The values and visits of the state in these bins, if it was ever learned from.
fn known(policy: &QTable, bins: &[u32]) -> Option<(Vec<f64>, Vec<u64>)> {
    let entry = policy.entry(policy.owner(1), policy.grid.at(bins).unwrap())?;
    Some((entry.values.clone(), entry.visits.clone()))
}
