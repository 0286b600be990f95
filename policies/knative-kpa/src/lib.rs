//! Knative's pod autoscaler (KPA): stable and panic windows, burst capacity, scale to zero.
//!
//! From the inside out: `window` and `delay` remember, `autoscaler` turns load into a count,
//! `activity` leads the count through bounds and zero, `workload` is one turn of all that, and
//! this file ties it to batches. What it knows of Knative was read in serving 1.23.

mod activity;
mod autoscaler;
mod burst;
mod check;
mod clock;
mod delay;
mod explanation;
mod reason;
mod roster;
mod settings;
mod snapshot;
mod spec;
mod window;
mod workload;

use std::collections::BTreeMap;

use sdk::{
    Advice, Batch, Bucket, Detail, Explanation, Needs, Policy, Recommendation, SettingError,
};

use crate::reason::Reason;
use crate::roster::Roster;
pub use crate::settings::{Cluster, Settings};
use crate::snapshot::{Record, Snapshot};
pub use crate::spec::Metric;
use crate::spec::Spec;
pub use crate::window::Aggregation;
use crate::workload::{Sight, Workload};

/// The policy.
#[derive(Debug)]
pub struct KnativeKpa {
    spec: Spec,
    workloads: Roster<Workload>,
    /// Restored without an instant, so that their ages wait for the first turn.
    waiting: BTreeMap<u64, Record>,
    /// The rows of the batch at hand; kept for its memory.
    rows: Vec<Row>,
}

/// A row of the batch at hand.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// The place of its workload in the roster.
    place: usize,
    /// The batch has buckets of it.
    has_buckets: bool,
}

/// The columns, in the order of [`Policy::needs`].
mod column {
    pub const REPLICAS_READY: usize = 0;
    pub const REPLICAS_MIN: usize = 1;
    pub const REPLICAS_MAX: usize = 2;
    pub const CONCURRENCY_LIMIT: usize = 3;
    pub const LOAD: usize = 4;
}

impl Policy for KnativeKpa {
    type Settings = Settings;

    const NAME: &'static str = "knative-kpa";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;
    const REASONS: &'static [&'static str] = Reason::LABELS;

    fn check(settings: &Settings) -> Vec<SettingError> {
        check::check(settings)
    }

    fn new(settings: Settings, _seed: u64) -> Self {
        Self {
            spec: Spec::new(&settings),
            workloads: Roster::default(),
            waiting: BTreeMap::new(),
            rows: Vec::new(),
        }
    }

    fn needs(&self) -> Needs {
        let load = match self.spec.metric {
            Metric::Concurrency => "concurrency_mean",
            Metric::Rps => "arrival_rate_per_second",
        };
        let columns = ["replicas_ready", "replicas_min", "replicas_max", "concurrency_limit", load];
        Needs {
            period_milliseconds: self.spec.tick.unsigned_abs() / 1_000_000,
            columns: columns.map(str::to_owned).to_vec(),
            details: vec!["buckets".to_owned()],
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let buckets = buckets(batch)?;
        self.meet(batch);
        self.record_buckets(buckets);
        self.record_columns(batch);
        let rows = batch.rows();
        let mut advice = Advice {
            recommendations: Vec::with_capacity(rows),
            explanations: Vec::with_capacity(if batch.explain { rows } else { 0 }),
        };
        for (row, &Row { place, .. }) in self.rows.iter().enumerate() {
            let (spec, now) = (&self.spec, batch.now_nanoseconds);
            let workload = self.workloads.at(place);
            let turn = workload.turn(spec, sight(batch, row), now);
            let verdict = turn.verdict;
            advice.recommendations.push(Recommendation {
                replicas: verdict.apply.then_some(f64::from(verdict.want)),
                cpu_millicores: None,
                memory_bytes: None,
                buffer_requests: Some(f64::from(turn.excess)),
                reason: verdict.reason as u32,
            });
            if batch.explain {
                let json = explanation::explain(spec, workload, &turn, now);
                advice.explanations.push(Explanation { row: row as u32, json });
            }
        }
        Ok(advice)
    }

    fn forget(&mut self, workloads: &[u64]) {
        for id in workloads {
            self.workloads.remove(*id);
            self.waiting.remove(id);
        }
    }

    fn snapshot(&self, workloads: &[u64]) -> Vec<u8> {
        let record = |&id: &u64| match self.workloads.get(id) {
            Some(workload) => Some(Record::new(id, workload)),
            None => self.waiting.get(&id).cloned(),
        };
        Snapshot::new(&self.spec, workloads.iter().filter_map(record).collect()).write()
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        for record in Snapshot::read(&self.spec, snapshot)? {
            self.forget(&[record.workload]);
            match record.now_nanoseconds {
                Some(now) => {
                    let workload = record.revive(&self.spec, Sight::default(), now);
                    self.workloads.insert(record.workload, workload);
                }
                None => {
                    self.waiting.insert(record.workload, record);
                }
            }
        }
        Ok(())
    }
}

impl KnativeKpa {
    /// Finds the place of every row, and makes one for those that have none.
    fn meet(&mut self, batch: &Batch) {
        let now = batch.now_nanoseconds;
        self.rows.clear();
        for (row, &id) in batch.workloads.iter().enumerate() {
            let place = self.workloads.place(id, row).unwrap_or_else(|| {
                let (spec, sight) = (&self.spec, sight(batch, row));
                let workload = match self.waiting.remove(&id) {
                    Some(record) => record.revive(spec, sight, now),
                    None => Workload::new(spec, sight, now),
                };
                self.workloads.insert(id, workload)
            });
            self.rows.push(Row { place, has_buckets: false });
        }
    }

    fn record_buckets(&mut self, buckets: &[Bucket]) {
        for bucket in buckets {
            let load = match self.spec.metric {
                Metric::Concurrency => bucket.concurrency,
                Metric::Rps => bucket.arrival_rate_per_second,
            };
            let length = i64::try_from(bucket.length_nanoseconds).unwrap_or(i64::MAX);
            let end = bucket.start_nanoseconds.saturating_add(length);
            let row = &mut self.rows[bucket.row as usize];
            row.has_buckets = true;
            self.workloads.at(row.place).record(end, length, load);
        }
    }

    /// Without buckets, the column's mean stands for the whole time since the last turn.
    fn record_columns(&mut self, batch: &Batch) {
        let now = batch.now_nanoseconds;
        for (row, &load) in self.rows.iter().zip(batch.column(column::LOAD)) {
            if !row.has_buckets {
                let workload = self.workloads.at(row.place);
                workload.record(now, now.saturating_sub(workload.turned_at).max(0), load);
            }
        }
    }
}

/// The batch's buckets.
fn buckets(batch: &Batch) -> Result<&[Bucket], String> {
    let buckets = batch.details.iter().find_map(|detail| match detail {
        Detail::Buckets(buckets) => Some(buckets.as_slice()),
        _ => None,
    });
    let buckets = buckets.unwrap_or_default();
    let rows = batch.rows();
    let odd = |bucket: &Bucket| bucket.row as usize >= rows || bucket.length_nanoseconds == 0;
    match buckets.iter().position(odd) {
        Some(position) => Err(format!("bucket {position} has no length or no row in the batch")),
        None => Ok(buckets),
    }
}

fn sight(batch: &Batch, row: usize) -> Sight {
    let count = |column| batch.value(column, row).map(|count| count as i32);
    Sight {
        ready: count(column::REPLICAS_READY),
        minimum: count(column::REPLICAS_MIN),
        maximum: count(column::REPLICAS_MAX),
        concurrency_limit: batch.value(column::CONCURRENCY_LIMIT, row),
    }
}

sdk::export!(KnativeKpa);

#[cfg(test)]
mod tests;
