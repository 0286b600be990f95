//! What goes wrong: timeouts, memory, crashes.

use scaling::{Cluster, Column};

use super::{
    assert_close, cluster, exactly, exponential, observe, pass, poisson, regular, run, simulation,
    workload,
};
use crate::{AmountSpec, ColdStartSpec, CrashSpec, MemorySpec, NetworkSpec, WorkloadSpec};

#[test]
fn a_request_that_takes_too_long_ends_at_its_timeout_and_frees_its_replica() {
    // Requests at 1, 2 and 3 s, 1.6 s of work, given up after 2 s: the first ends at 2.6 s, the second
    // is given up at 4 s after 1.4 s of service, the third at 5 s after 1 s.
    let spec =
        WorkloadSpec { timeout_seconds: Some(2.0), ..workload("w", regular(1.0, 3), exactly(1.6)) };
    let totals = run(&cluster(30.0), &[spec], 1).remove(0);
    assert_eq!((totals.completed, totals.timed_out, totals.unfinished), (1, 2, 0));
    assert_close(totals.cpu_core_seconds_used, 1.6 + 1.4 + 1.0);
    let at_two_seconds = totals.latency_seconds.last().unwrap();
    assert_eq!(at_two_seconds.1, 2);
    assert!((at_two_seconds.0 - 2.0).abs() < 0.04);
}

#[test]
fn a_request_that_waits_is_given_up_too() {
    let spec = WorkloadSpec {
        initial_replicas: Some(0),
        timeout_seconds: Some(2.0),
        ..workload("w", regular(1.0, 5), exactly(0.1))
    };
    let totals = run(&cluster(30.0), &[spec], 1).remove(0);
    assert_eq!((totals.arrivals, totals.timed_out), (5, 5));
}

#[test]
fn requests_given_up_leave_the_processor_to_the_others() {
    // Five times as much work as one core can do, given up after 3 s. Whoever goes must not count
    // any more, or nobody would ever be done.
    let spec = WorkloadSpec {
        concurrency: None,
        timeout_seconds: Some(3.0),
        ..workload("w", poisson(5.0), exponential(1.0))
    };
    let totals = run(&cluster(2000.0), &[spec], 1).remove(0);
    let ended = totals.completed + totals.timed_out + totals.unfinished;
    assert_eq!(ended, totals.arrivals);
    assert!(totals.timed_out > totals.arrivals / 10);
    // The core is always busy and never more than busy.
    assert!((1990.0..=2000.0).contains(&totals.cpu_core_seconds_used));
}

#[test]
fn too_many_requests_at_once_kill_a_replica_and_it_comes_back_later_each_time() {
    // 64 MiB and 50 MB a request, at most 128 MiB: the second at a time is one too many.
    let amount = AmountSpec { mean_bytes: 5e7, coefficient_of_variation: 0.0 };
    let spec = WorkloadSpec {
        concurrency: None,
        cold_start: ColdStartSpec { start: exactly(1.0), ..ColdStartSpec::default() },
        memory: MemorySpec {
            limit_mib: Some(128.0),
            request_bytes: Some(amount),
            ..MemorySpec::default()
        },
        ..workload("w", regular(0.5, 100), exactly(0.9))
    };
    let mut simulation = simulation(&cluster(100.0), &[spec], 1);
    // Killed at 1 s, ready at 2 s, killed again at once by what had waited: next start at 12 s, and
    // then at 33 s.
    let mut kills = Vec::new();
    for second in 1..60 {
        pass(&mut simulation, 1);
        let so_far = simulation.totals()[0].oom_kills as usize;
        kills.resize(so_far, second);
    }
    assert_eq!(kills, [1, 2, 13, 34]);
    let totals = simulation.totals().remove(0);
    assert_eq!(totals.failed, 8);
    assert_eq!(totals.latency_seconds.last(), Some(&(f64::INFINITY, 8)));
    assert_eq!(totals.cold_starts, 3);
}

#[test]
fn a_leak_kills_in_the_end_and_a_restart_cures_it() {
    let spec = WorkloadSpec {
        memory: MemorySpec { leak_bytes_per_request: 1e6, ..MemorySpec::default() },
        cold_start: ColdStartSpec { start: exactly(1.0), ..ColdStartSpec::default() },
        ..workload("w", regular(1.0, 1000), exactly(0.1))
    };
    // 192 MiB of leaks are 201 requests, and the next is fatal.
    let totals = run(&cluster(610.0), &[spec], 1).remove(0);
    assert_eq!((totals.oom_kills, totals.failed), (3, 3));
}

#[test]
fn a_crash_loses_what_was_in_it_and_is_noticed_later() {
    let spec = WorkloadSpec {
        crash: Some(CrashSpec { mean_time_between_failures_seconds: 50.0, detection_seconds: 5.0 }),
        cold_start: ColdStartSpec { start: exactly(3.0), ..ColdStartSpec::default() },
        initial_replicas: Some(1),
        ..workload("w", poisson(5.0), exactly(0.1))
    };
    let mut simulation = simulation(&cluster(20_000.0), &[spec], 1);
    let (mut not_ready, mut ticks) = (0.0, 0.0);
    while simulation.advance().unwrap() {
        let seen = observe(&mut simulation);
        ticks += 1.0;
        not_ready += 1.0 - seen.get(0, Column::ReplicasReady).unwrap();
        assert_eq!(seen.get(0, Column::ReplicasDesired), Some(1.0));
    }
    let totals = simulation.totals().remove(0);
    // One in 58 s: 345 ± 4 × 16 of them; of every 58 s it looks unready for 3 and lies idle for 8.
    assert!(totals.crashes.abs_diff(345) < 64, "{} crashes", totals.crashes);
    assert!(totals.cold_starts.abs_diff(totals.crashes) <= 1);
    let unready: f64 = not_ready / ticks;
    assert!((unready - 3.0 / 58.0).abs() < 0.01, "not ready for {unready}");
    // Half of the time somebody is served when it crashes.
    assert!(totals.failed > totals.crashes / 4 && totals.failed <= totals.crashes);
}

#[test]
fn memory_is_bounded_by_what_is_in_flight() {
    // Every tenth request or so is given up while it is queued, executes or is in I/O.
    let spec = WorkloadSpec {
        concurrency: Some(50),
        timeout_seconds: Some(5.0),
        io: Some(exponential(1.0)),
        ..workload("w", poisson(9.0), exponential(0.1))
    };
    let mut simulation = simulation(&cluster(20_000.0), &[spec], 1);
    while simulation.advance().unwrap() {}
    let totals = simulation.totals().remove(0);
    assert!(totals.arrivals > 170_000 && totals.timed_out > 5_000);
    // At most five seconds' worth of requests are there at a time.
    assert!(simulation.requests.places() < 90, "{} places", simulation.requests.places());
    assert!(simulation.in_io.len() < 90, "{} in I/O", simulation.in_io.len());
}

#[test]
fn bytes_are_counted_where_they_pass() {
    let amount = |mean_bytes| Some(AmountSpec { mean_bytes, coefficient_of_variation: 0.0 });
    let spec = WorkloadSpec {
        network: NetworkSpec { receive_bytes: amount(300.0), transmit_bytes: amount(4000.0) },
        ..workload("w", regular(1.0, 30), exactly(0.1))
    };
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    pass(&mut simulation, 15);
    let seen = observe(&mut simulation);
    // The fifteenth request comes with the scrape and is not answered yet.
    assert_close(seen.get(0, Column::NetworkReceiveBytesPerSecond).unwrap(), 300.0);
    assert_close(seen.get(0, Column::NetworkTransmitBytesPerSecond).unwrap(), 4000.0 * 14.0 / 15.0);
}

#[test]
fn io_takes_time_and_a_place_but_no_cpu() {
    let spec =
        WorkloadSpec { io: Some(exactly(0.7)), ..workload("w", regular(1.0, 3), exactly(0.5)) };
    let totals = run(&cluster(30.0), &[spec], 1).remove(0);
    assert_close(totals.latency_seconds_sum, 1.2 + 1.4 + 1.6);
    assert_close(totals.cpu_core_seconds_used, 1.5);
}

#[test]
fn an_end_of_io_does_not_hold_up_who_executes() {
    // The first shares the core from 2 s on, is done with it at 3 s and with its I/O at 3.3 s; the
    // second is done at 4 s and 4.3 s.
    let spec = WorkloadSpec {
        concurrency: None,
        io: Some(exactly(0.3)),
        ..workload("w", regular(1.0, 2), exactly(1.5))
    };
    let totals = run(&cluster(30.0), &[spec], 1).remove(0);
    assert_close(totals.latency_seconds_sum, 2.3 + 2.3);
}

#[test]
fn io_of_a_request_that_was_given_up_ends_unnoticed() {
    let spec = WorkloadSpec {
        io: Some(exactly(5.0)),
        timeout_seconds: Some(1.0),
        ..workload("w", regular(2.0, 4), exactly(0.5))
    };
    let totals = run(&cluster(30.0), &[spec], 1).remove(0);
    assert_eq!((totals.timed_out, totals.completed), (4, 0));
    assert_close(totals.cpu_core_seconds_used, 2.0);
}
