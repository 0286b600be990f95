//! Snapshots: JSON, described in the README.

use std::collections::BTreeMap;

use reward_sdk::serde::{Deserialize, Serialize};

use crate::moves::Moves;

/// The only format so far. A change of meaning takes a new name.
const FORMAT: &str = "balanced/1";

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
    moves: Moves,
}

/// The moves of those of these workloads that were ever seen.
pub fn written(moves: &BTreeMap<u64, Moves>, workloads: &[u64]) -> Vec<u8> {
    let known = |&workload: &u64| Some(Workload { workload, moves: *moves.get(&workload)? });
    let snapshot = Snapshot {
        format: FORMAT.to_owned(),
        workloads: workloads.iter().filter_map(known).collect(),
    };
    serde_json::to_vec(&snapshot).expect("numbers and names are plain JSON")
}

/// The moves in a snapshot, by workload, or why it is none.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<u64, Moves>, String> {
    let snapshot: Snapshot = serde_json::from_slice(bytes)
        .map_err(|error| format!("the snapshot is not one of balanced's: {error}"))?;
    if snapshot.format != FORMAT {
        return Err(format!(
            "the snapshot's format is `{}`, not `{FORMAT}`; take a new snapshot",
            snapshot.format
        ));
    }
    Ok(snapshot.workloads.into_iter().map(|entry| (entry.workload, entry.moves)).collect())
}
