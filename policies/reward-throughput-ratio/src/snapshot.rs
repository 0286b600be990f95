//! Snapshots: JSON, described in the README.

use std::collections::BTreeMap;

use reward_sdk::serde::{Deserialize, Serialize};

/// The only format so far. A change of meaning takes a new name.
const FORMAT: &str = "throughput-ratio/1";

#[derive(Serialize, Deserialize)]
#[serde(crate = "reward_sdk::serde", deny_unknown_fields)]
struct Snapshot {
    format: String,
    workloads: Vec<Workload>,
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "reward_sdk::serde", deny_unknown_fields)]
struct Workload {
    workload: u64,
    best_per_second: f64,
}

/// The best of those of these workloads that were ever seen.
pub fn written(best: &BTreeMap<u64, f64>, workloads: &[u64]) -> Vec<u8> {
    let known =
        |&workload: &u64| Some(Workload { workload, best_per_second: *best.get(&workload)? });
    let snapshot = Snapshot {
        format: FORMAT.to_owned(),
        workloads: workloads.iter().filter_map(known).collect(),
    };
    serde_json::to_vec(&snapshot).expect("numbers and names are plain JSON")
}

/// The best in a snapshot, by workload, or why it is none.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<u64, f64>, String> {
    let snapshot: Snapshot = serde_json::from_slice(bytes)
        .map_err(|error| format!("the snapshot is not one of throughput-ratio's: {error}"))?;
    if snapshot.format != FORMAT {
        return Err(format!(
            "the snapshot's format is `{}`, not `{FORMAT}`; take a new snapshot",
            snapshot.format
        ));
    }
    let best = snapshot.workloads.into_iter().map(|entry| (entry.workload, entry.best_per_second));
    let best: BTreeMap<_, _> = best.collect();
    match best.iter().find(|(_, best)| **best < 0.0) {
        Some((workload, _)) => {
            Err(format!("the snapshot's best of workload {workload} is below 0"))
        }
        None => Ok(best),
    }
}
