//! A host that keeps a policy and shows it batches.

use sdk::{Advice, Batch, Detail, Policy, RawBatch};
use serde_json::Value;
use threshold_hpa::ThresholdHpa;

pub const SECOND: i64 = 1_000_000_000;

/// A policy and the answers that it gave.
pub struct Host {
    pub policy: ThresholdHpa,
}

/// One workload's columns by name; a column that is not there is missing.
pub type Row<'a> = &'a [(&'a str, f64)];

impl Host {
    pub fn new(settings: &Value) -> Self {
        let settings = serde_json::from_value(settings.clone()).expect("well-formed settings");
        let complaints = ThresholdHpa::check(&settings);
        assert!(complaints.is_empty(), "{complaints:?}");
        Self { policy: ThresholdHpa::new(settings, 0) }
    }

    pub fn try_turn(
        &mut self,
        seconds: i64,
        rows: &[(u64, Row<'_>)],
        details: Vec<Detail>,
    ) -> Result<Advice, String> {
        let value = |row: Row<'_>, column: &str| {
            row.iter().find(|(name, _)| *name == column).map_or(f64::NAN, |&(_, value)| value)
        };
        let columns = self.policy.needs().columns;
        let values =
            columns.iter().flat_map(|column| rows.iter().map(|(_, row)| value(row, column)));
        self.policy.decide(&Batch::from(RawBatch {
            now_nanoseconds: seconds * SECOND,
            tick: 0,
            workloads: rows.iter().map(|(id, _)| *id).collect(),
            values: values.collect(),
            explore: false,
            explain: true,
            details,
        }))
    }

    /// The replicas and the label of each row.
    pub fn turn(
        &mut self,
        seconds: i64,
        rows: &[(u64, Row<'_>)],
        details: Vec<Detail>,
    ) -> Vec<(Option<f64>, &'static str)> {
        let advice = self.try_turn(seconds, rows, details).expect("a well-formed batch");
        let answer =
            |one: &sdk::Recommendation| (one.replicas, ThresholdHpa::REASONS[one.reason as usize]);
        advice.recommendations.iter().map(answer).collect()
    }

    /// The replicas and the label of a single workload.
    pub fn one(&mut self, seconds: i64, row: Row<'_>) -> (Option<f64>, &'static str) {
        self.turn(seconds, &[(1, row)], Vec::new())[0]
    }
}
