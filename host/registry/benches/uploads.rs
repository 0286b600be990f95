//! What an upload costs, from its bytes to its first decision: compiled by a child, and with its
//! compiled form at hand; and where the time goes.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

#[path = "bench/host.rs"]
mod host;
#[path = "bench/modules.rs"]
mod modules;
#[path = "bench/spent.rs"]
mod spent;

use std::process::ExitCode;
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use host::Host;
use registry::{Allowance, Cached, CodeCache, TenantName, host_key};
use sandbox::{Component, Sandbox, Tenant, examine};
use scaling::{Batch, Column, Observations, Policy as _, Timestamp, WorkloadId};
use spent::Spent;

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
fn pass(spent: &mut Spent, sandbox: &Sandbox, cache: &CodeCache, module: &[u8], owner: &Tenant) {
    let allowance = Allowance::default();
    let examined =
        spent.at("size, parse, world, imports", || examine(module, &allowance.intake).unwrap());
    let code = spent.at("compile in a child", || {
        host::compiler().compile(examined.component(), &allowance.compile).unwrap()
    });
    let (native, sealed) =
        spent.at("seal and revive", || cache.seal(sandbox, &examined, &code).unwrap());
    let tenant: TenantName = owner.name().parse().unwrap();
    spent.at("keep", || cache.keep(&tenant, &sealed, allowance.compiled_bytes).unwrap());
    let found = spent.at("find and revive", || cache.find(sandbox, &tenant, &examined).unwrap());
    assert!(matches!(found, Cached::Code(_)));
    let component = spent.at("link and describe", || {
        sandbox.link(&examined, &native, owner, &allowance.limits).unwrap()
    });
    spent.at("settings and trial", || component.try_out(None).unwrap());
    let observations = observations();
    spent.at("instance and first decision", || decide(&component, &observations));
}

fn stages(host: &Host) {
    const ROUNDS: u32 = 21;
    let folder = tempfile::tempdir().unwrap();
    let cache = CodeCache::new(folder.path(), host_key(&folder.path().join("host.key")).unwrap());
    println!("\nstages, in milliseconds: median and least of {ROUNDS} rounds, median CPU time");
    for (name, module) in modules() {
        let mut spent = Spent::default();
        for round in 0..ROUNDS {
            let owner = host.tenant(1_000_000 + round);
            pass(&mut spent, &host.sandbox, &cache, &host::another(&module, round), &owner);
        }
        println!("{name}, {} bytes:", module.len());
        spent.print();
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
