//! What a decision costs: through the sandbox, and the same policy native.
//!
//! Criterion measures each; at the end component and native are measured in turns within one run and
//! told as a ratio, because machines are noisy and ratios are less so.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use agent::{Activation, Agent, Arrangement, Card, Change, Dense, Feature, Steps};
use assembly::{Modules, export};
use criterion::{BenchmarkId, Criterion, Throughput};
use sandbox::{Component, ComponentPolicy, EpochClock, Limits, Sandbox};
use scaling::{
    Batch, Bounds, Column, GroupId, Guard, Observations, Policy as _, Rails, Recommendation,
    TenantId, Timestamp, Workload, WorkloadId,
};

/// A policy that runs natively, on batches made as the sandbox makes them.
struct Native<P> {
    policy: P,
    columns: Vec<Column>,
}

impl<P: sdk::Policy> Native<P> {
    fn new(settings: &str) -> Self {
        Self::of(P::new(serde_json::from_str(settings).unwrap_or_else(|_| panic!()), 0))
    }

    fn of(policy: P) -> Self {
        let columns = policy.needs().columns;
        let columns = columns.iter().map(|name| Column::from_name(name).unwrap()).collect();
        Self { policy, columns }
    }

    fn recommend(&mut self, observations: &Observations) -> sdk::Advice {
        let values =
            self.columns.iter().flat_map(|&column| observations.column(column)).copied().collect();
        let batch = sdk::Batch::from(sdk::RawBatch {
            now_nanoseconds: observations.now.nanoseconds(),
            tick: observations.tick,
            workloads: observations.workloads().iter().map(|id| id.0).collect(),
            values,
            explore: false,
            explain: false,
            details: Vec::new(),
        });
        self.policy.decide(&batch).unwrap()
    }
}

fn observations(rows: u64, tick: u64) -> Observations {
    let now = Timestamp::from_nanoseconds(15_000_000_000 * tick as i64);
    let mut observations = Observations::missing(now, tick, (0..rows).map(WorkloadId).collect());
    for &column in Column::ALL {
        for (row, value) in observations.column_mut(column).iter_mut().enumerate() {
            *value = 1.0 + (row % 7) as f64;
        }
    }
    for (row, value) in
        observations.column_mut(Column::CpuUtilisationRatioMean).iter_mut().enumerate()
    {
        *value = 0.3 + 0.1 * ((row + tick as usize) % 8) as f64;
    }
    observations.column_mut(Column::ReplicasMax).fill(100.0);
    observations
}

fn ask(policy: &mut ComponentPolicy, observations: &Observations, rows: &[usize]) {
    let batch = Batch { observations, rows, explore: false, explain: false };
    let advice = policy.recommend(&batch);
    assert!(advice.answers[0].is_ok(), "{:?}", advice.answers[0]);
    black_box(advice);
}

/// Settings of `probe` that read every column.
fn every_column() -> String {
    let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    serde_json::json!({ "columns": names }).to_string()
}

const HPA: &str = r#"{"pods": "columns", "metrics": [{"type": "Resource", "resource":
    {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#;

/// An agent of two hidden layers of 128 over five features, as SCARLET's, with any weights.
fn agent() -> Agent {
    let features = [
        "replicas_desired",
        "cpu_utilisation_ratio_mean",
        "memory_utilisation_ratio_mean",
        "network_receive_bytes_per_second",
        "target_rate_per_second",
    ];
    let card = Card {
        name: "network".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 0,
        arrangement: Arrangement::PerWorkload,
        features: features.map(|column| Feature::of(column, 10.0)).to_vec(),
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: BTreeMap::new(),
    };
    let layer = |inputs: usize, outputs: usize, activation| Dense {
        weights: (0..inputs * outputs).map(|at| ((at * 37 % 101) as f32 - 50.0) / 700.0).collect(),
        bias: (0..outputs).map(|at| at as f32 / 1e3).collect(),
        activation,
    };
    let layers = [
        layer(5, 128, Activation::Relu),
        layer(128, 128, Activation::Relu),
        layer(128, 3, Activation::Linear),
    ];
    Agent::new(card, None, agent::Network::new(5, &layers).unwrap()).unwrap()
}

/// The component of a case: a built-in, or an agent that was exported.
fn component(sandbox: &Sandbox, modules: &Modules, case: &Case) -> ComponentPolicy {
    if case.module != "network" {
        return modules.policy(case.module).unwrap().instantiate(&case.settings, 0).unwrap();
    }
    match sandbox.load(&export(&agent()).unwrap(), &Limits::default()).unwrap() {
        Component::Policy(policy) => policy.instantiate(&case.settings, 0).unwrap(),
        Component::Reward(_) => panic!("an agent is a policy"),
    }
}

struct Case {
    name: &'static str,
    module: &'static str,
    settings: String,
    rows: u64,
}

fn cases() -> Vec<Case> {
    let case = |name, module, settings: &str, rows| Case {
        name,
        module,
        settings: settings.to_owned(),
        rows,
    };
    vec![
        case("six columns, one row", "probe", "{}", 1),
        case("six columns, 10,000 rows", "probe", "{}", 10_000),
        case("every column, 10,000 rows", "probe", &every_column(), 10_000),
        case("threshold-hpa, 1,000 rows", "threshold-hpa", HPA, 1_000),
        case("threshold-hpa, 10,000 rows", "threshold-hpa", HPA, 10_000),
        case("network 128-128, one row", "network", "{}", 1),
        case("network 128-128, 1,000 rows", "network", "{}", 1_000),
    ]
}

fn native(case: &Case) -> Box<dyn FnMut(&Observations)> {
    match case.module {
        "probe" => {
            let mut native = Native::<probe::Probe>::new(&case.settings);
            Box::new(move |observations| drop(black_box(native.recommend(observations))))
        }
        "network" => {
            let mut native =
                Native::of(network::Network::of(agent(), &network::Settings::default()));
            Box::new(move |observations| drop(black_box(native.recommend(observations))))
        }
        _ => {
            let mut native = Native::<threshold_hpa::ThresholdHpa>::new(&case.settings);
            Box::new(move |observations| drop(black_box(native.recommend(observations))))
        }
    }
}

/// Successive ticks without end, so that stateful policies have something to do: eight patterns in
/// turn, on a clock that goes on.
struct Ticks {
    patterns: Vec<Observations>,
    tick: u64,
}

impl Ticks {
    fn new(rows: u64) -> Self {
        Self { patterns: (0..8).map(|tick| observations(rows, tick)).collect(), tick: 0 }
    }

    fn next(&mut self) -> &Observations {
        self.tick += 1;
        let place = self.tick as usize % self.patterns.len();
        let pattern = &mut self.patterns[place];
        pattern.tick = self.tick;
        pattern.now = Timestamp::from_nanoseconds(15_000_000_000 * self.tick as i64);
        pattern
    }
}

fn bench_cases(criterion: &mut Criterion, sandbox: &Sandbox, modules: &Modules) {
    let mut group = criterion.benchmark_group("decisions");
    for case in cases() {
        let mut ticks = Ticks::new(case.rows);
        let rows: Vec<usize> = (0..case.rows as usize).collect();
        let mut component = component(sandbox, modules, &case);
        let mut native = native(&case);
        group.throughput(Throughput::Elements(case.rows));
        group.bench_function(BenchmarkId::new("component", case.name), |bencher| {
            bencher.iter(|| ask(&mut component, ticks.next(), &rows));
        });
        group.bench_function(BenchmarkId::new("native", case.name), |bencher| {
            bencher.iter(|| native(ticks.next()));
        });
    }
    group.finish();
}

/// One whole tick: 10,000 workloads, one live policy and three shadows, and the guard.
fn bench_tick(criterion: &mut Criterion, modules: &Modules) {
    const WORKLOADS: u64 = 10_000;
    let mut ticks = Ticks::new(WORKLOADS);
    let rows: Vec<usize> = (0..WORKLOADS as usize).collect();
    let workloads: Vec<Workload> = (0..WORKLOADS)
        .map(|id| Workload {
            id: WorkloadId(id),
            name: format!("workload-{id}"),
            tenant: TenantId(0),
            group: GroupId(0),
            bounds: Bounds::replicas(1, 100),
            slo: None,
        })
        .collect();
    let mut policies: Vec<ComponentPolicy> = [
        ("threshold-hpa", HPA),
        ("step-threshold", "{}"),
        ("static-replicas", r#"{"replicas": 3}"#),
        ("probe", "{}"),
    ]
    .iter()
    .map(|(module, settings)| modules.policy(module).unwrap().instantiate(settings, 0).unwrap())
    .collect();
    let mut guard = Guard::new(Rails::default(), BTreeMap::new(), Duration::ZERO);
    criterion.bench_function("tick/10,000 workloads, 1 live + 3 shadows", |bencher| {
        bencher.iter(|| {
            let observations = ticks.next();
            let batch = Batch { observations, rows: &rows, explore: false, explain: false };
            let live = policies[0].recommend(&batch);
            for shadow in &mut policies[1..] {
                black_box(shadow.recommend(&batch));
            }
            let recommendations: Vec<Recommendation> = live
                .answers
                .into_iter()
                .map(|answer| answer.unwrap_or_else(|_| Recommendation::hold()))
                .collect();
            black_box(scaling::decide(observations, &recommendations, &workloads, &mut guard));
        });
    });
}

/// Component and native in turns, and the ratio of their medians.
fn compare(sandbox: &Sandbox, modules: &Modules) {
    const ROUNDS: usize = 31;
    println!("\ncomponent and native in turns, medians of {ROUNDS} rounds, per row:");
    for case in cases() {
        let (mut ticks, mut others) = (Ticks::new(case.rows), Ticks::new(case.rows));
        let rows: Vec<usize> = (0..case.rows as usize).collect();
        let mut component = component(sandbox, modules, &case);
        let mut native = native(&case);
        let calls = (200_000 / case.rows).clamp(8, 20_000) as usize;
        let per_row =
            |elapsed: Duration| elapsed.as_nanos() as f64 / (calls as f64 * case.rows as f64);
        let (mut components, mut natives) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            (0..calls).for_each(|_| ask(&mut component, ticks.next(), &rows));
            components.push(per_row(start.elapsed()));
            let start = Instant::now();
            (0..calls).for_each(|_| native(others.next()));
            natives.push(per_row(start.elapsed()));
        }
        let (component, native) = (median(components), median(natives));
        let ratio = component / native;
        println!("{:28} {component:8.1} ns, native {native:8.1} ns, ratio {ratio:.2}", case.name);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let sandbox = Sandbox::new(EpochClock::default()).unwrap();
    let modules = Modules::new(&sandbox, Limits::default());
    let mut criterion = Criterion::default().configure_from_args();
    bench_cases(&mut criterion, &sandbox, &modules);
    bench_tick(&mut criterion, &modules);
    criterion.final_summary();
    // `cargo test` runs benches once, with this flag, to see that they work.
    if !std::env::args().any(|argument| argument == "--test") {
        compare(&sandbox, &modules);
    }
}
