//! Agreement: how far the simulator is from the machine, workload by workload.

use std::fmt::Write as _;

use arena::results::{Cell, Measures, Series};
use serde::Serialize;

use crate::output;

/// How far the simulator is from the machine.
#[derive(Debug, Serialize)]
pub(super) struct Agreement {
    workloads: Vec<WorkloadAgreement>,
}

/// Of one workload, means over seeds.
#[derive(Debug, Serialize)]
struct WorkloadAgreement {
    workload: String,
    quantities: Vec<Quantity>,
    /// Mean over time of how many replicas they are apart.
    replicas_apart: Option<f64>,
}

/// One quantity on both.
#[derive(Debug, Serialize)]
struct Quantity {
    name: &'static str,
    real: Option<f64>,
    simulated: Option<f64>,
    /// Simulated divided by real, minus 1.
    error_ratio: Option<f64>,
}

type Read = fn(&Measures) -> Option<f64>;

const QUANTITIES: &[(&str, Read)] = &[
    ("latency mean, ms", |of| milliseconds(of.latency.seconds_mean)),
    ("latency p50, ms", |of| milliseconds(of.latency.seconds_p50)),
    ("latency p95, ms", |of| milliseconds(of.latency.seconds_p95)),
    ("latency p99, ms", |of| milliseconds(of.latency.seconds_p99)),
    ("CPU utilisation, %", |of| {
        let used = 100.0 * of.cpu_core_seconds_used / of.cpu_core_seconds_allocated;
        used.is_finite().then_some(used)
    }),
    ("CPU used, core·s", |of| Some(of.cpu_core_seconds_used)),
    ("replicas, mean", |of| (of.seconds > 0.0).then(|| of.replica_seconds / of.seconds)),
    ("requests", |of| Some(of.requests.arrivals as f64)),
    ("requests not served", |of| {
        Some(of.requests.arrivals.saturating_sub(of.requests.completed) as f64)
    }),
];

fn milliseconds(seconds: Option<f64>) -> Option<f64> {
    seconds.map(|seconds| seconds * 1e3)
}

impl Agreement {
    /// Compares the cells of one policy, in the same order of seeds.
    pub(super) fn of(real: &[Cell], simulated: &[Cell]) -> Self {
        let names = real.first().map(|cell| cell.workloads.as_slice()).unwrap_or_default();
        let workloads = names.iter().enumerate().map(|(place, named)| {
            let quantities = QUANTITIES.iter().map(|&(name, read)| {
                let over = |cells: &[Cell]| {
                    mean(cells.iter().map(|cell| read(&cell.workloads[place].measures)))
                };
                let (real, simulated) = (over(real), over(simulated));
                let error_ratio = real
                    .zip(simulated)
                    .map(|(real, simulated)| simulated / real - 1.0)
                    .filter(|error| error.is_finite());
                Quantity { name, real, simulated, error_ratio }
            });
            let pairs = real.iter().zip(simulated);
            let apart =
                pairs.map(|(real, simulated)| apart(&real.series[place], &simulated.series[place]));
            WorkloadAgreement {
                workload: named.workload.clone(),
                quantities: quantities.collect(),
                replicas_apart: mean(apart),
            }
        });
        Self { workloads: workloads.collect() }
    }
}

/// Mean of those that are there; none if one is missing.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Option<Vec<f64>> = values.collect();
    values.filter(|values| !values.is_empty()).map(|v| v.iter().sum::<f64>() / v.len() as f64)
}

/// Mean over time of the difference in replicas that can serve.
fn apart(real: &Series, simulated: &Series) -> Option<f64> {
    let points = real.replicas_ready.iter().zip(&simulated.replicas_ready);
    let differences: Vec<f64> = points
        .filter_map(|(real, simulated)| {
            Some(f64::from((real.as_ref()? - simulated.as_ref()?).abs()))
        })
        .collect();
    mean(differences.into_iter().map(Some))
}

impl output::Card for Agreement {
    fn text(&self) -> String {
        let mut text = String::new();
        for workload in &self.workloads {
            let _ = writeln!(
                text,
                "{}\n  {:<22} {:>10} {:>10} {:>8}",
                workload.workload, "", "real", "simulated", "error"
            );
            for quantity in &workload.quantities {
                let number = |value: Option<f64>| {
                    value.map_or("-".to_owned(), |value| format!("{value:.2}"))
                };
                let error = quantity
                    .error_ratio
                    .map_or("-".to_owned(), |error| format!("{:+.1} %", 100.0 * error));
                let _ = writeln!(
                    text,
                    "  {:<22} {:>10} {:>10} {error:>8}",
                    quantity.name,
                    number(quantity.real),
                    number(quantity.simulated),
                );
            }
            let apart =
                workload.replicas_apart.map_or("-".to_owned(), |apart| format!("{apart:.2}"));
            let _ = writeln!(text, "  {:<22} {apart:>21}", "replicas apart, mean");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_compared_point_by_point() {
        let series =
            |ready: &[Option<f32>]| Series { replicas_ready: ready.to_vec(), ..Series::default() };
        let real = series(&[Some(1.0), Some(2.0), None, Some(4.0)]);
        let simulated = series(&[Some(2.0), Some(2.0), Some(9.0), Some(2.0)]);
        assert_eq!(apart(&real, &simulated), Some(1.0));
        assert_eq!(apart(&real, &series(&[])), None);
    }

    #[test]
    fn a_mean_needs_all_its_values() {
        assert_eq!(mean([Some(1.0), Some(2.0)].into_iter()), Some(1.5));
        assert_eq!(mean([Some(1.0), None].into_iter()), None);
        assert_eq!(mean(std::iter::empty()), None);
    }
}
