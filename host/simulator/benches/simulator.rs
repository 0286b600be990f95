//! Invocations simulated per second of wall clock on one core, all metrics on.
//!
//! The loads are those on which dslab-faas was measured (two cores of an EPYC, one used, Exp(0.1 s)
//! service); its figures are quoted, because it is no package of the registry. Machines differ, so
//! every figure also comes as a ratio to a reference kernel of the same run: a push and a pop on a
//! binary heap of 512 events and one exponential draw.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::BinaryHeap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use scaling::{Bounds, Cluster, DetailSet};
use simulator::{ClusterSpec, CpuSpec, NodeSpec, Plan, Simulation, WorkloadSpec};
use traffic::{ArrivalSpec, ProcessSpec, Purpose, ServiceSpec, Stream, Traces};

const STEP_SECONDS: f64 = 15.0;
const REPEATS: usize = 7;

/// One row of the table.
struct Load {
    functions: usize,
    rate_per_second: f64,
    replicas: u32,
    /// Millions of invocations per second of dslab-faas, contention off and on.
    peer: (f64, f64),
}

const LOADS: [Load; 3] = [
    Load { functions: 1, rate_per_second: 30.0, replicas: 10, peer: (2.5, 1.9) },
    Load { functions: 30, rate_per_second: 10.0, replicas: 5, peer: (2.2, 1.5) },
    Load { functions: 100, rate_per_second: 30.0, replicas: 10, peer: (1.9, 1.06) },
];

/// How the cores of nodes are counted.
#[derive(Clone, Copy)]
enum Contention {
    Off,
    /// Modelled; there are cores for every replica.
    On,
    /// Modelled; nodes are three quarters busy, so replicas often wait for each other.
    Scarce,
}

fn plan(load: &Load, contention: Contention) -> Arc<Plan> {
    let busy_cores = load.functions as f64 * load.rate_per_second * 0.1;
    let all_replicas = load.functions as f64 * f64::from(load.replicas);
    let node = |cores: f64, count: u32| vec![NodeSpec { count, cores, memory_mib: 1e6 }];
    let nodes = match contention {
        Contention::Off | Contention::On => node(20.0, (all_replicas / 10.0).ceil() as u32),
        Contention::Scarce => {
            let count = (busy_cores / 12.0).ceil();
            node(busy_cores / 0.75 / count, count as u32)
        }
    };
    let cluster = ClusterSpec {
        nodes,
        cpu_contention: !matches!(contention, Contention::Off),
        tick_seconds: STEP_SECONDS,
        duration_seconds: STEP_SECONDS * 1e5,
        ..ClusterSpec::default()
    };
    let workloads: Vec<WorkloadSpec> = (0..load.functions).map(|at| workload(load, at)).collect();
    Arc::new(Plan::new(&cluster, &workloads, &Traces::default()).expect("the specs are sound"))
}

fn workload(load: &Load, position: usize) -> WorkloadSpec {
    WorkloadSpec {
        arrivals: Some(ArrivalSpec::new(ProcessSpec::Poisson {
            rate_per_second: load.rate_per_second,
        })),
        service: Some(ServiceSpec::Exponential { mean_seconds: 0.1 }),
        concurrency: Some(1),
        initial_replicas: Some(load.replicas),
        cpu: CpuSpec { request_millicores: Some(100), ..CpuSpec::default() },
        ..WorkloadSpec::new(format!("function-{position}"), Bounds::replicas(0, 1000))
    }
}

/// Nanoseconds that something took.
#[derive(Clone, Copy)]
struct Time {
    wall: f64,
    /// On a processor, without waiting for one: what tells on a machine that others use too.
    cpu: f64,
}

/// Measures from its making on.
struct Stopwatch {
    start: Instant,
    cpu: Option<f64>,
}

impl Stopwatch {
    fn start() -> Self {
        Self { start: Instant::now(), cpu: cpu_nanoseconds() }
    }

    /// The time so far, for one of `count`.
    fn each(&self, count: f64) -> Time {
        let wall = self.start.elapsed().as_nanos() as f64;
        let cpu = self.cpu.zip(cpu_nanoseconds()).map_or(wall, |(from, to)| to - from);
        Time { wall: wall / count, cpu: cpu / count }
    }
}

/// Time that this thread has run, where the kernel tells.
fn cpu_nanoseconds() -> Option<f64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

/// The time of one invocation.
fn simulate(load: &Load, contention: Contention, invocations: f64) -> Time {
    let rate = load.functions as f64 * load.rate_per_second;
    let steps = (invocations / rate / STEP_SECONDS).ceil() as usize;
    let mut simulation = Simulation::new(plan(load, contention), 7);
    let watch = Stopwatch::start();
    for _ in 0..steps {
        simulation.advance().expect("it simulates");
        black_box(simulation.observe(DetailSet::NONE).expect("it simulates"));
    }
    let done: u64 = simulation.totals().iter().map(|totals| totals.completed).sum();
    watch.each(done as f64)
}

/// The time of one round of the reference kernel.
fn kernel() -> Time {
    let mut stream = Stream::new(7, 0, Purpose::Service);
    let mut events: BinaryHeap<u64> = (0..512).map(|_| stream.bits() >> 1).collect();
    let rounds = 1_000_000;
    let watch = Stopwatch::start();
    for _ in 0..rounds {
        let at = events.pop().unwrap_or(0);
        events.push(at.wrapping_sub((stream.exponential() * 1e16) as u64) >> 1);
    }
    black_box(events);
    watch.each(f64::from(rounds))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // `cargo test --benches` passes --test: then once and short is enough.
    let short = std::env::args().any(|argument| argument == "--test");
    let (repeats, invocations) = if short { (1, 1e4) } else { (REPEATS, 1e6) };
    println!(
        "medians of {repeats} runs of {invocations} invocations, one core, Exp(0.1 s) service"
    );
    println!("steps of {STEP_SECONDS} s, one observation of all columns each");
    println!("                |            | M invocations/s   | kernels per |");
    println!("functions × rps | contention | wall    | CPU     | invocation  | dslab-faas, M/s");
    let mut references = Vec::new();
    for load in &LOADS {
        for contention in [Contention::Off, Contention::On, Contention::Scarce] {
            // The kernel runs right before each run, so that both meet the same neighbours.
            let runs: Vec<(Time, Time)> =
                (0..repeats).map(|_| (kernel(), simulate(load, contention, invocations))).collect();
            references.extend(runs.iter().map(|run| run.0.cpu));
            let (name, peer) = match contention {
                Contention::Off => ("off", load.peer.0),
                Contention::On => ("on", load.peer.1),
                Contention::Scarce => ("on, scarce", load.peer.1),
            };
            println!(
                "{:>9} × {:>3} | {name:>10} | {:>7.2} | {:>7.2} | {:>11.2} | {peer:>15.2}",
                load.functions,
                load.rate_per_second,
                1e3 / median(runs.iter().map(|run| run.1.wall)),
                1e3 / median(runs.iter().map(|run| run.1.cpu)),
                median(runs.iter().map(|run| run.1.cpu / run.0.cpu)),
            );
        }
    }
    println!("reference kernel: {:.1} ns of CPU time", median(references.into_iter()));
    println!("SimFaaS, one function: 0.1 M/s");
}
