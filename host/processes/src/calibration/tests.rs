//! What cannot be had on purpose from outside: a machine without control groups, and a server that
//! breaks off now and then.

use std::path::PathBuf;
use std::time::Duration;

use scaling::{Bounds, GroupId, TenantId, Workload, WorkloadId};
use traffic::load::Call;
use traffic::{ArrivalSpec, ProcessSpec, Traces};

use super::*;
use crate::{BackoffRules, FleetLoad, LifeRules, Limits, Probe, Uncapped};

/// A server that answers each connection alike and closes it; one in so many, if told to, without an
/// answer.
const SERVER: &str = "
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 16);
my $count = 0;
while (my $caller = $server->accept()) {
    sysread($caller, my $asked, 4096);
    next if $ENV{BREAKS} && ++$count % $ENV{BREAKS} == 0;
    syswrite($caller, qq{HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-length: 2\\r\\n\\r\\nok});
}";

/// None where it cannot run.
fn fleet() -> Option<FleetSettings> {
    let program = PathBuf::from("/usr/bin/perl");
    if !program.exists() {
        print("not tested: there is no perl here");
        return None;
    }

    let never = ArrivalSpec::new(ProcessSpec::Constant { rate_per_second: 1.0 });
    Some(FleetSettings {
        workload: Workload {
            id: WorkloadId(1),
            name: "measured".to_owned(),
            tenant: TenantId(0),
            group: GroupId(0),
            bounds: Bounds::replicas(0, 1),
            slo: None,
        },
        program,
        arguments: vec!["-e".into(), SERVER.into()],
        environment: Vec::new(),
        probe: Probe::default(),
        life: LifeRules::default(),
        backoff: BackoffRules::default(),
        limits: Limits { cpu_millicores: Some(100), ..Limits::default() },
        cpu_request_millicores: None,
        memory_request_bytes: None,
        concurrency: None,
        queue_length: 0,
        timeout: Some(Duration::from_secs(10)),
        initial_replicas: 1,
        target_rate_per_second: None,
        load: Some(FleetLoad {
            arrivals: never.plan(&Traces::default()).unwrap(),
            call: Call::get(),
            path: "/".to_owned(),
        }),
    })
}

fn uncapped() -> Groups {
    Groups::Uncapped(Uncapped::new(["switched off"]))
}

fn rules() -> CalibrationRules {
    CalibrationRules {
        limits_millicores: vec![Some(200), Some(400)],
        concurrencies: vec![1, 2],
        warm_up: Duration::from_millis(100),
        measure: Duration::from_millis(300),
        starts: 2,
        ..CalibrationRules::default()
    }
}

#[expect(clippy::print_stderr, reason = "a test that cannot be done says so")]
fn print(words: &str) {
    eprintln!("{words}");
}

#[test]
fn without_control_groups_there_are_cells_without_a_limit_and_it_says_so() {
    let Some(fleet) = fleet() else { return };
    let measured = calibrate_in(uncapped(), &fleet, &rules(), &mut |_| ()).unwrap();
    assert!(measured.uncapped.as_ref().unwrap().contains("switched off"), "{measured:?}");
    assert_eq!((measured.start_limit_millicores, measured.starts_seconds.len()), (None, 2));
    let cells = measured.cells.iter().map(|cell| (cell.limit_millicores, cell.concurrency));
    assert_eq!(cells.collect::<Vec<_>>(), [(None, 1), (None, 2)]);
    for cell in &measured.cells {
        // By `/proc`, which is all there is.
        assert!(cell.cpu_seconds_per_request > 0.0 && cell.memory_bytes > 100_000, "{cell:?}");
        assert!(cell.requests >= 100 && cell.failed == 0, "{cell:?}");
        assert_eq!((cell.periods, cell.throttled_periods), (0, 0), "{cell:?}");
    }
}

#[test]
fn a_replica_that_breaks_off_a_connection_is_asked_again() {
    let Some(mut fleet) = fleet() else { return };
    fleet.environment.push(("BREAKS".into(), "20".into()));
    let rules = CalibrationRules { concurrencies: vec![2], starts: 1, ..rules() };
    let measured = calibrate_in(uncapped(), &fleet, &rules, &mut |_| ()).unwrap();
    let cell = &measured.cells[0];
    // Callers hear of a few that the proxy counted just before the cell began.
    assert!(cell.requests >= 90, "{cell:?}");
    assert!((1..cell.requests / 5).contains(&cell.failed), "{cell:?}");
    // Who was answered by nobody has no latency, and others wait for the next look at most.
    assert!(cell.latency.iter().all(|(_, seconds)| *seconds < 5.0), "{cell:?}");
}
