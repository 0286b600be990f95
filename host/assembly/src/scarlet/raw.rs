//! SCARLET's file as it is written.

use std::path::Path;

use serde::Deserialize;

use crate::experiment::ExperimentError;

/// The percentiles of SCARLET's list of latencies, in its order.
const PERCENTILES: [&str; 4] = ["p50", "p90", "p99", "p999"];

/// A configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(alias = "functions")]
    pub(super) benchmarks: Vec<Benchmark>,
    /// Of the original's data collection; no meaning here.
    #[serde(default, rename = "total_duration")]
    _total_duration: Option<serde_json::Value>,
    #[serde(default, rename = "workload_interval")]
    _workload_interval: Option<serde_json::Value>,
}

/// A function with what it is asked to reach.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Benchmark {
    pub(super) name: String,
    #[serde(default, rename = "entry-point")]
    _entry_point: Option<String>,
    #[serde(default, rename = "functions")]
    functions: Vec<String>,
    #[serde(default, alias = "throughput-target", alias = "throughput_target", alias = "rps")]
    throughput: Option<f64>,
    #[serde(default, rename = "rps-min")]
    rps_min: Option<f64>,
    #[serde(default, rename = "rps-max")]
    rps_max: Option<f64>,
    #[serde(default, rename = "invoker-configs")]
    invoker: Option<Invoker>,
    #[serde(default)]
    pub(super) sla: Sla,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Invoker {
    #[serde(default, rename = "duration-min")]
    _duration_min: Option<f64>,
    #[serde(default, rename = "duration-max")]
    _duration_max: Option<f64>,
    #[serde(rename = "rps-min")]
    rps_min: f64,
    #[serde(rename = "rps-max")]
    rps_max: f64,
}

/// Latencies in microseconds at P50, P90, P99 and P99.9; 0 promises nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Sla {
    lat: Vec<f64>,
}

impl File {
    /// The percentile that the SCARLET reward looks at: that of the promises.
    pub(super) fn percentile(&self, file: &Path) -> Result<&'static str, ExperimentError> {
        for (place, benchmark) in self.benchmarks.iter().enumerate() {
            if let Some((percentile, _)) = benchmark.sla.objective(file, place)? {
                return Ok(percentile);
            }
        }
        Ok("p90")
    }
}

impl Benchmark {
    /// Its throughput target; of a range the middle.
    pub(super) fn rate_per_second(
        &self,
        file: &Path,
        place: usize,
    ) -> Result<f64, ExperimentError> {
        let invalid = |field: &str, problem: String| {
            Err(ExperimentError::invalid(file, format!("benchmarks[{place}].{field}"), problem))
        };
        if self.functions.len() > 1 {
            let problem = "names a chain; write it as a race file with `calls`".to_owned();
            return invalid("functions", problem);
        }
        let range = match (&self.invoker, self.rps_min, self.rps_max) {
            (_, Some(min), Some(max)) => Some((min, max)),
            (Some(invoker), _, _) => Some((invoker.rps_min, invoker.rps_max)),
            _ => None,
        };
        let rate = self.throughput.or(range.map(|(min, max)| (min + max) / 2.0));
        match rate {
            Some(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
            Some(rate) => {
                let field = if self.throughput.is_some() { "throughput_target" } else { "rps-min" };
                invalid(field, format!("gives {rate} requests per second; give more than 0"))
            }
            None => invalid("throughput_target", "is missing: give requests per second".to_owned()),
        }
    }
}

impl Sla {
    /// The first percentile with a promise, and the promise in seconds.
    pub(super) fn objective(
        &self,
        file: &Path,
        place: usize,
    ) -> Result<Option<(&'static str, f64)>, ExperimentError> {
        let wrong = self.lat.len() > PERCENTILES.len()
            || self.lat.iter().any(|&latency| !(latency.is_finite() && latency >= 0.0));
        if wrong {
            return Err(ExperimentError::invalid(
                file,
                format!("benchmarks[{place}].sla.lat"),
                "must be up to four latencies in microseconds: P50, P90, P99, P99.9; 0 for none",
            ));
        }
        let promised = PERCENTILES.into_iter().zip(&self.lat).find(|&(_, &latency)| latency > 0.0);
        Ok(promised.map(|(percentile, &latency)| (percentile, latency / 1e6)))
    }
}
