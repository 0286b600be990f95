//! Snapshot: the smoothed rates as JSON, `{"version":1,"rates":[[WORKLOAD,RATE],…]}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of this shape. Whoever changes the shape counts it up and still reads the old one.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    version: u32,
    rates: Vec<(u64, f64)>,
}

/// The rates of these workloads.
pub(crate) fn write(rates: &BTreeMap<u64, f64>, workloads: &[u64]) -> Vec<u8> {
    let known = |workload: &u64| rates.get(workload).map(|rate| (*workload, *rate));
    let rates = workloads.iter().filter_map(known).collect();
    serde_json::to_vec(&Snapshot { version: VERSION, rates }).expect("a snapshot is plain JSON")
}

/// The rates in a snapshot, or why it cannot be taken over.
pub(crate) fn read(snapshot: &[u8]) -> Result<Vec<(u64, f64)>, String> {
    let snapshot: Snapshot =
        serde_json::from_slice(snapshot).map_err(|error| format!("snapshot: {error}"))?;
    if snapshot.version != VERSION {
        return Err(format!("snapshot: version {} is unknown", snapshot.version));
    }
    Ok(snapshot.rates)
}
