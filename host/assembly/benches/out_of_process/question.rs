//! Question: what is asked of the policy, as JSON and as a message of Protocol Buffers, and who answers.

use scaling::{Column, Observations, Timestamp, WorkloadId};
use sdk::Policy as _;
use serde::{Deserialize, Serialize};
use threshold_hpa::ThresholdHpa;

/// Settings of the policy, the same wherever it runs.
pub(crate) const SETTINGS: &str = r#"{"pods": "columns", "metrics": [{"type": "Resource", "resource":
    {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#;

/// A batch with the columns that the policy declares.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The tick's time in nanoseconds.
    #[prost(sfixed64, tag = "1")]
    pub(crate) now_nanoseconds: i64,
    /// Ticks since the start.
    #[prost(uint64, tag = "2")]
    pub(crate) tick: u64,
    /// The workloads, one a row.
    #[prost(uint64, repeated, tag = "3")]
    pub(crate) workloads: Vec<u64>,
    /// `[columns, rows]`
    #[prost(double, repeated, tag = "4")]
    pub(crate) values: Vec<f64>,
}

/// The answer to a question.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// One a row.
    #[prost(message, repeated, tag = "1")]
    pub(crate) recommendations: Vec<Recommendation>,
}

/// What is recommended for one row.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
pub(crate) struct Recommendation {
    /// Desired replicas.
    #[prost(double, optional, tag = "1")]
    pub(crate) replicas: Option<f64>,
    /// Index into the described reasons.
    #[prost(uint32, tag = "2")]
    pub(crate) reason: u32,
}

impl From<sdk::Advice> for Answer {
    fn from(advice: sdk::Advice) -> Self {
        let recommendations = advice
            .recommendations
            .into_iter()
            .map(|one| Recommendation { replicas: one.replicas, reason: one.reason })
            .collect();
        Self { recommendations }
    }
}

/// The policy, native, and the columns that it declares.
pub(crate) struct Decider {
    policy: ThresholdHpa,
    columns: Vec<Column>,
}

impl Default for Decider {
    fn default() -> Self {
        let policy = ThresholdHpa::new(serde_json::from_str(SETTINGS).unwrap(), 0);
        let columns = policy.needs().columns;
        let columns = columns.iter().map(|name| Column::from_name(name).unwrap()).collect();
        Self { policy, columns }
    }
}

impl Decider {
    /// The question that these observations pose.
    pub(crate) fn question(&self, observations: &Observations) -> Question {
        let values = self.columns.iter().flat_map(|&column| observations.column(column));
        Question {
            now_nanoseconds: observations.now.nanoseconds(),
            tick: observations.tick,
            workloads: observations.workloads().iter().map(|id| id.0).collect(),
            values: values.copied().collect(),
        }
    }

    /// The policy's answer.
    pub(crate) fn decide(&mut self, question: Question) -> sdk::Advice {
        let batch = sdk::Batch::from(sdk::RawBatch {
            now_nanoseconds: question.now_nanoseconds,
            tick: question.tick,
            workloads: question.workloads,
            values: question.values,
            ..sdk::RawBatch::default()
        });
        self.policy.decide(&batch).unwrap()
    }
}

/// Successive ticks of one workload whose utilisation goes up and down.
pub(crate) struct Ticks(Observations);

impl Default for Ticks {
    fn default() -> Self {
        let start = Timestamp::from_nanoseconds(0);
        let mut observations = Observations::missing(start, 0, vec![WorkloadId(1)]);
        for &column in Column::ALL {
            observations.column_mut(column).fill(1.0);
        }
        observations.column_mut(Column::ReplicasMax).fill(100.0);
        Self(observations)
    }
}

impl Ticks {
    /// The next tick, a quarter of a minute after the last one.
    pub(crate) fn next(&mut self) -> &Observations {
        let Self(observations) = self;
        observations.tick += 1;
        let nanoseconds = 15_000_000_000 * observations.tick as i64;
        observations.now = Timestamp::from_nanoseconds(nanoseconds);
        let utilisation = 0.3 + 0.1 * (observations.tick % 8) as f64;
        observations.column_mut(Column::CpuUtilisationRatioMean).fill(utilisation);
        &self.0
    }
}
