//! The snapshot: documented JSON (see the README), made by the policy or written by hand.

mod record;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::spec::{Metric, Spec};

pub use record::Record;

/// The version of this shape.
const VERSION: u32 = 1;

/// A snapshot of some workloads.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    version: u32,
    /// What the buckets measure; left out, what the settings say.
    #[serde(default)]
    metric: Option<Metric>,
    workloads: Vec<Record>,
}

impl Snapshot {
    /// A snapshot of these records.
    pub fn new(spec: &Spec, workloads: Vec<Record>) -> Self {
        Self { version: VERSION, metric: Some(spec.metric), workloads }
    }

    /// As JSON text.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a snapshot is plain JSON")
    }

    /// The records of a text, or why they cannot be taken over.
    pub fn read(spec: &Spec, text: &[u8]) -> Result<Vec<Record>, String> {
        let text = str::from_utf8(text).map_err(|error| format!("snapshot: {error}"))?;
        let snapshot: Self = ::settings::parse(text)
            .map_err(|error| format!("snapshot at `{}`: {}", error.path, error.message))?;
        if snapshot.version != VERSION {
            return Err(format!(
                "snapshot at `/version`: {} is unknown; write version {VERSION}",
                snapshot.version
            ));
        }
        if snapshot.metric.is_some_and(|metric| metric != spec.metric) {
            return Err(
                "snapshot at `/metric`: the settings scale on another metric; change one of them"
                    .to_owned(),
            );
        }
        let mut seen = BTreeSet::new();
        for (position, record) in snapshot.workloads.iter().enumerate() {
            let complaint = record.check().or_else(|| {
                (!seen.insert(record.workload)).then_some("/workload: listed twice; keep one")
            });
            if let Some(complaint) = complaint {
                return Err(format!("snapshot at `/workloads/{position}`: {complaint}"));
            }
        }
        Ok(snapshot.workloads)
    }
}

#[cfg(test)]
mod tests;
