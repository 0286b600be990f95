//! What the same decision costs where it is asked: natively, in process through the sandbox, and of
//! another process by HTTP/1.1 and by gRPC.
//!
//! The policy is `threshold-hpa`, the batch one workload with the columns that the policy declares. The
//! other process is this program again; it runs the policy natively, so that what is compared is the
//! way there and back. Both processes have one thread each, and one connection that is kept, over
//! loopback. The requests are as lean as these protocols allow (no names of columns, no TLS, no
//! look-up, no proxy), so the ratios are what asking elsewhere costs at least.
//!
//! `cargo bench --workspace --profile dev --bench out_of_process` measures with the cores that there
//! are; put `taskset --cpu-list 0` before it to measure with both processes on one core.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

mod grpc;
mod http;
mod question;
mod remote;

use std::hint::black_box;
use std::time::{Duration, Instant};

use assembly::Modules;
use criterion::Criterion;
use sandbox::{EpochClock, Limits, Sandbox};
use scaling::{Batch, Observations, Policy as _};

use crate::question::{Decider, SETTINGS, Ticks};

/// Asks for the replicas of the one workload.
type Ask = Box<dyn FnMut(&Observations) -> Option<f64>>;

/// A way to have the decision made.
struct Way {
    name: &'static str,
    ticks: Ticks,
    ask: Ask,
}

impl Way {
    fn new(name: &'static str, ask: impl FnMut(&Observations) -> Option<f64> + 'static) -> Self {
        Self { name, ticks: Ticks::default(), ask: Box::new(ask) }
    }

    fn replicas(&mut self) -> Option<f64> {
        (self.ask)(self.ticks.next())
    }
}

fn native() -> Way {
    let mut decider = Decider::default();
    Way::new("native", move |observations| {
        let question = decider.question(observations);
        black_box(decider.decide(question)).recommendations[0].replicas
    })
}

fn component(modules: &Modules) -> Way {
    let mut policy = modules.policy("threshold-hpa").unwrap().instantiate(SETTINGS, 0).unwrap();
    Way::new("component", move |observations| {
        let batch = Batch { observations, rows: &[0], explore: false, explain: false };
        let advice = black_box(policy.recommend(&batch));
        advice.answers[0].as_ref().unwrap().replicas.map(f64::from)
    })
}

fn ways(modules: &Modules) -> Vec<Way> {
    let mut http = remote::connect::<http::Client>();
    let mut grpc = remote::connect::<grpc::Client>();
    let decider = Decider::default();
    let other = Decider::default();
    vec![
        native(),
        component(modules),
        Way::new("HTTP/1.1", move |observations| http.ask(decider.question(observations))),
        Way::new("gRPC", move |observations| grpc.ask(other.question(observations))),
    ]
}

/// All ways lead to the same decisions, or else they are not comparable.
fn agree(ways: &mut [Way]) {
    for tick in 0..64 {
        let answers: Vec<Option<f64>> = ways.iter_mut().map(Way::replicas).collect();
        assert!(answers[0].is_some(), "tick {tick}: {answers:?}");
        assert!(answers.iter().all(|&answer| answer == answers[0]), "tick {tick}: {answers:?}");
    }
}

fn bench_ways(criterion: &mut Criterion, ways: &mut [Way]) {
    let mut group = criterion.benchmark_group("out of process");
    for way in ways {
        group.bench_function(way.name.replace('/', " "), |bencher| bencher.iter(|| way.replicas()));
    }
    group.finish();
}

/// All ways in turns, and the ratios of their medians to the component's.
fn compare(ways: &mut [Way]) {
    const ROUNDS: usize = 301;
    // Short rounds, so that most of them are not interrupted by other work of the machine.
    const CALLS: u32 = 100;
    let mut medians = vec![Vec::with_capacity(ROUNDS); ways.len()];
    for _ in 0..ROUNDS {
        for (way, durations) in ways.iter_mut().zip(&mut medians) {
            let start = Instant::now();
            (0..CALLS).for_each(|_| {
                black_box(way.replicas());
            });
            durations.push(start.elapsed() / CALLS);
        }
    }
    let medians: Vec<Duration> = medians.into_iter().map(median).collect();
    let component = medians[1].as_secs_f64();
    let told: Vec<String> = ways
        .iter()
        .zip(&medians)
        .map(|(way, median)| {
            let ratio = median.as_secs_f64() / component;
            format!("{} {:.2} µs ({ratio:.2} ×)", way.name, median.as_secs_f64() * 1e6)
        })
        .collect();
    let cores = std::thread::available_parallelism().unwrap();
    println!("\none decision, cores: {cores}, medians of {ROUNDS} rounds: {}", told.join(", "));
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations[durations.len() / 2]
}

fn main() {
    if remote::serve() {
        return;
    }
    let sandbox = Sandbox::new(EpochClock::default()).unwrap();
    let modules = Modules::new(&sandbox, Limits::default());
    let mut ways = ways(&modules);
    agree(&mut ways);
    let mut criterion = Criterion::default().configure_from_args();
    bench_ways(&mut criterion, &mut ways);
    criterion.final_summary();
    // `cargo test` runs benches once, with this flag, to see that they work.
    if !std::env::args().any(|argument| argument == "--test") {
        compare(&mut ways);
    }
}
