//! Chains: callers, callees and who waits for whom.

use super::{assert_close, cluster, exactly, mean_latency, regular, run, workload};
use crate::{CallSpec, WorkloadSpec};

fn call(to: &str, calls_per_request: f64, synchronous: bool) -> CallSpec {
    CallSpec { workload: to.to_owned(), calls_per_request, synchronous }
}

#[test]
fn a_synchronous_call_is_part_of_the_latency_and_any_other_is_not() {
    for (synchronous, latency) in [(true, 0.8), (false, 0.5)] {
        let front = WorkloadSpec {
            calls: vec![call("back", 1.0, synchronous)],
            ..workload("front", regular(2.0, 5), exactly(0.5))
        };
        let totals = run(&cluster(30.0), &[front, workload("back", None, exactly(0.3))], 1);
        assert_eq!((totals[0].completed, totals[1].completed), (5, 5));
        assert_close(mean_latency(&totals[0]), latency);
        assert_close(mean_latency(&totals[1]), 0.3);
    }
}

#[test]
fn calls_are_made_at_once_and_the_slowest_decides() {
    let front = WorkloadSpec {
        calls: vec![call("left", 1.0, true), call("right", 2.0, true)],
        ..workload("front", regular(2.0, 5), exactly(0.5))
    };
    // Both calls to the right share one replica, one after the other.
    let others = [workload("left", None, exactly(0.3)), workload("right", None, exactly(0.2))];
    let totals = run(&cluster(30.0), &[vec![front], others.to_vec()].concat(), 1);
    assert_close(mean_latency(&totals[0]), 0.5 + 0.4);
    assert_eq!((totals[1].arrivals, totals[2].arrivals), (5, 10));
}

#[test]
fn a_fraction_of_a_call_is_made_by_so_many_requests() {
    let front = WorkloadSpec {
        calls: vec![call("back", 2.25, false)],
        ..workload("front", regular(0.01, 20_000), exactly(0.001))
    };
    let totals = run(&cluster(201.0), &[front, workload("back", None, exactly(0.001))], 1);
    // Binomial: 5000 ± 4 standard deviations of 61.
    assert!(totals[1].arrivals.abs_diff(45_000) < 245, "{} calls", totals[1].arrivals);
}

#[test]
fn who_waits_keeps_his_place_and_uses_no_cpu() {
    // The second request comes while the first waits for its call: it is served only afterwards.
    let front = WorkloadSpec {
        calls: vec![call("back", 1.0, true)],
        ..workload("front", regular(1.0, 2), exactly(0.5))
    };
    let totals = run(&cluster(30.0), &[front, workload("back", None, exactly(2.0))], 1);
    assert_close(totals[0].latency_seconds_sum, 2.5 + (2.5 - 1.0 + 2.5));
    assert_close(totals[0].cpu_core_seconds_used, 1.0);
}

#[test]
fn a_call_that_fails_fails_its_caller() {
    let front = WorkloadSpec {
        calls: vec![call("back", 1.0, true)],
        concurrency: None,
        ..workload("front", regular(1.0, 4), exactly(0.1))
    };
    let back = WorkloadSpec {
        timeout_seconds: Some(0.5),
        queue_length: Some(1),
        ..workload("back", None, exactly(9.0))
    };
    let totals = run(&cluster(30.0), &[front, back], 1);
    assert_eq!((totals[1].timed_out, totals[0].failed, totals[0].completed), (4, 4, 0));
}

#[test]
fn a_caller_that_gave_up_is_not_called_back() {
    let front = WorkloadSpec {
        calls: vec![call("back", 1.0, true)],
        timeout_seconds: Some(1.0),
        ..workload("front", regular(3.0, 4), exactly(0.1))
    };
    let totals = run(&cluster(30.0), &[front, workload("back", None, exactly(1.5))], 1);
    assert_eq!((totals[0].timed_out, totals[1].completed), (4, 4));
    assert_eq!(totals[0].unfinished + totals[0].failed + totals[0].completed, 0);
}
