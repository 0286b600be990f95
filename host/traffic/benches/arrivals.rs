//! Draws per second of each kind of arrivals and of service times, beside a fixed reference kernel:
//! the same number of raw 64-bit draws of the generator. The last lines give the cost of a draw as a
//! ratio to the kernel's, which travels between machines better than nanoseconds do.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use traffic::service::Branch;
use traffic::spec::{FlashCrowd, StateSpec};
use traffic::{ArrivalSpec, Placement, ProcessSpec, Purpose, ServiceSpec, Stream, Traces};

/// Draws in one iteration, so that the clock and the loop around them weigh nothing.
const DRAWS: u64 = 10_000;

fn processes() -> Vec<(&'static str, ProcessSpec)> {
    let state = |rate_per_second| StateSpec { rate_per_second, mean_sojourn_seconds: 10.0 };
    let counts = |placement| ProcessSpec::Counts {
        counts_per_minute: (0..1440).map(|minute| 40_000 + minute).collect(),
        placement,
    };
    vec![
        ("constant", ProcessSpec::Constant { rate_per_second: 1000.0 }),
        ("poisson", ProcessSpec::Poisson { rate_per_second: 1000.0 }),
        ("mmpp", ProcessSpec::Mmpp { states: vec![state(100.0), state(1900.0)] }),
        (
            "diurnal",
            ProcessSpec::Diurnal {
                mean_rate_per_second: 1000.0,
                amplitude_ratio: 0.8,
                period_seconds: 86_400.0,
                phase_seconds: 0.0,
            },
        ),
        (
            "flash-crowd",
            ProcessSpec::FlashCrowd(FlashCrowd {
                base_rate_per_second: 10.0,
                peak_rate_per_second: 1000.0,
                start_seconds: 0.0,
                ramp_up_seconds: 86_400.0,
                plateau_seconds: 0.0,
                decay_seconds: 86_400.0,
            }),
        ),
        ("counts-poisson", counts(Placement::Poisson)),
        ("counts-exact", counts(Placement::Exact)),
    ]
}

fn services() -> Vec<(&'static str, ServiceSpec)> {
    let branch = |probability, mean_seconds| Branch { probability, mean_seconds };
    let (mean_seconds, coefficient_of_variation) = (0.1, 2.0);
    vec![
        ("service-exponential", ServiceSpec::Exponential { mean_seconds }),
        ("service-log-normal", ServiceSpec::LogNormal { mean_seconds, coefficient_of_variation }),
        ("service-gamma", ServiceSpec::Gamma { mean_seconds, coefficient_of_variation: 0.5 }),
        (
            "service-hyperexponential",
            ServiceSpec::Hyperexponential { branches: vec![branch(0.9, 0.05), branch(0.1, 0.5)] },
        ),
        ("service-percentiles", traffic::azure2019::Durations::TYPICAL.service_spec()),
    ]
}

fn stream() -> Stream {
    Stream::new(7, 0, Purpose::Arrivals)
}

/// Measures `draw` under `name` and returns the fastest sample, in nanoseconds a draw.
fn measure(criterion: &mut Criterion, name: &str, mut draw: impl FnMut() -> u64) -> f64 {
    let best = Cell::new(f64::INFINITY);
    let mut group = criterion.benchmark_group("traffic");
    group.throughput(Throughput::Elements(DRAWS)).sample_size(30);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            #[expect(clippy::disallowed_methods, reason = "a bench measures")]
            let start = Instant::now();
            for _ in 0..iterations {
                let sum = (0..DRAWS).fold(0u64, |sum, _| sum.wrapping_add(draw()));
                black_box(sum);
            }
            let elapsed = start.elapsed();
            best.set(best.get().min(elapsed.as_nanos() as f64 / (iterations * DRAWS) as f64));
            elapsed
        });
    });
    group.finish();
    best.get()
}

fn arrivals(criterion: &mut Criterion) {
    let mut raw = stream();
    let reference = measure(criterion, "reference", || raw.bits());
    let mut results = vec![("reference", reference)];
    for (name, process) in processes() {
        let plan = ArrivalSpec::new(process).plan(&Traces::default()).expect("the spec is valid");
        let mut arrivals = plan.start(stream());
        let draw = || match arrivals.next() {
            Some(instant) => instant,
            None => {
                arrivals = plan.start(stream());
                0
            }
        };
        results.push((name, measure(criterion, name, draw)));
    }
    for (name, spec) in services() {
        let service = spec.service().expect("the spec is valid");
        let mut stream = stream();
        let draw = || service.sample(&mut stream).to_bits();
        results.push((name, measure(criterion, name, draw)));
    }
    println!("{:26} {:>12} {:>16} {:>10}", "kind", "ns a draw", "draws/s", "× raw");
    for (name, nanoseconds) in results {
        let (per_second, ratio) = (1e9 / nanoseconds, nanoseconds / reference);
        println!("{name:26} {nanoseconds:12.2} {per_second:16.0} {ratio:10.1}");
    }
}

criterion_group!(benches, arrivals);
criterion_main!(benches);
