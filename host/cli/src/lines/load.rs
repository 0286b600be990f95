//! Load: buckets, call relations and faults as lines describe them.

use scaling::{Timestamp, WorkloadId};
use serde::Deserialize;

use super::instant::{Seconds, instant, length, needed};
use super::workload::WorkloadName;

/// A slice of load, all but its row.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawBucket")]
pub(crate) struct Bucket(scaling::Bucket);

impl Bucket {
    /// The bucket of the workload at `row`.
    pub(crate) fn at(self, row: u32) -> scaling::Bucket {
        scaling::Bucket { row, ..self.0 }
    }

    /// Start of the slice.
    pub(crate) fn start(self) -> Timestamp {
        self.0.start
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a bucket: an object with `start_seconds`")]
struct RawBucket {
    start_seconds: Option<Seconds>,
    start_nanoseconds: Option<i64>,
    length_seconds: Option<Seconds>,
    length_nanoseconds: Option<u64>,
    concurrency: AtLeastZero,
    arrival_rate_per_second: AtLeastZero,
}

impl TryFrom<RawBucket> for Bucket {
    type Error = String;

    fn try_from(raw: RawBucket) -> Result<Self, String> {
        let start = instant("start", raw.start_seconds, raw.start_nanoseconds)?;
        // One second, as drivers cut them.
        let length_nanoseconds =
            length("length", raw.length_seconds, raw.length_nanoseconds)?.unwrap_or(1_000_000_000);
        if length_nanoseconds == 0 {
            return Err("`length_seconds` is zero: give the length of the slice".to_owned());
        }
        Ok(Self(scaling::Bucket {
            row: 0,
            start: needed("start", start)?,
            length_nanoseconds,
            concurrency: raw.concurrency.0,
            arrival_rate_per_second: raw.arrival_rate_per_second.0,
        }))
    }
}

/// A number that cannot be negative.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct AtLeastZero(f64);

impl TryFrom<f64> for AtLeastZero {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if value < 0.0 {
            return Err(format!("{value} is negative: give a number of at least 0"));
        }
        Ok(Self(value))
    }
}

/// A call relation between workloads.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a call relation: an object with `upstream` and `downstream`"
)]
pub(crate) struct Edge {
    pub(crate) upstream: WorkloadName,
    pub(crate) downstream: WorkloadName,
    calls_per_request: AtLeastZero,
}

impl Edge {
    /// The relation between the workloads of these ids.
    pub(crate) fn between(&self, upstream: WorkloadId, downstream: WorkloadId) -> scaling::Edge {
        scaling::Edge { upstream, downstream, calls_per_request: self.calls_per_request.0 }
    }
}

/// Something that could not be observed, all but its row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a fault: an object with `subject` and `reason`")]
pub(crate) struct Fault {
    subject: String,
    reason: String,
    #[serde(default)]
    message: String,
}

impl Fault {
    /// The fault of the workload at `row`.
    pub(crate) fn at(self, row: u32) -> scaling::Fault {
        scaling::Fault { row, subject: self.subject, reason: self.reason, message: self.message }
    }
}
