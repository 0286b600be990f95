//! Calibration tells what is known beforehand of real functions, and leaves nothing behind.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use processes::{
    BackoffRules, CalibrationError, CalibrationRules, CellMeasured, FleetLoad, FleetSettings,
    LifeRules, Limits, Measured, Probe, Stage, calibrate,
};
use scaling::{Bounds, GroupId, TenantId, Workload, WorkloadId};
use traffic::load::Call;
use traffic::{ArrivalSpec, ProcessSpec, Traces};

const MS: fn(u64) -> Duration = Duration::from_millis;
/// By this the processes of these tests are found.
const MARK: &str = "REGATTA_TEST_CALIBRATION";

/// The functions' program, which `make functions` puts two folders above this one.
fn functions() -> Option<PathBuf> {
    let folder = std::env::current_exe().unwrap().parent()?.parent()?.to_path_buf();
    let path = folder.join("regatta-function");
    if path.exists() {
        return Some(path);
    }
    crate::print(&format!(
        "not tested: {} is not there; `make functions` builds it",
        path.display()
    ));
    None
}

/// One at a time, or they would measure each other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fleet(id: u64, program: &Path, arguments: &[&str]) -> FleetSettings {
    let never = ArrivalSpec::new(ProcessSpec::Constant { rate_per_second: 1.0 });
    FleetSettings {
        workload: Workload {
            id: WorkloadId(id),
            name: "measured".to_owned(),
            tenant: TenantId(0),
            group: GroupId(0),
            bounds: Bounds::replicas(0, 1),
            slo: None,
        },
        program: program.to_path_buf(),
        arguments: arguments.iter().map(Into::into).collect(),
        environment: vec![(MARK.into(), id.to_string().into())],
        probe: Probe::default(),
        life: LifeRules::default(),
        backoff: BackoffRules::default(),
        limits: Limits { memory_bytes: Some(256 << 20), ..Limits::default() },
        cpu_request_millicores: None,
        memory_request_bytes: None,
        concurrency: None,
        queue_length: 100,
        timeout: Some(Duration::from_secs(10)),
        initial_replicas: 1,
        target_rate_per_second: None,
        load: Some(FleetLoad {
            arrivals: never.plan(&Traces::default()).unwrap(),
            call: Call::get(),
            path: "/".to_owned(),
        }),
    }
}

fn rules(limits_millicores: &[Option<u32>], concurrencies: &[u32]) -> CalibrationRules {
    CalibrationRules {
        limits_millicores: limits_millicores.to_vec(),
        concurrencies: concurrencies.to_vec(),
        warm_up: MS(100),
        measure: MS(500),
        least_requests: 10,
        measure_at_most: MS(1500),
        starts: 1,
    }
}

fn latency(cell: &CellMeasured, percentile: f64) -> f64 {
    cell.latency.iter().find(|(of, _)| *of == percentile).unwrap().1
}

#[track_caller]
fn check_latency(measured: &Measured, seconds: f64) {
    for cell in &measured.cells {
        let median = latency(cell, 50.0);
        let most = seconds * 1.1 + 0.001;
        assert!((seconds..=most).contains(&median), "{median} s, not {seconds} s: {cell:?}");
        assert!(cell.latency.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{cell:?}");
        assert!((seconds..=latency(cell, 100.0)).contains(&cell.mean_seconds), "{cell:?}");
        assert_eq!(cell.failed, 0, "{cell:?}");
        let rate = f64::from(cell.concurrency) / cell.mean_seconds;
        assert!((cell.throughput_per_second / rate - 1.0).abs() < 0.15, "{cell:?}");
        assert!(cell.received_bytes_per_request > 10.0, "{cell:?}");
        assert!(cell.sent_bytes_per_request > 10.0, "{cell:?}");
    }
}

/// Looks for what a calibration of this workload may have left.
#[track_caller]
fn check_nothing_is_left(id: u64) {
    let mark = format!("{MARK}={id}");
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let marked = environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes());
        assert!(!marked, "{} still runs", entry.path().display());
    }
    check_no_group(Path::new("/sys/fs/cgroup"), &format!("replica-calibration-{id}-"));
}

#[track_caller]
fn check_no_group(folder: &Path, name: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let found = entry.file_name().to_string_lossy().starts_with(name);
            assert!(!found, "{} is still there", entry.path().display());
            check_no_group(&entry.path(), name);
        }
    }
}

#[test]
fn a_function_that_waits_is_as_slow_as_it_waits_and_uses_no_processor() {
    let Some(program) = functions() else { return };
    let _alone = alone();
    let mut fleet = fleet(9101, &program, &["sleep", "--input", "20"]);
    let mut told = Vec::new();
    let rules = CalibrationRules { starts: 2, ..rules(&[None], &[1, 4]) };
    let measured = calibrate(&fleet, &rules, &mut |stage| told.push(stage)).unwrap();
    check_latency(&measured, 0.02);
    for cell in &measured.cells {
        assert!(cell.cpu_seconds_per_request < 0.002, "{cell:?}");
        assert_eq!((cell.limit_millicores, cell.throttled_periods), (None, 0), "{cell:?}");
    }
    // It says itself that it takes 100 ms to start.
    assert!(measured.starts_seconds.iter().all(|s| (0.1..5.0).contains(s)), "{measured:?}");
    assert!(measured.starts_seconds.is_sorted() && measured.starts_seconds.len() == 2);
    assert!((100_000..100_000_000).contains(&measured.memory_idle_bytes), "{measured:?}");
    let cell =
        |number, concurrency| Stage::Cell { number, of: 2, limit_millicores: None, concurrency };
    let starts = (1..=2).map(|number| Stage::Start { number, of: 2 });
    let rest = [Stage::FirstAnswers, cell(1, 1), cell(2, 4), Stage::Seldom];
    assert_eq!(told, starts.chain(rest).collect::<Vec<_>>());

    // And the same by gRPC.
    let call = Call::SayHello { name: "30".to_owned(), streams_per_connection: 1 };
    fleet.load.as_mut().unwrap().call = call;
    let rules = CalibrationRules { starts: 1, concurrencies: vec![2], ..rules };
    check_latency(&calibrate(&fleet, &rules, &mut |_| ()).unwrap(), 0.03);
    check_nothing_is_left(9101);
}

#[test]
fn a_function_that_computes_is_as_slow_as_its_processor_time_and_a_limit_divides_its_throughput() {
    let Some(program) = functions() else { return };
    if crate::capped().is_none() {
        return;
    }
    let _alone = alone();
    let fleet = fleet(9102, &program, &["fibonacci"]);
    let rules = CalibrationRules {
        measure: MS(1500),
        measure_at_most: MS(1500),
        ..rules(&[None, Some(200)], &[1])
    };
    let measured = calibrate(&fleet, &rules, &mut |_| ()).unwrap();
    let [free, limited] = measured.cells.try_into().unwrap();
    // Where others want the machine as well, the slower half waited for a core.
    let ratio = latency(&free, 25.0) / free.cpu_seconds_per_request;
    assert!((0.7..1.4).contains(&ratio), "{ratio}: {free:?}");
    assert_eq!((free.throttled_periods, free.limit_millicores), (0, None), "{free:?}");
    let share = limited.throughput_per_second * limited.cpu_seconds_per_request;
    assert!((0.17..0.23).contains(&share), "{share} of one core: {limited:?}");
    assert!(limited.throttled_periods > 10, "{limited:?}");
    assert!(limited.periods >= limited.throttled_periods, "{limited:?}");
    check_nothing_is_left(9102);
}

#[test]
fn what_cannot_be_measured_is_told_and_leaves_nothing() {
    let Some(program) = functions() else { return };
    let _alone = alone();
    let timeout = std::cell::Cell::new(Some(MS(400)));
    let check = |program: &Path,
                 arguments: &[&str],
                 path: &str,
                 kind: fn(&CalibrationError) -> bool,
                 words: &[&str]| {
        let mut fleet = fleet(9103, program, arguments);
        fleet.load.as_mut().unwrap().path = path.to_owned();
        fleet.life.ready_within = MS(500);
        fleet.timeout = timeout.get();
        let rules = CalibrationRules { measure_at_most: MS(500), ..rules(&[None], &[2]) };
        let error = calibrate(&fleet, &rules, &mut |_| ()).unwrap_err();
        assert!(kind(&error), "{arguments:?}: {error:?}");
        let message = error.to_string();
        for word in words.iter().chain(&["`measured`"]) {
            assert!(message.contains(word), "{arguments:?}: {message}");
        }
        check_nothing_is_left(9103);
    };
    let named = program.to_str().unwrap();
    let is_start = |error: &CalibrationError| matches!(error, CalibrationError::Start { .. });
    let not_ready = |error: &CalibrationError| matches!(error, CalibrationError::NotReady { .. });
    let failing = |error: &CalibrationError| matches!(error, CalibrationError::Failing { .. });
    let ended = |error: &CalibrationError| matches!(error, CalibrationError::Ended { .. });
    let is_path = |error: &CalibrationError| matches!(error, CalibrationError::Path { .. });
    check(Path::new("/no/such/program"), &[], "/", is_start, &["/no/such/program"]);
    check(&program, &["no-function"], "/", not_ready, &[named, "exited with status", "by hand"]);
    check(&program, &["sleep", "--fail", "never-ready"], "/", not_ready, &[named, "500ms"]);
    check(&program, &["sleep"], "/?input=x", failing, &[named, "status 400", "check what it is"]);
    check(
        &program,
        &["sleep", "--input", "1", "--fail", "garbage", "--fail-after", "1"],
        "/",
        failing,
        &[named, "status 502"],
    );
    check(
        &program,
        &["sleep", "--input", "1", "--fail", "stop-reading", "--fail-after", "1"],
        "/",
        failing,
        &["504"],
    );
    check(
        &program,
        &["sleep", "--input", "1", "--fail", "crash", "--fail-after", "20"],
        "/",
        ended,
        &[named, "status 70", "without a CPU limit"],
    );
    check(&program, &["sleep"], "no-path", is_path, &["`no-path`"]);
    let is_silent = |error: &CalibrationError| matches!(error, CalibrationError::Silent { .. });
    timeout.set(None);
    check(&program, &["sleep", "--input", "9000"], "/", is_silent, &[named, "within 500ms"]);
}

#[test]
fn a_limit_that_the_machine_does_not_have_is_told_before_time_is_spent() {
    let Some(program) = functions() else { return };
    if crate::capped().is_none() {
        return;
    }
    let _alone = alone();
    let fleet = fleet(9104, &program, &["sleep"]);
    let rules = rules(&[None, Some(10_000_000)], &[1]);
    let mut told = 0;
    let error = calibrate(&fleet, &rules, &mut |_| told += 1).unwrap_err();
    assert!(matches!(error, CalibrationError::Limit { .. }), "{error:?}");
    assert!(error.to_string().contains("10000000 millicores"), "{error}");
    assert_eq!(told, 1);
    check_nothing_is_left(9104);
}
