//! What an upload costs, from its bytes to its first decision: compiled by a child, and with its
//! compiled form at hand; and where the time goes.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

#[path = "bench/host.rs"]
mod host;
#[path = "bench/modules.rs"]
mod modules;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use host::Host;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use registry::TenantName;
use sandbox::{Component, Examined, Tenant, examine};
use scaling::{Batch, Column, Observations, Policy as _, Timestamp, WorkloadId};

fn modules() -> [(&'static str, Vec<u8>); 3] {
    [
        ("100 KB", modules::policy_of(100_000)),
        ("hold", modules::policy("hold")),
        ("threshold-hpa", modules::policy("threshold-hpa")),
    ]
}

fn observations() -> Observations {
    let mut observations = Observations::missing(Timestamp::ZERO, 0, vec![WorkloadId(1)]);
    for &column in Column::ALL {
        observations.column_mut(column).fill(1.0);
    }
    observations
}

/// Makes an instance and asks it once.
fn decide(component: &Component, observations: &Observations) {
    let Component::Policy(policy) = component else { panic!("only policies are uploaded here") };
    let settings = if policy.description().name == "threshold-hpa" { modules::HPA } else { "{}" };
    let batch = Batch { observations, rows: &[0], explore: false, explain: false };
    let advice = policy.instantiate(settings, 0).unwrap().recommend(&batch);
    assert!(advice.answers[0].is_ok(), "{:?}", advice.answers[0]);
}

fn bench_uploads(criterion: &mut Criterion, host: &Host) {
    let observations = observations();
    let mut tenants = 0;
    let mut group = criterion.benchmark_group("upload to first decision");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    for (name, module) in modules() {
        group.bench_function(format!("{name}, compiled"), |bencher| {
            bencher.iter_batched(
                || {
                    tenants += 1;
                    (host::another(&module, tenants), host.tenant(tenants))
                },
                |(module, owner)| decide(&host.upload(&module, &owner).component, &observations),
                BatchSize::PerIteration,
            );
        });
        let owner = host.tenant(0);
        host.upload(&module, &owner);
        group.bench_function(format!("{name}, compiled before"), |bencher| {
            bencher.iter(|| decide(&host.upload(&module, &owner).component, &observations));
        });
        let record = host.upload(&module, &owner).registered.record;
        group.bench_function(format!("{name}, registered before"), |bencher| {
            bencher.iter(|| {
                let loaded = host.gate.load(&record, &owner, &host.allowance).unwrap().component;
                decide(&loaded, &observations);
            });
        });
    }
    group.finish();
}

/// Every stage of the gate by itself.
struct Stages<'a> {
    host: &'a Host,
    owner: Tenant,
    times: Vec<(&'static str, Vec<Spent>)>,
}

/// Wall-clock time and CPU time, of the child too. CPU time says what a stage costs on a machine that
/// others keep busy.
#[derive(Clone, Copy)]
struct Spent {
    wall: Duration,
    cpu: Duration,
}

fn cpu() -> Duration {
    let of = |who| {
        let usage = getrusage(who).unwrap();
        [usage.user_time(), usage.system_time()]
            .map(|time| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap()))
    };
    of(UsageWho::RUSAGE_SELF).into_iter().chain(of(UsageWho::RUSAGE_CHILDREN)).sum()
}

impl Stages<'_> {
    fn time<R>(&mut self, stage: &'static str, run: impl FnOnce(&Host) -> R) -> R {
        let (begun, before) = (Instant::now(), cpu());
        let result = run(self.host);
        let spent = Spent { wall: begun.elapsed(), cpu: cpu() - before };
        match self.times.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, times)) => times.push(spent),
            None => self.times.push((stage, vec![spent])),
        }
        result
    }

    fn run(&mut self, module: &[u8]) {
        let allowance = self.host.allowance.clone();
        let owner = self.owner.clone();
        let examined: Examined = self
            .time("size, parse, world, imports", |_| examine(module, &allowance.intake).unwrap());
        let code = self.time("compile in a child", |host| {
            host.compiler.compile(examined.component(), &allowance.compile).unwrap()
        });
        let (native, sealed) = self.time("seal and revive", |host| {
            host.cache.seal(&host.sandbox, &examined, &code).unwrap()
        });
        let tenant: TenantName = owner.name().parse().unwrap();
        self.time("keep", |host| {
            host.cache.keep(&tenant, &sealed, allowance.compiled_bytes).unwrap();
        });
        self.time("find and revive", |host| {
            black_box(host.cache.find(&host.sandbox, &tenant, &examined).unwrap())
        });
        let component = self.time("link and describe", |host| {
            host.sandbox.link(&examined, &native, &owner, &allowance.limits).unwrap()
        });
        self.time("settings and trial", |_| component.try_out(None).unwrap());
        let observations = observations();
        self.time("instance and first decision", |_| decide(&component, &observations));
        self.time("all of it again, compiled before", |host| host.upload(module, &owner));
    }
}

fn stages(host: &Host) {
    const ROUNDS: u32 = 21;
    println!("\nstages, in milliseconds: median and least of {ROUNDS} rounds, median CPU time:");
    for (name, module) in modules() {
        let owner = host.tenant(1_000_000);
        let mut stages = Stages { host, owner, times: Vec::new() };
        for round in 0..ROUNDS {
            stages.owner = host.tenant(1_000_000 + round);
            stages.run(&host::another(&module, round));
        }
        println!("{name}, {} bytes:", module.len());
        for (stage, times) in stages.times {
            let of = |time: fn(&Spent) -> Duration| {
                let mut times: Vec<Duration> = times.iter().map(time).collect();
                times.sort_unstable();
                times.into_iter().map(|time| time.as_secs_f64() * 1e3).collect::<Vec<f64>>()
            };
            let (wall, cpu) = (of(|spent| spent.wall), of(|spent| spent.cpu));
            let middle = wall.len() / 2;
            println!("  {stage:42} {:8.2} {:8.2} {:8.2}", wall[middle], wall[0], cpu[middle]);
        }
    }
}

fn main() -> ExitCode {
    if let Some(ended) = host::compiled_as_child() {
        return ended;
    }
    let host = Host::new();
    let mut criterion = Criterion::default().configure_from_args();
    bench_uploads(&mut criterion, &host);
    criterion.final_summary();
    // `cargo test` runs benches once, with this flag, to see that they work.
    if !std::env::args().any(|argument| argument == "--test") {
        stages(&host);
    }
    ExitCode::SUCCESS
}
