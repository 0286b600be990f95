//! Limits that are budgets by period: who waits for how long, to the nanosecond.

use super::{assert_close, cluster, exactly, pass, poisson, regular, run, simulation, workload};
use crate::{ClusterSpec, CpuSpec, NodeSpec, WorkloadSpec};

/// Requests of this work at whole seconds, on a limit with periods of 100 ms that begin at 0.
fn budgeted(name: &str, limit_millicores: u32, work: f64, count: u32) -> WorkloadSpec {
    WorkloadSpec {
        cpu: CpuSpec {
            request_millicores: Some(100),
            limit_millicores: Some(limit_millicores),
            quota_period_seconds: Some(0.1),
            ..CpuSpec::default()
        },
        concurrency: None,
        ..workload(name, regular(1.0, count), exactly(work))
    }
}

fn cores(cores: f64) -> ClusterSpec {
    ClusterSpec { nodes: vec![NodeSpec { count: 1, cores, memory_mib: 1e5 }], ..cluster(20.0) }
}

#[track_caller]
fn check(cluster: &ClusterSpec, workloads: &[WorkloadSpec], latencies: &[f64]) {
    let totals = run(cluster, workloads, 1);
    for (totals, &latency) in totals.iter().zip(latencies) {
        assert_eq!(totals.completed, totals.arrivals);
        assert_close(totals.latency_seconds_sum, latency);
    }
}

#[test]
fn what_fits_into_the_budget_goes_at_full_speed() {
    check(&cores(4.0), &[budgeted("w", 200, 0.020, 5)], &[5.0 * 0.020]);
}

#[test]
fn what_does_not_waits_for_the_next_periods() {
    // 20 ms in each of two periods, and the last 10 ms in the third.
    check(&cores(4.0), &[budgeted("w", 200, 0.050, 5)], &[5.0 * 0.210]);
}

#[test]
fn a_budget_is_spent_by_all_requests_of_a_replica_on_several_cores() {
    let mut both = budgeted("w", 200, 0.029, 1);
    both.arrivals = regular(0.001, 2);
    // At 1 and 2 ms. They have used 1 + 2 × 9.5 ms by 11.5, 20 more by 110, and need 8.5 and 9.5 more
    // from 200 on.
    check(&cores(4.0), &[both], &[0.2075 + 0.2075]);
}

#[test]
fn replicas_that_share_a_core_use_their_budgets_more_slowly() {
    // Two replicas at half a core each use 20 ms by 40, wait, and have their last 10 ms by 120.
    let both = [budgeted("a", 200, 0.030, 1), budgeted("b", 200, 0.030, 1)];
    check(&cores(1.0), &both, &[0.120, 0.120]);
    // One without a budget has the core to itself while the other waits: it has 20 ms by 40 and the
    // last 30 by 70.
    let mixed = [budgeted("a", 200, 0.030, 1), budgeted("b", 1000, 0.050, 1)];
    check(&cores(1.0), &mixed, &[0.110, 0.070]);
}

#[test]
fn a_replica_with_too_much_to_do_uses_its_limit_and_no_more() {
    for (limit, nodes) in [(200, 4.0), (1500, 4.0), (700, 1.0)] {
        let spec = WorkloadSpec {
            arrivals: poisson(1000.0),
            timeout_seconds: Some(1.0),
            ..budgeted("w", limit, 0.005, 1)
        };
        let totals = run(&cores(nodes), &[spec], 1).remove(0);
        let used = totals.cpu_core_seconds_used / 20.0;
        assert!((used - f64::from(limit) / 1e3).abs() < 0.02, "{used} of {limit} m");
    }
}

#[test]
fn another_limit_is_another_budget_at_once() {
    let spec = budgeted("w", 100, 0.050, 1);
    let mut simulation = simulation(&ClusterSpec { tick_seconds: 1.25, ..cores(4.0) }, &[spec], 1);
    pass(&mut simulation, 1);
    // Ten in each of [1.0, 1.1) and [1.1, 1.2), and the third at 1.2; the last twenty at once.
    let decision = scaling::Decision { cpu_millicores: Some(1000), ..super::replicas(0, 1) };
    scaling::Cluster::scale(&mut simulation, &[decision]);
    pass(&mut simulation, 1);
    let totals = scaling::Cluster::totals(&mut simulation).remove(0);
    assert_close(totals.latency_seconds_sum, 0.270);
}
