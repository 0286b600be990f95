//! Knative's pod autoscaler (KPA): stable and panic windows, burst capacity, scale to zero.
//!
//! From the inside out: [`window`] and [`delay`] remember, [`autoscaler`] turns load into a count,
//! [`activity`] leads the count through bounds and zero, [`workload`] is one turn of all that, and
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

use sdk::{Advice, Batch, Bucket, Detail, Explanation, Needs, Policy, Recommendation, SettingError};

use crate::reason::Reason;
use crate::roster::Roster;
pub use crate::settings::{Cluster, Settings};
use crate::snapshot::{Record, Snapshot};
use crate::spec::{Metric, Spec};
use crate::workload::{Sight, Workload};

/// The policy.
#[derive(Debug)]
pub struct KnativeKpa {
    spec: Spec,
    workloads: Roster<Workload>,
    /// Restored without an instant, so that their ages wait for the first turn.
    waiting: BTreeMap<u64, Record>,
    /// The place of each row of the batch at hand; kept for its memory.
    places: Vec<usize>,
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
            places: Vec::new(),
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
        match buckets {
            Some(buckets) => self.record_buckets(buckets),
            None => self.record_columns(batch),
        }
        let rows = batch.rows();
        let mut advice = Advice {
            recommendations: Vec::with_capacity(rows),
            explanations: Vec::with_capacity(if batch.explain { rows } else { 0 }),
        };
        for row in 0..rows {
            let (spec, now) = (&self.spec, batch.now_nanoseconds);
            let workload = self.workloads.at(self.places[row]);
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
        self.places.clear();
        for (row, &id) in batch.workloads.iter().enumerate() {
            let place = self.workloads.place(id, row).unwrap_or_else(|| {
                let (spec, sight) = (&self.spec, sight(batch, row));
                let workload = match self.waiting.remove(&id) {
                    Some(record) => record.revive(spec, sight, now),
                    None => Workload::new(spec, sight, now),
                };
                self.workloads.insert(id, workload)
            });
            self.places.push(place);
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
            self.workloads.at(self.places[bucket.row as usize]).record(end, length, load);
        }
    }

    /// Without buckets, the column's mean stands for the whole time since the last turn.
    fn record_columns(&mut self, batch: &Batch) {
        let now = batch.now_nanoseconds;
        for (row, &load) in batch.column(column::LOAD).iter().enumerate() {
            let workload = self.workloads.at(self.places[row]);
            workload.record(now, now.saturating_sub(workload.turned_at).max(0), load);
        }
    }
}

/// The batch's buckets, if it has any list of them.
fn buckets(batch: &Batch) -> Result<Option<&[Bucket]>, String> {
    let buckets = batch.details.iter().find_map(|detail| match detail {
        Detail::Buckets(buckets) => Some(buckets.as_slice()),
        _ => None,
    });
    let rows = batch.rows();
    let odd = |bucket: &Bucket| bucket.row as usize >= rows || bucket.length_nanoseconds == 0;
    match buckets.and_then(|buckets| buckets.iter().position(odd)) {
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
