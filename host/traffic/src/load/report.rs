//! Report: what a measurement found, and whether it counts.

use std::io::Write;

use serde::Serialize;

use super::row::{Percentiles, Row, write_csv};
use super::tally::Tally;
use super::track::Reach;
use super::verdict::{Doubt, doubts};
use super::{Failures, LoadError};

/// What a measurement found. As JSON it is self-contained; the rows alone also go out as CSV.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether it measured what was asked for.
    pub valid: bool,
    /// Why not, in words.
    pub doubts: Vec<Doubt>,
    /// Whether it was stopped before the plan was through.
    pub stopped_early: bool,
    /// How long the warm-up was.
    pub warm_up_seconds: f64,
    /// For how long requests counted.
    pub measured_seconds: f64,
    /// What each flow did in that time.
    pub flows: Vec<Summary>,
    /// What each flow did second by second, from the start to the end of the drain; a million
    /// rows at most, and none after those.
    pub rows: Vec<Row>,
}

/// What one flow did in the time that counts.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The flow's name.
    pub flow: String,
    /// Requests that fell due.
    pub intended: u64,
    /// Requests that were sent, however late.
    pub sent: u64,
    /// Requests that were sent before sending ended.
    pub sent_in_time: u64,
    /// Good answers.
    pub done: u64,
    /// What failed, by kind.
    pub failures: Failures,
    /// Requests that fell due, per second.
    pub asked_per_second: f64,
    /// Requests that were sent before sending ended, per second.
    pub reached_per_second: f64,
    /// Good answers to all that fell due, from 0 to 1; 1 where nothing did.
    pub success_ratio: f64,
    /// Latency from the intended instant.
    pub latency: Percentiles,
    /// The generator's own lateness.
    pub lag: Percentiles,
    /// The counts and histograms behind it all.
    #[serde(skip)]
    pub tally: Tally,
}

impl Report {
    pub(crate) fn new(
        (warm_up_seconds, measured_seconds): (f64, f64),
        stopped_early: bool,
        flows: Vec<Summary>,
        rows: Vec<Row>,
    ) -> Self {
        let doubts = doubts(&flows);
        let valid = doubts.is_empty();
        Self { valid, doubts, stopped_early, warm_up_seconds, measured_seconds, flows, rows }
    }

    /// Writes one line for each second and flow.
    ///
    /// # Errors
    /// [`LoadError::Csv`] if the writer refuses.
    pub fn write_csv(&self, writer: impl Write) -> Result<(), LoadError> {
        write_csv(&self.rows, writer)
    }
}

impl Summary {
    pub(crate) fn new(flow: &str, seconds: f64, in_time: Reach, tally: Tally) -> Self {
        let rate = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        let success_ratio =
            if tally.intended > 0 { tally.done as f64 / tally.intended as f64 } else { 1.0 };
        Self {
            flow: flow.into(),
            intended: tally.intended,
            sent: tally.sent,
            sent_in_time: in_time.sent,
            done: tally.done,
            failures: tally.failures.clone(),
            asked_per_second: rate(tally.intended),
            reached_per_second: rate(in_time.sent),
            success_ratio,
            latency: Percentiles::of(&tally.latencies),
            lag: Percentiles::of(&tally.lags),
            tally,
        }
    }
}
