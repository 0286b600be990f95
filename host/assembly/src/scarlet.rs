//! SCARLET's JSON: functions, their throughput targets and SLA latencies, raced with Regatta's own
//! choice of policies.

mod raw;

use std::path::Path;

use raw::{Benchmark, File};
use serde_json::json;

use crate::experiment::{ExperimentError, Raw};
use crate::read::parse;

/// SCARLET's step: a measurement of 15 s, then a decision.
const STEP_SECONDS: f64 = 15.0;
/// One episode of a hundred steps.
const DURATION_SECONDS: f64 = 1500.0;
/// SCARLET's cap on containers of one function.
const REPLICAS_MAX: u32 = 121;
/// Service time of a function that is not known by name: vSwarm's median.
const UNKNOWN_SERVICE_SECONDS: f64 = 0.176;

/// Median service times of vSwarm functions, in seconds (In-Vitro's profile of vSwarm).
const SERVICE_SECONDS: &[(&str, f64)] = &[
    ("fibonacci-python", 0.186),
    ("hotel-app-geo", 0.000_82),
    ("hotel-app-profile", 0.001_70),
    ("hotel-app-user", 0.002_06),
    ("auth-python", 0.001_83),
    ("rnn-serving-python", 1.387),
    ("video-processing-python", 0.261),
];

/// Functions of ours that do what vSwarm's do, by the beginning of their names; the languages that
/// vSwarm has them in are told apart by the ends.
const FUNCTIONS: &[(&str, &str)] = &[
    ("fibonacci", "fibonacci"),
    ("hotel-app-geo", "hotel-geo"),
    ("hotel-app-profile", "hotel-profile"),
    ("aes", "aes"),
    ("emailservice", "email"),
    ("image-rotate", "image-resize"),
];

/// Whether the text is SCARLET's: a JSON object with a list of `benchmarks` or `functions`, and no
/// policies.
pub(crate) fn is_scarlet(text: &str) -> bool {
    if !text.trim_start().starts_with('{') {
        return false;
    }
    let Ok(serde_json::Value::Object(map)) = serde_json::from_str(text) else { return false };
    map.get("benchmarks").or_else(|| map.get("functions")).is_some_and(|list| list.is_array())
        && !map.contains_key("policies")
}

/// The race of a SCARLET file: its functions as one group, under a tuned HPA, Knative's KPA, static
/// baselines and a Q-table, scored by SCARLET's own reward.
pub(crate) fn read(file: &Path, text: &str) -> Result<Raw, ExperimentError> {
    let parsed: File = parse(file, text)?;
    let workloads = parsed
        .benchmarks
        .iter()
        .enumerate()
        .map(|(place, benchmark)| workload(file, place, benchmark))
        .collect::<Result<Vec<_>, _>>()?;
    let functions: serde_json::Map<String, serde_json::Value> = parsed
        .benchmarks
        .iter()
        .filter_map(|benchmark| {
            let known = FUNCTIONS.iter().find(|(begins, _)| benchmark.name.starts_with(begins))?;
            Some((benchmark.name.clone(), json!({"function": known.1, "protocol": "grpc"})))
        })
        .collect();
    let hpa = json!({"metrics": [{"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]});
    let race = json!({
        "name": file.file_stem().unwrap_or_default().to_string_lossy(),
        "about": "Functions, throughput targets and latencies of a SCARLET configuration",
        "cluster": {"tick_seconds": STEP_SECONDS, "duration_seconds": DURATION_SECONDS,
            "metrics": {"scrape_interval_seconds": STEP_SECONDS, "window_seconds": STEP_SECONDS}},
        "workloads": workloads,
        "processes": {"functions": functions},
        "policies": [
            {"name": "hpa-tuned", "module": "threshold-hpa", "settings": hpa, "tune": {"vary": {
                "/metrics/0/resource/target/averageUtilization": [40, 50, 60, 70, 80, 90]}}},
            {"module": "knative-kpa", "period_seconds": STEP_SECONDS},
            {"name": "static-1", "module": "static-replicas", "settings": {"replicas": 1}},
            {"name": "static-10", "module": "static-replicas", "settings": {"replicas": 10}},
            {"module": "q-table", "settings": {"preset": "agarwal"}, "train": {"episodes": 20}},
        ],
        "rewards": [
            {"module": "scarlet", "settings": {"tail": parsed.percentile(file)?}},
            {"module": "balanced"},
        ],
        "fallback": {"module": "threshold-hpa"},
    });
    serde_path_to_error::deserialize(race).map_err(|error| {
        ExperimentError::invalid(file, error.path().to_string(), error.to_string())
    })
}

fn workload(
    file: &Path,
    place: usize,
    benchmark: &Benchmark,
) -> Result<serde_json::Value, ExperimentError> {
    let rate = benchmark.rate_per_second(file, place)?;
    let known = SERVICE_SECONDS.iter().find(|(name, _)| *name == benchmark.name);
    let mean_seconds = known.map_or(UNKNOWN_SERVICE_SECONDS, |&(_, seconds)| seconds);
    let slo = benchmark.sla.objective(file, place)?;
    Ok(json!({
        "name": benchmark.name,
        "bounds": {"replicas_min": 1, "replicas_max": REPLICAS_MAX},
        "slo": slo.map(|(percentile, latency_seconds)| {
            json!({"percentile": percentile, "latency_seconds": latency_seconds})
        }),
        "target_rate_per_second": rate,
        "arrivals": {"kind": "constant", "rate_per_second": rate},
        "service": {"kind": "exponential", "mean_seconds": mean_seconds},
    }))
}
