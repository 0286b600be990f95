//! What a node does for requests besides: it takes cores from replicas and lets threads wait.

use super::{assert_close, cluster, exactly, poisson, regular, run, workload};
use crate::{ClusterSpec, CpuSpec, HandlingSpec, NodeSpec, WorkloadSpec};

fn one_core(seconds: f64) -> ClusterSpec {
    ClusterSpec {
        nodes: vec![NodeSpec { count: 1, cores: 1.0, memory_mib: 1e5 }],
        ..cluster(seconds)
    }
}

/// Requests of next to no work, many at a time.
fn small(rate: f64, handling: HandlingSpec) -> WorkloadSpec {
    WorkloadSpec {
        handling,
        concurrency: None,
        cpu: CpuSpec { request_millicores: Some(100), ..CpuSpec::default() },
        ..workload("small", poisson(rate), exactly(1e-6))
    }
}

/// One request that computes for so long, from second 1 on.
fn long(seconds: f64) -> WorkloadSpec {
    WorkloadSpec {
        cpu: CpuSpec { request_millicores: Some(100), ..CpuSpec::default() },
        ..workload("long", regular(1.0, 1), exactly(seconds))
    }
}

#[test]
fn handling_takes_cores_from_replicas() {
    let handling = HandlingSpec { cpu_seconds_per_request: 0.002, wakes: 0 };
    let totals = run(&one_core(60.0), &[small(100.0, handling), long(20.0)], 1);
    // A fifth of the core is handling's, but for the first seconds.
    let took = totals[1].latency_seconds_sum;
    assert!((24.0..26.0).contains(&took), "{took}");
    // It is nobody's own.
    assert_close(totals[1].cpu_core_seconds_used, 20.0);
}

#[test]
fn a_thread_that_wakes_up_waits_while_no_core_is_free() {
    let check = |wakes: u32, busy: bool, mean_seconds: f64| {
        let handling = HandlingSpec { wakes, ..HandlingSpec::default() };
        let mut workloads = vec![small(50.0, handling)];
        if busy {
            workloads.push(long(100.0));
        }
        let totals = run(&one_core(80.0), &workloads, 1).remove(0);
        let mean = totals.latency_seconds_sum / totals.completed as f64;
        assert!((mean / mean_seconds - 1.0).abs() < 0.1, "{mean} instead of {mean_seconds}");
    };
    // A slice of 3 ms for each time.
    check(1, true, 0.003);
    check(3, true, 0.009);
    check(3, false, 1e-6);
}
