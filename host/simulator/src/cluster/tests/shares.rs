//! CPU shares and limits: who gets how much of a node, to the nanosecond.

use super::{assert_close, cluster, exactly, regular, run, workload};
use crate::{ClusterSpec, CpuSpec, NodeSpec, WorkloadSpec};

fn on_one_node(cores: f64, contention: bool) -> ClusterSpec {
    ClusterSpec {
        nodes: vec![NodeSpec { count: 1, cores, memory_mib: 1e5 }],
        cpu_contention: contention,
        ..cluster(20.0)
    }
}

/// One request, of one second of work, at second 1.
fn with_shares(name: &str, shares: u32, limit_millicores: u32) -> WorkloadSpec {
    WorkloadSpec {
        cpu: CpuSpec {
            request_millicores: Some(100),
            limit_millicores: Some(limit_millicores),
            shares: Some(shares),
            ..CpuSpec::default()
        },
        ..workload(name, regular(1.0, 1), exactly(1.0))
    }
}

#[track_caller]
fn check(cluster: &ClusterSpec, workloads: &[WorkloadSpec], latencies: &[f64]) {
    let totals = run(cluster, workloads, 1);
    for (totals, &latency) in totals.iter().zip(latencies) {
        assert_eq!(totals.completed, 1);
        assert_close(totals.latency_seconds_sum, latency);
        assert_close(totals.cpu_core_seconds_used, 1.0);
    }
}

#[test]
fn a_core_is_split_by_shares_and_the_rest_goes_to_who_is_left() {
    // B has 3/4 of the core and ends after 4/3 s; A has done 1/3 by then and ends 2/3 s later.
    let pair = [with_shares("a", 1024, 1000), with_shares("b", 3072, 1000)];
    check(&on_one_node(1.0, true), &pair, &[2.0, 4.0 / 3.0]);
}

#[test]
fn without_contention_everybody_has_what_the_limit_allows() {
    let pair = [with_shares("a", 1024, 500), with_shares("b", 3072, 1000)];
    check(&on_one_node(1.0, false), &pair, &[2.0, 1.0]);
}

#[test]
fn what_a_limit_leaves_is_shared_by_the_others() {
    // C may use 0.2 of 2 cores; A and B want 1 each and get 0.9, 0.9 although shares are unequal,
    // because 3/4 of 1.8 is more than the one core that B can use: B 1.0, A 0.8.
    let three =
        [with_shares("a", 1024, 1000), with_shares("b", 3072, 1000), with_shares("c", 4096, 200)];
    // A does 0.8 in the first second and the rest at full speed, since B is done.
    check(&on_one_node(2.0, true), &three, &[1.2, 1.0, 5.0]);
}

#[test]
fn a_node_with_cores_for_all_slows_nobody() {
    let pair = [with_shares("a", 2, 1000), with_shares("b", 3072, 1000)];
    check(&on_one_node(2.0, true), &pair, &[1.0, 1.0]);
}

#[test]
fn requests_in_one_replica_share_its_limit() {
    // Requests at 1 s and 2 s, of two seconds each, on one core: the first has done one when the
    // second comes, then both go at half speed: the first ends at 4 s, the second at 5 s.
    let spec = WorkloadSpec { concurrency: None, ..workload("w", regular(1.0, 2), exactly(2.0)) };
    let totals = run(&cluster(20.0), &[spec], 1).remove(0);
    assert_eq!(totals.completed, 2);
    assert_close(totals.latency_seconds_sum, 3.0 + 3.0);
    assert_close(totals.cpu_core_seconds_used, 4.0);
}

#[test]
fn a_limit_below_a_core_slows_a_single_request() {
    let spec = WorkloadSpec {
        cpu: CpuSpec { limit_millicores: Some(250), ..CpuSpec::default() },
        ..workload("w", regular(1.0, 1), exactly(1.0))
    };
    assert_close(run(&cluster(20.0), &[spec], 1)[0].latency_seconds_sum, 4.0);
}
