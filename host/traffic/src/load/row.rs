//! Row: what one flow did in one second.

use std::io::Write;

use serde::Serialize;

use super::track::Gauge;
use super::{Failure, Failures, Latencies, LoadError, Tally};

/// Where in the measurement a time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Requests are sent and do not count.
    WarmUp,
    /// Requests are sent and count.
    Measuring,
    /// The last answers are waited for.
    Draining,
}

impl Phase {
    fn label(self) -> &'static str {
        match self {
            Self::WarmUp => "warm-up",
            Self::Measuring => "measuring",
            Self::Draining => "draining",
        }
    }
}

/// Percentiles of latency in microseconds; none where nothing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Half are no slower.
    pub p50_microseconds: Option<u64>,
    /// 90 % are no slower.
    pub p90_microseconds: Option<u64>,
    /// 95 % are no slower.
    pub p95_microseconds: Option<u64>,
    /// 99 % are no slower.
    pub p99_microseconds: Option<u64>,
    /// 99.9 % are no slower.
    pub p999_microseconds: Option<u64>,
    /// The slowest.
    pub max_microseconds: Option<u64>,
}

impl Percentiles {
    /// The percentiles of these latencies.
    pub fn of(latencies: &Latencies) -> Self {
        let quantile = |quantile| latencies.quantile_microseconds(quantile);
        Self {
            p50_microseconds: quantile(0.5),
            p90_microseconds: quantile(0.9),
            p95_microseconds: quantile(0.95),
            p99_microseconds: quantile(0.99),
            p999_microseconds: quantile(0.999),
            max_microseconds: quantile(1.0),
        }
    }

    fn columns(&self) -> [(&'static str, Option<u64>); 6] {
        [
            ("p50_microseconds", self.p50_microseconds),
            ("p90_microseconds", self.p90_microseconds),
            ("p95_microseconds", self.p95_microseconds),
            ("p99_microseconds", self.p99_microseconds),
            ("p999_microseconds", self.p999_microseconds),
            ("max_microseconds", self.max_microseconds),
        ]
    }
}

/// What one flow did in one second, the warm-up and the drain included.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// When it ends, in seconds since the start.
    pub at_seconds: f64,
    /// How long it is: 1, but for the last one and where the machine was too busy.
    pub length_seconds: f64,
    /// The flow's name.
    pub flow: String,
    /// Where it begins.
    pub phase: Phase,
    /// Requests that fell due.
    pub intended: u64,
    /// Requests that were sent.
    pub sent: u64,
    /// Good answers.
    pub done: u64,
    /// What failed, by kind.
    pub failures: Failures,
    /// Requests that had fallen due and not ended when it ended.
    pub in_flight: usize,
    /// How many of them waited for a connection.
    pub queued: usize,
    /// Latency of those that ended.
    pub latency: Percentiles,
    /// The generator's own lateness, the 99th percentile.
    pub lag_p99_microseconds: Option<u64>,
}

impl Row {
    pub(crate) fn new(
        (start, end): (u64, u64),
        flow: &str,
        phase: Phase,
        tally: &Tally,
        gauge: Gauge,
    ) -> Self {
        Self {
            at_seconds: end as f64 / 1e9,
            length_seconds: end.saturating_sub(start) as f64 / 1e9,
            flow: flow.into(),
            phase,
            intended: tally.intended,
            sent: tally.sent,
            done: tally.done,
            failures: tally.failures.clone(),
            in_flight: gauge.in_flight,
            queued: gauge.queued,
            latency: Percentiles::of(&tally.latencies),
            lag_p99_microseconds: tally.lags.quantile_microseconds(0.99),
        }
    }

    /// Requests that fell due, per second.
    pub fn asked_per_second(&self) -> f64 {
        self.intended as f64 / self.length_seconds
    }

    /// Requests that were sent, per second.
    pub fn reached_per_second(&self) -> f64 {
        self.sent as f64 / self.length_seconds
    }
}

/// Writes rows with a line of names before them; a percentile that does not exist is empty.
pub(crate) fn write_csv(rows: &[Row], writer: impl Write) -> Result<(), LoadError> {
    let failed = |source| LoadError::Csv { source };
    let mut writer = csv::Writer::from_writer(writer);
    let before = ["at_seconds", "length_seconds", "flow", "phase", "intended", "sent", "done"];
    let percentiles = Percentiles::of(&Latencies::new()).columns().map(|(name, _)| name);
    let names = before
        .into_iter()
        .chain(Failure::LABELS)
        .chain(["in_flight", "queued"])
        .chain(percentiles)
        .chain(["lag_p99_microseconds"]);
    writer.write_record(names).map_err(failed)?;
    let shown = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    for row in rows {
        let mut fields = vec![
            format!("{:.3}", row.at_seconds),
            format!("{:.3}", row.length_seconds),
            row.flow.clone(),
            row.phase.label().into(),
        ];
        fields.extend([row.intended, row.sent, row.done].map(|count| count.to_string()));
        fields.extend(row.failures.by_label().map(|(_, count)| count.to_string()));
        fields.extend([row.in_flight, row.queued].map(|count| count.to_string()));
        fields.extend(row.latency.columns().map(|(_, value)| shown(value)));
        fields.push(shown(row.lag_p99_microseconds));
        writer.write_record(&fields).map_err(failed)?;
    }
    writer.flush().map_err(|source| failed(source.into()))
}
