//! Run: one workload of one course over time, by all entrants.

use serde::Serialize;

use super::Entrant;
use super::number::Number;
use crate::results::{Cell, Results, Series};

/// One workload of one course, by all entrants.
#[derive(Serialize)]
pub(super) struct Run<'a> {
    course: &'a str,
    workload: &'a str,
    seed: u64,
    start_seconds: f64,
    step_seconds: f64,
    latency_slo_seconds: Option<f64>,
    arrivals: Vec<Number>,
    entrants: Vec<Option<Lines>>,
}

#[derive(Serialize)]
struct Lines {
    replicas: Vec<Number>,
    latency: Vec<Number>,
    utilisation: Vec<Number>,
    reward: Vec<Number>,
}

/// Every workload whose series were kept, in the order in which they are met.
pub(super) fn runs<'a>(results: &'a Results, entrants: &[Entrant<'_>]) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for cell in &results.cells {
        let Some(entrant) = entrants.iter().position(|of| of.name == cell.name.entrant) else {
            continue;
        };
        for series in &cell.series {
            let at = runs.iter().position(|run| run.is_of(cell, series)).unwrap_or_else(|| {
                runs.push(Run::new(cell, series, entrants.len()));
                runs.len() - 1
            });
            runs[at].entrants[entrant] = Some(Lines {
                replicas: numbers(&series.replicas_ready),
                latency: numbers(&series.latency_seconds_tail),
                utilisation: numbers(&series.cpu_utilisation_ratio),
                reward: numbers(&series.reward),
            });
        }
    }
    runs
}

impl<'a> Run<'a> {
    /// Arrivals are the same for all, so the first to come gives them.
    fn new(cell: &'a Cell, series: &'a Series, entrants: usize) -> Self {
        Run {
            course: &cell.name.course,
            workload: &series.workload,
            seed: cell.name.seed,
            start_seconds: series.start_seconds,
            step_seconds: series.step_seconds,
            latency_slo_seconds: series.latency_slo_seconds,
            arrivals: numbers(&series.arrival_rate_per_second),
            entrants: (0..entrants).map(|_| None).collect(),
        }
    }

    fn is_of(&self, cell: &Cell, series: &Series) -> bool {
        self.course == cell.name.course
            && self.workload == series.workload
            && self.seed == cell.name.seed
    }
}

fn numbers(values: &[Option<f32>]) -> Vec<Number> {
    values.iter().map(|value| Number(value.map(f64::from))).collect()
}
