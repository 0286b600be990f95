//! Processes: real functions as processes on this machine, behind the proxy and under a real load.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use processes::{
    BackoffRules, ClusterSettings, FleetLoad, FleetSettings, LifeRules, Limits, Probe,
    ProcessCluster, StartError,
};
use scaling::{
    Action, Applied, Bounds, Cluster, Column, Decision, DetailSet, GroupId, Observations, RailSet,
    TenantId, Workload, WorkloadId,
};
use serde_json::Value;
use traffic::load::Call;
use traffic::{ArrivalSpec, ProcessSpec, Traces};

use crate::program::Regatta;

/// The most that is waited for anything, in ticks of a fifth of a second.
const PATIENCE_TICKS: u64 = 200;

/// The functions' program, which `make functions` puts beside the other one.
fn functions() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_BIN_EXE_regatta")).with_file_name("regatta-function");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there; `make functions` builds it", path.display());
    None
}

/// A workload of one function, asked so many times a second.
fn fleet(program: PathBuf, arguments: &[&str], rate_per_second: f64) -> FleetSettings {
    let arrivals = ArrivalSpec::new(ProcessSpec::Constant { rate_per_second });
    FleetSettings {
        workload: Workload {
            id: WorkloadId(7),
            name: arguments[0].to_owned(),
            tenant: TenantId(0),
            group: GroupId(0),
            bounds: Bounds::replicas(0, 8),
            slo: None,
        },
        program,
        arguments: arguments.iter().map(Into::into).collect(),
        environment: Vec::new(),
        probe: Probe::default(),
        life: LifeRules::default(),
        backoff: BackoffRules::default(),
        limits: Limits {
            cpu_millicores: Some(500),
            cpu_shares: Some(512),
            memory_bytes: Some(256 << 20),
        },
        cpu_request_millicores: None,
        memory_request_bytes: None,
        concurrency: NonZeroU32::new(4),
        queue_length: 1000,
        timeout: Some(Duration::from_secs(60)),
        initial_replicas: 1,
        target_rate_per_second: None,
        load: Some(FleetLoad {
            arrivals: arrivals.plan(&Traces::default()).unwrap(),
            call: Call::get(),
            path: "/".to_owned(),
        }),
    }
}

fn start(fleet: FleetSettings) -> Result<ProcessCluster, StartError> {
    let settings = ClusterSettings {
        tick: Duration::from_millis(200),
        ticks: PATIENCE_TICKS,
        warm_up: Duration::ZERO,
        window_ticks: 2,
        start_within: Duration::from_secs(20),
        workloads: vec![fleet],
    };
    ProcessCluster::start(settings, 1)
}

/// Lets ticks go by until something is seen.
#[track_caller]
fn until(
    cluster: &mut ProcessCluster,
    what: &str,
    is_so: impl Fn(&Observations) -> bool,
) -> Observations {
    loop {
        let seen = cluster.observe(DetailSet::NONE).unwrap();
        if is_so(&seen) {
            return seen;
        }
        assert!(cluster.advance().unwrap(), "{what}: {seen:?}");
    }
}

fn value(seen: &Observations, column: Column) -> f64 {
    seen.column(column)[0]
}

fn decide(cluster: &mut ProcessCluster, change: impl FnOnce(&mut Decision)) -> Applied {
    let mut decision = Decision {
        workload: WorkloadId(7),
        replicas: None,
        cpu_millicores: None,
        memory_bytes: None,
        buffer_requests: None,
        rails: RailSet::default(),
        illegal: false,
        reason: None,
        warming_up: false,
    };
    change(&mut decision);
    cluster.scale(&[decision]).remove(0)
}

#[track_caller]
fn scale(cluster: &mut ProcessCluster, replicas: u32) {
    let applied = decide(cluster, |decision| decision.replicas = Some(replicas));
    assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
    until(cluster, "the replicas that were asked for", |seen| {
        [Column::ReplicasDesired, Column::ReplicasCurrent, Column::ReplicasReady]
            .iter()
            .all(|&column| value(seen, column) == f64::from(replicas))
    });
}

#[test]
fn replicas_come_and_go_and_no_request_is_lost() {
    let Some(program) = functions() else { return };
    let mut cluster = start(fleet(program, &["sleep", "--input", "5"], 40.0)).unwrap();
    scale(&mut cluster, 3);
    scale(&mut cluster, 1);
    let seen = until(&mut cluster, "a rate", |seen| {
        value(seen, Column::ArrivalRatePerSecond) > 20.0
            && value(seen, Column::LatencySecondsP50) >= 0.005
    });
    assert_eq!(value(&seen, Column::SuccessRatio), 1.0);
    assert!(value(&seen, Column::MemoryUsageBytesMean) > 0.0, "{seen:?}");
    assert!(value(&seen, Column::NetworkReceiveBytesPerSecond) > 0.0, "{seen:?}");
    let totals = cluster.totals().remove(0);
    assert!(totals.completed > 0, "{totals:?}");
    assert_eq!((totals.failed, totals.timed_out, totals.rejected), (0, 0, 0), "{totals:?}");
    assert_eq!(totals.arrivals, totals.completed + totals.unfinished, "{totals:?}");
    assert_eq!((totals.cold_starts, totals.crashes), (2, 0), "{totals:?}");
    assert!(totals.replica_seconds >= totals.seconds * 0.9, "{totals:?}");
}

#[test]
fn at_zero_requests_are_held_until_a_replica_is_ready() {
    let Some(program) = functions() else { return };
    let fleet = FleetSettings { initial_replicas: 0, ..fleet(program, &["sleep"], 10.0) };
    let mut cluster = start(fleet).unwrap();
    until(&mut cluster, "a queue", |seen| value(seen, Column::QueueLength) >= 1.0);
    scale(&mut cluster, 1);
    until(&mut cluster, "answers", |seen| value(seen, Column::ThroughputPerSecond) > 0.0);
    scale(&mut cluster, 0);
    let totals = cluster.totals().remove(0);
    assert_eq!((totals.failed, totals.timed_out, totals.rejected), (0, 0, 0), "{totals:?}");
    // The first one waited for the start.
    assert!(totals.latency_seconds.iter().any(|&(seconds, _)| seconds > 0.05), "{totals:?}");
}

#[test]
fn limits_change_in_place() {
    let Some(program) = functions() else { return };
    let mut cluster = start(fleet(program, &["fibonacci"], 5.0)).unwrap();
    if let Some(reason) = cluster.uncapped() {
        println!("skipped: {reason}");
        return;
    }
    let applied = decide(&mut cluster, |decision| {
        decision.cpu_millicores = Some(250);
        decision.memory_bytes = Some(128 << 20);
    });
    let expected = Action {
        replicas_before: 1,
        replicas_after: 1,
        cpu_millicores_before: 500,
        cpu_millicores_after: 250,
        memory_bytes_before: 256 << 20,
        memory_bytes_after: 128 << 20,
        illegal: false,
    };
    assert_eq!(applied, Applied::Done(expected));
    let seen = cluster.observe(DetailSet::NONE).unwrap();
    assert_eq!(value(&seen, Column::CpuLimitMillicores), 250.0);
    // No process can live on that; the old limits stay.
    let applied = decide(&mut cluster, |decision| decision.memory_bytes = Some(8192));
    assert!(matches!(&applied, Applied::Failed(cause) if cause.contains("in use")), "{applied:?}");
    let seen = cluster.observe(DetailSet::NONE).unwrap();
    assert_eq!(value(&seen, Column::MemoryLimitBytes), f64::from(128 << 20));
}

#[test]
fn a_replica_that_crashes_is_replaced_and_told_apart_from_one_that_eats_its_memory() {
    let Some(program) = functions() else { return };
    let check = |mode: &str, counted: fn(&scaling::Totals) -> u64| {
        let arguments = ["sleep", "--fail", mode, "--fail-after", "3"];
        let mut cluster = start(fleet(program.clone(), &arguments, 20.0)).unwrap();
        if let Some(reason) = cluster.uncapped().filter(|_| mode == "eat-memory") {
            println!("skipped: {reason}");
            return;
        }
        until(&mut cluster, "another start", |seen| value(seen, Column::ColdStartsPerSecond) > 0.0);
        // The first start was before the first tick, so this one is a replacement. What waits for it
        // makes it fail again within moments.
        let totals = cluster.totals().remove(0);
        assert!(counted(&totals) > 0, "{mode}: {totals:?}");
        assert_eq!(totals.crashes.min(totals.oom_kills), 0, "{mode}: {totals:?}");
        let remarks = cluster.remarks();
        let told = remarks.iter().any(|remark| remark.contains("replicas of `sleep` failed"));
        assert!(told, "{mode}: {remarks:?}");
    };
    check("crash", |totals| totals.crashes);
    check("eat-memory", |totals| totals.oom_kills);
}

#[test]
fn functions_that_cannot_serve_are_one_clear_error() {
    let Some(program) = functions() else { return };
    let check = |program: &Path, arguments: &[&str], words: &[&str]| {
        let mut fleet = fleet(program.to_owned(), arguments, 1.0);
        // Whoever ends by himself does so long before.
        let patience = if arguments.contains(&"never-ready") { 300 } else { 60_000 };
        fleet.life.ready_within = Duration::from_millis(patience);
        let settings = ClusterSettings {
            tick: Duration::from_secs(1),
            ticks: 1,
            warm_up: Duration::ZERO,
            window_ticks: 1,
            start_within: Duration::from_secs(4),
            workloads: vec![fleet],
        };
        let error = ProcessCluster::start(settings, 1).unwrap_err().to_string();
        for words in words {
            assert!(error.contains(words), "{arguments:?}: {error}");
        }
    };
    check(&program, &["sleep", "--fail", "exit-at-once"], &["sleep", "exited with status 1"]);
    check(&program, &["sleep", "--fail", "never-ready"], &["was not ready within its time"]);
    check(&program, &["sleep", "--input", "nonsense"], &["exited with status"]);
    check(Path::new("/no/such/program"), &["sleep"], &["/no/such/program", "no such file"]);
}

const RACE: &str = r#"
name: small
seeds: 2
cluster:
  tick_seconds: 0.5
  duration_seconds: 3
  warm_up_seconds: 1
  metrics: { scrape_interval_seconds: 0.5, window_seconds: 0.5 }
workloads:
  - name: sleep
    bounds: { replicas_min: 1, replicas_max: 4 }
    arrivals: { kind: poisson, rate_per_second: 40 }
    service: { kind: deterministic, seconds: 0.02 }
    slo: { latency_seconds: 1 }
    timeout_seconds: 5
processes: { functions: { sleep: { input: "10", protocol: grpc } } }
policies:
  - { name: static-1, module: static-replicas, settings: { replicas: 1 } }
  - { name: static-2, module: static-replicas, settings: { replicas: 2 } }
rewards: [{ module: balanced }]
"#;

#[test]
fn one_file_is_raced_on_processes_and_simulated() {
    if functions().is_none() {
        return;
    }
    let regatta = Regatta::new();
    regatta.write("race.yaml", RACE);
    for cluster in ["processes", "simulator"] {
        let told = regatta.succeed(&[
            "race",
            "race.yaml",
            "--cluster",
            cluster,
            "--out",
            cluster,
            "--json",
        ]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let cells = told["cells"].as_array().unwrap();
        assert_eq!(cells.len(), 4, "{cluster}: {told:#}");
        for cell in cells {
            assert_eq!(cell["ticks"], 6, "{cluster}: {cell:#}");
        }
    }
}

/// A race of a function that serves and one that does not.
fn beside(fault: &str) -> String {
    RACE.replace("seeds: 2", "seeds: 1").replace(
        "processes: { functions: { sleep: { input: \"10\", protocol: grpc } } }",
        &format!(
            "  - name: faulty
    bounds: {{ replicas_min: 1, replicas_max: 4 }}
    arrivals: {{ kind: constant, rate_per_second: 20 }}
    service: {{ kind: deterministic, seconds: 0.02 }}
    timeout_seconds: 0.5
processes:
  functions:
    sleep: {{ input: \"10\" }}
    faulty: {{ function: sleep, input: \"10\", arguments: [--fail, {fault}, --fail-after, \"5\"] }}"
        ),
    )
}

#[test]
fn a_function_that_stops_serving_is_counted_and_harms_no_other() {
    if functions().is_none() {
        return;
    }
    for fault in ["garbage", "stop-reading", "crash"] {
        let regatta = Regatta::new();
        regatta.write("race.yaml", beside(fault));
        let told = regatta.succeed(&["race", "race.yaml", "--cluster", "processes", "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        for cell in told["cells"].as_array().unwrap() {
            let requests = |place: usize| cell["workloads"][place]["measures"]["requests"].clone();
            let (good, bad) = (requests(0), requests(1));
            let count = |of: &Value, name: &str| of[name].as_u64().unwrap();
            // One may be under way at the end.
            assert!(count(&good, "completed") + 4 >= count(&good, "arrivals"), "{fault}: {good}");
            assert!(count(&bad, "completed") < count(&bad, "arrivals"), "{fault}: {bad}");
            assert!(count(&bad, "failed") + count(&bad, "timed_out") > 0, "{fault}: {bad}");
        }
    }
}

/// Processes that run this program.
fn running(program: &Path) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap();
    let commands =
        entries.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    let program = program.as_os_str().as_encoded_bytes();
    commands.filter(|command| command.split(|&byte| byte == 0).next() == Some(program)).count()
}

#[test]
fn a_race_that_is_killed_leaves_no_function_behind() {
    let Some(program) = functions() else { return };
    let regatta = Regatta::new();
    // A program of its own, to be told apart from those of other tests.
    let own = regatta.path("function");
    std::fs::copy(program, &own).unwrap();
    let race = RACE.replace("duration_seconds: 3\n", "duration_seconds: 600\n");
    regatta.write("race.yaml", race.replace("processes: {", "processes: { program: ./function,"));
    let own = own.parent().unwrap().join("function");
    let mut host = regatta
        .command(&["race", "race.yaml", "--cluster", "processes"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let wait_until = |what: &str, holds: &dyn Fn(usize) -> bool| {
        for _ in 0..600 {
            if holds(running(&own)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("waited too long: {what}; {} run", running(&own));
    };
    wait_until("a function runs", &|running| running > 0);
    host.kill().unwrap();
    host.wait().unwrap();
    wait_until("no function runs", &|running| running == 0);
}
