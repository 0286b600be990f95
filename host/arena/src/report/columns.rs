//! Columns: measures and series as Parquet, one row a run and one row a point in time.
//!
//! Absent values are nulls and infinite ones infinities. The metrics' titles, units and directions
//! are in the file's metadata under [`METRICS_KEY`]. The writer's own version is not written, so that
//! bytes depend on the results alone.

mod file;

use thiserror::Error;

use self::file::{Column, Values};
use crate::metric::Metric;
use crate::results::{Cell, Measures, Results, Series};

/// Where a file's metadata describe its metrics, as JSON.
pub const METRICS_KEY: &str = "regatta.metrics";

/// Results that do not fit into columns.
#[derive(Debug, Error)]
pub enum ColumnsError {
    /// The encoder refuses.
    #[error("cannot encode {what} as Parquet")]
    Encode {
        /// Which file.
        what: &'static str,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// Metrics cannot be described.
    #[error("cannot describe the metrics of {what}")]
    Describe {
        /// Which file.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

/// `measures.parquet`: one row for each entrant, course, seed and workload, and one with a null
/// workload for all of them together, with a column for each metric.
pub fn measures(results: &Results) -> Result<Vec<u8>, ColumnsError> {
    let rows: Vec<(&Cell, Option<&str>, &Measures)> = results
        .cells
        .iter()
        .flat_map(|cell| {
            let workloads = cell.workloads.iter();
            let each = workloads.map(|of| (Some(of.workload.as_str()), &of.measures));
            std::iter::once((None, &cell.overall))
                .chain(each)
                .map(move |(workload, measures)| (cell, workload, measures))
        })
        .collect();
    let mut columns = names(rows.iter().map(|&(cell, workload, _)| (cell, workload)));
    columns.push(Column::new(
        "measured_seconds",
        Values::Double(rows.iter().map(|(.., measures)| Some(measures.seconds)).collect()),
    ));
    for metric in Metric::all(results.plan.rewards.iter().map(|reward| reward.name.as_str())) {
        let values = rows.iter().map(|(.., measures)| metric.of(measures)).collect();
        columns.push(Column::new(&metric.record.name, Values::Double(values)));
    }
    file::write("measures", &columns, results)
}

/// `series.parquet`: one row for each entrant, course, seed, workload and point in time, of the runs
/// whose series were kept.
pub fn series(results: &Results) -> Result<Vec<u8>, ColumnsError> {
    let points: Vec<(&Cell, &Series, usize)> = results
        .cells
        .iter()
        .flat_map(|cell| cell.series.iter().map(move |series| (cell, series)))
        .flat_map(|(cell, series)| {
            (0..series.arrival_rate_per_second.len()).map(move |point| (cell, series, point))
        })
        .collect();
    let mut columns = names(points.iter().map(|&(cell, of, _)| (cell, Some(of.workload.as_str()))));
    let seconds = |&(_, series, point): &(_, &Series, usize)| {
        Some(series.start_seconds + point as f64 * series.step_seconds)
    };
    columns.push(Column::new("at_seconds", Values::Double(points.iter().map(seconds).collect())));
    let objective = |&(_, series, _): &(_, &Series, usize)| series.latency_slo_seconds;
    let objectives = points.iter().map(objective).collect();
    columns.push(Column::new("latency_slo_seconds", Values::Double(objectives)));
    for (name, of) in CURVES {
        let value = |&(_, series, point): &(_, &Series, usize)| *of(series).get(point)?;
        columns.push(Column::new(name, Values::Float(points.iter().map(value).collect())));
    }
    file::write("series", &columns, results)
}

type Curve = (&'static str, fn(&Series) -> &[Option<f32>]);

const CURVES: [Curve; 6] = [
    ("arrival_rate_per_second", |of| &of.arrival_rate_per_second),
    ("replicas_desired", |of| &of.replicas_desired),
    ("replicas_ready", |of| &of.replicas_ready),
    ("latency_seconds_tail", |of| &of.latency_seconds_tail),
    ("cpu_utilisation_ratio", |of| &of.cpu_utilisation_ratio),
    ("reward", |of| &of.reward),
];

/// Which run and workload a row is of.
fn names<'a>(rows: impl Iterator<Item = (&'a Cell, Option<&'a str>)> + Clone) -> Vec<Column<'a>> {
    let text = |of: fn(&'a Cell) -> &'a str| {
        Values::Text(rows.clone().map(|(cell, _)| Some(of(cell))).collect())
    };
    vec![
        Column::new("entrant", text(|cell| &cell.name.entrant)),
        Column::new("course", text(|cell| &cell.name.course)),
        Column::new("seed", Values::Seed(rows.clone().map(|(cell, _)| cell.name.seed).collect())),
        Column::new("workload", Values::Text(rows.map(|(_, workload)| workload).collect())),
    ]
}

#[cfg(test)]
mod tests;
