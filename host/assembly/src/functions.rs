//! Functions: workloads made of the busiest functions of a trace.

use std::path::Path;

use scaling::Slo;
use serde_json::Value;
use simulator::WorkloadSpec;
use traffic::azure2019::{FunctionTrace, Trace2019};

use crate::experiment::{ExperimentError, Functions};

/// The workloads of the race and those of training and tuning.
pub(crate) struct Divided {
    pub(crate) race: Vec<WorkloadSpec>,
    pub(crate) training: Vec<WorkloadSpec>,
}

/// Takes the busiest functions that are wanted; the race gets the first, third, fifth, …, training
/// the others, so that nothing is raced on what it was trained on.
pub(crate) fn workloads(
    file: &Path,
    wanted: &Functions,
    trace: &Trace2019,
) -> Result<Divided, ExperimentError> {
    check(file, wanted)?;
    let matching = trace
        .busiest(trace.functions.len())
        .into_iter()
        .filter(|function| function.invocations() > 0 && fits(wanted, function));
    let taken: Vec<&FunctionTrace> = matching.take(wanted.busiest).collect();
    if taken.len() < wanted.busiest {
        let problem = format!(
            "asks for {} functions, but only {} of the trace's {} match",
            wanted.busiest,
            taken.len(),
            trace.functions.len()
        );
        return Err(ExperimentError::invalid(file, "functions.busiest", problem));
    }
    let mut divided = Divided { race: Vec::new(), training: Vec::new() };
    for (place, function) in taken.into_iter().enumerate() {
        let workload = workload(file, wanted, function)?;
        let part = if place % 2 == 0 { &mut divided.race } else { &mut divided.training };
        part.push(workload);
    }
    Ok(divided)
}

fn check(file: &Path, wanted: &Functions) -> Result<(), ExperimentError> {
    let positive = [
        ("offered_cores", wanted.offered_cores),
        ("most_requests_per_second", wanted.most_requests_per_second),
        ("slo_of_mean_duration", wanted.slo_of_mean_duration),
    ];
    for (field, value) in positive {
        if value.is_some_and(|value| !(value.is_finite() && value > 0.0)) {
            let field = format!("functions.{field}");
            return Err(ExperimentError::invalid(file, field, "must be a number above 0"));
        }
    }
    if wanted.busiest < 2 {
        let problem = "must be at least 2: one to race on and one to train and tune on";
        return Err(ExperimentError::invalid(file, "functions.busiest", problem));
    }
    for field in ["name", "arrivals"] {
        if wanted.template.contains_key(field) {
            let field = format!("functions.template.{field}");
            return Err(ExperimentError::invalid(file, field, "comes from the trace"));
        }
    }
    Ok(())
}

fn fits(wanted: &Functions, function: &FunctionTrace) -> bool {
    let mean = mean_seconds(function);
    let duration =
        wanted.mean_duration_seconds.is_none_or(|(least, most)| mean >= least && mean <= most);
    duration && variation(function) >= wanted.least_variation
}

/// Standard deviation of the counts of minutes, divided by their mean.
fn variation(function: &FunctionTrace) -> f64 {
    let counts: Vec<f64> =
        function.counts_per_minute.iter().map(|&count| f64::from(count)).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let variance = counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>()
        / counts.len() as f64;
    variance.sqrt() / mean
}

/// Mean duration of a request as it is drawn. One core serves it, so this is its work in
/// core-seconds too.
fn mean_seconds(function: &FunctionTrace) -> f64 {
    let service = function.durations_or_typical().service_spec().service();
    service.expect("a trace's percentiles never fall").mean_seconds()
}

fn workload(
    file: &Path,
    wanted: &Functions,
    function: &FunctionTrace,
) -> Result<WorkloadSpec, ExperimentError> {
    let rate = function.mean_rate_per_second();
    let offered = wanted.offered_cores.map_or(1.0, |cores| cores / (rate * mean_seconds(function)));
    let most = wanted.most_requests_per_second.map_or(f64::INFINITY, |most| most / rate);
    let mut fields = wanted.template.clone();
    fields.insert("name".to_owned(), Value::from(format!("function-{}", function.name)));
    let arrivals = serde_json::json!({
        "kind": "azure2019",
        "function": function.name,
        "scale": offered.min(most),
    });
    fields.insert("arrivals".to_owned(), arrivals);
    let mut workload: WorkloadSpec = serde_path_to_error::deserialize(Value::Object(fields))
        .map_err(|error| {
            let field = format!("functions.template.{}", error.path());
            ExperimentError::invalid(file, field, error.inner().to_string())
        })?;
    if workload.service.is_none() {
        workload.service = Some(function.durations_or_typical().service_spec());
    }
    if let Some(times) = wanted.slo_of_mean_duration {
        let percentile = workload.slo.map(|slo| slo.percentile).unwrap_or_default();
        let latency_seconds = times * mean_seconds(function);
        workload.slo = Some(Slo { latency_seconds, percentile });
    }
    Ok(workload)
}
