//! What instances cost: to make one, to let it go, to ask it alone, and to keep five thousand idle.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

#[path = "bench/modules.rs"]
mod modules;

use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::Criterion;
use sandbox::{
    Component, ComponentPolicy, EpochClock, Limits, Metrics, ModuleLabels, PolicyComponent, Quota,
    Sandbox, Tenant, examine,
};
use scaling::{Batch, Column, Observations, Policy as _, Timestamp, WorkloadId};

/// The first argument of this program when it is to keep instances and say what they take.
const IDLE: &str = "idle";
/// Instances that are kept, and tenants that they belong to.
const INSTANCES: u32 = 5000;
const TENANTS: u32 = 10;

struct Case {
    name: &'static str,
    settings: &'static str,
}

const CASES: [Case; 4] = [
    Case { name: "smallest", settings: "{}" },
    Case { name: "hold", settings: "{}" },
    Case { name: "threshold-hpa", settings: modules::HPA },
    Case { name: "q-table", settings: "{}" },
];

impl Case {
    fn bytes(&self) -> Vec<u8> {
        if self.name == "smallest" { modules::policy_of(1) } else { modules::policy(self.name) }
    }

    /// The module, loaded for each of the tenants: one compilation, and a link for each.
    fn load(&self, sandbox: &Sandbox, tenants: &[Tenant]) -> Vec<PolicyComponent> {
        let examined = examine(&self.bytes(), &sandbox::Intake::default()).unwrap();
        let native = sandbox.compile(&examined).unwrap();
        let link = |tenant| match sandbox.link(&examined, &native, tenant, &Limits::default()) {
            Ok(Component::Policy(policy)) => policy,
            other => panic!("`{}` is a policy: {other:?}", self.name),
        };
        tenants.iter().map(link).collect()
    }
}

fn observations() -> Observations {
    let mut observations = Observations::missing(Timestamp::ZERO, 0, vec![WorkloadId(1)]);
    for &column in Column::ALL {
        observations.column_mut(column).fill(1.0);
    }
    observations
}

/// Asks for one row, at the next tick: policies that look back keep no more than their window.
fn ask(policy: &mut ComponentPolicy, observations: &mut Observations) {
    observations.tick += 1;
    observations.now = Timestamp::from_nanoseconds(15_000_000_000 * observations.tick as i64);
    let batch = Batch { observations, rows: &[0], explore: false, explain: false };
    let advice = policy.recommend(&batch);
    assert!(advice.answers[0].is_ok(), "{:?}", advice.answers[0]);
    black_box(advice);
}

fn bench_instances(criterion: &mut Criterion, sandbox: &Sandbox) {
    let mut observations = observations();
    let mut registry = prometheus_client::registry::Registry::default();
    let metrics = Metrics::register(&mut registry);
    for case in &CASES {
        let policy = case.load(sandbox, &[sandbox.own().clone()]).remove(0);
        let make = || policy.instantiate(case.settings, 0).unwrap();
        let mut group = criterion.benchmark_group(format!("instance of {}", case.name));
        group.bench_function("make, with its init", |bencher| {
            bencher.iter_custom(|times| {
                let once = |_| {
                    let begun = Instant::now();
                    let made = make();
                    let elapsed = begun.elapsed();
                    drop(black_box(made));
                    elapsed
                };
                (0..times).map(once).sum::<Duration>()
            });
        });
        group.bench_function("make and let go", |bencher| bencher.iter(make));
        let mut plain = make();
        group.bench_function("one decision alone", |bencher| {
            bencher.iter(|| ask(&mut plain, &mut observations));
        });
        let mut measured = make();
        let labels = ModuleLabels { tenant: "bench".to_owned(), module: case.name.to_owned() };
        measured.measure(metrics.module(labels));
        group.bench_function("one decision alone, with metrics", |bencher| {
            bencher.iter(|| ask(&mut measured, &mut observations));
        });
        group.finish();
    }
}

/// What the system says that this process holds, in bytes.
#[derive(Clone, Copy)]
struct Held {
    /// All pages, as often as they are mapped.
    resident: u64,
    /// All pages, each once.
    proportional: u64,
}

impl Held {
    fn now() -> Self {
        let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
        let bytes = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
        };
        Self { resident: bytes("Rss:"), proportional: bytes("Pss:") }
    }
}

/// Keeps instances of several tenants, each of which has decided once, and says what they take.
fn idle(name: &str) {
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    let sandbox = Sandbox::with_instances(EpochClock::default(), 2 * INSTANCES).unwrap();
    let quota = Quota { instances: INSTANCES / TENANTS, memory_bytes: 16 << 30 };
    let tenants: Vec<Tenant> = (0..TENANTS)
        .map(|number| sandbox.admit(&format!("tenant-{number}"), quota).unwrap())
        .collect();
    let modules = case.load(&sandbox, &tenants);
    let mut observations = observations();
    let before = Held::now();
    let begun = Instant::now();
    let instances: Vec<ComponentPolicy> = (0..INSTANCES)
        .map(|number| {
            let module = &modules[(number % TENANTS) as usize];
            let mut instance = module.instantiate(case.settings, u64::from(number)).unwrap();
            ask(&mut instance, &mut observations);
            instance
        })
        .collect();
    let elapsed = begun.elapsed();
    let after = Held::now();
    let maps = fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let each = |after: u64, before: u64| (after - before) / u64::from(INSTANCES) / 1024;
    println!(
        "  {name:14} {:4} KiB each ({:4} KiB of its own), process {:5} MiB; {maps} of {} maps; \
         made in {elapsed:.1?}",
        each(after.resident, before.resident),
        each(after.proportional, before.proportional),
        after.resident >> 20,
        fs::read_to_string("/proc/sys/vm/max_map_count").unwrap().trim(),
    );
    drop(instances);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, name] = arguments.as_slice()
        && first == IDLE
    {
        return idle(name);
    }
    let sandbox = Sandbox::new(EpochClock::default()).unwrap();
    let mut criterion = Criterion::default().configure_from_args();
    bench_instances(&mut criterion, &sandbox);
    criterion.final_summary();
    // `cargo test` runs benches once, with this flag, to see that they work.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    println!(
        "\n{INSTANCES} idle instances of {TENANTS} tenants, resident, each module in a process of its own:"
    );
    for case in &CASES {
        let program = std::env::current_exe().unwrap();
        assert!(Command::new(program).args([IDLE, case.name]).status().unwrap().success());
    }
}
