//! The cluster as a whole. Each kind of expectation has a file of its own.

mod budgets;
mod chains;
mod closed_forms;
mod cold_starts;
mod faults;
mod handling;
mod observations;
mod scaling_up_and_down;
mod seeds;
mod shares;

use std::sync::Arc;

use scaling::{Bounds, Cluster, Decision, DetailSet, Observations, RailSet, Totals, WorkloadId};
use traffic::{ArrivalSpec, ProcessSpec, ServiceSpec, Traces};

use super::Simulation;
use crate::{ClusterSpec, Plan, WorkloadSpec};

fn poisson(rate_per_second: f64) -> Option<ArrivalSpec> {
    Some(ArrivalSpec::new(ProcessSpec::Poisson { rate_per_second }))
}

/// Requests at `first`, `2 × first`, … seconds, as many as said.
fn regular(first: f64, count: u32) -> Option<ArrivalSpec> {
    let mut arrivals = ArrivalSpec::new(ProcessSpec::Constant { rate_per_second: 1.0 / first });
    arrivals.limit_seconds = Some(first * (f64::from(count) + 0.5));
    Some(arrivals)
}

fn exactly(seconds: f64) -> ServiceSpec {
    ServiceSpec::Deterministic { seconds }
}

fn exponential(mean_seconds: f64) -> ServiceSpec {
    ServiceSpec::Exponential { mean_seconds }
}

/// A workload with one ready replica of one core that takes one request at a time.
fn workload(name: &str, arrivals: Option<ArrivalSpec>, service: ServiceSpec) -> WorkloadSpec {
    WorkloadSpec {
        arrivals,
        service: Some(service),
        concurrency: Some(1),
        initial_replicas: Some(1),
        timeout_seconds: None,
        ..WorkloadSpec::new(name, Bounds::replicas(0, 100))
    }
}

fn cluster(duration_seconds: f64) -> ClusterSpec {
    ClusterSpec { duration_seconds, ..ClusterSpec::default() }
}

fn simulation(cluster: &ClusterSpec, workloads: &[WorkloadSpec], seed: u64) -> Simulation {
    let plan = Plan::new(cluster, workloads, &Traces::default()).unwrap();
    Simulation::new(Arc::new(plan), seed)
}

/// Lets the whole episode pass.
fn run(cluster: &ClusterSpec, workloads: &[WorkloadSpec], seed: u64) -> Vec<Totals> {
    let mut simulation = simulation(cluster, workloads, seed);
    while simulation.advance().unwrap() {}
    simulation.totals()
}

/// Lets this many ticks pass.
fn pass(simulation: &mut Simulation, ticks: usize) {
    for _ in 0..ticks {
        simulation.advance().unwrap();
    }
}

fn observe(simulation: &mut Simulation) -> Observations {
    simulation.observe(DetailSet::NONE).unwrap()
}

/// A decision on replicas only.
fn replicas(workload: u64, replicas: u32) -> Decision {
    Decision {
        workload: WorkloadId(workload),
        replicas: Some(replicas),
        cpu_millicores: None,
        memory_bytes: None,
        buffer_requests: None,
        rails: RailSet::default(),
        illegal: false,
        reason: None,
        warming_up: false,
    }
}

/// Mean latency of the requests that were completed.
fn mean_latency(totals: &Totals) -> f64 {
    totals.latency_seconds_sum / totals.completed as f64
}

#[track_caller]
fn assert_close(told: f64, exact: f64) {
    assert!((told - exact).abs() <= 1e-6 * exact.abs().max(1e-3), "{told} instead of {exact}");
}
