//! Scaling: what is applied, who goes, and what becomes of his requests.

use scaling::{Action, Applied, Cluster, Column, Decision, Detail, DetailSet};

use super::{
    assert_close, cluster, exactly, observe, pass, regular, replicas, run, simulation, workload,
};
use crate::{ClusterSpec, ColdStartSpec, CpuSpec, MemorySpec, NodeSpec, Simulation, WorkloadSpec};

fn quick() -> ColdStartSpec {
    ColdStartSpec { start: exactly(1.0), ..ColdStartSpec::default() }
}

#[track_caller]
fn done(applied: Vec<Applied>) -> Action {
    match &applied[..] {
        [Applied::Done(action)] => *action,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_action_tells_what_changed() {
    let mut simulation = simulation(&cluster(60.0), &[workload("w", None, exactly(1.0))], 1);
    let action = done(simulation.scale(&[Decision {
        cpu_millicores: Some(500),
        memory_bytes: Some(1 << 29),
        illegal: true,
        ..replicas(0, 3)
    }]));
    let expected = Action {
        replicas_before: 1,
        replicas_after: 3,
        cpu_millicores_before: 1000,
        cpu_millicores_after: 500,
        memory_bytes_before: 1 << 28,
        memory_bytes_after: 1 << 29,
        illegal: true,
    };
    assert_eq!(action, expected);
    let hold = Decision { replicas: None, ..replicas(0, 0) };
    assert!(!done(simulation.scale(&[hold])).changed());
}

#[test]
fn a_workload_that_is_not_here_cannot_be_scaled() {
    let mut simulation = simulation(&cluster(60.0), &[workload("w", None, exactly(1.0))], 1);
    let applied = simulation.scale(&[replicas(7, 3)]);
    let expected = Applied::Failed("workload 7 is not in this cluster".into());
    assert_eq!(applied, [expected]);
}

/// When each of the replicas that are not going was asked for, in seconds, and whether it is ready.
fn staying(simulation: &mut Simulation) -> Vec<(i64, bool)> {
    let seen = simulation.observe(DetailSet::NONE.with(Detail::Pods)).unwrap();
    let pods = seen.details.pods.iter().filter(|pod| !pod.deleting);
    pods.map(|pod| {
        let started = pod.started.map_or(-1, |started| started.nanoseconds() / 1_000_000_000);
        (started, pod.ready.unwrap().status == scaling::ConditionStatus::True)
    })
    .collect()
}

#[test]
fn those_that_are_not_ready_go_first_and_then_the_youngest() {
    let spec = WorkloadSpec {
        cold_start: ColdStartSpec { start: exactly(10.0), ..quick() },
        ..workload("w", None, exactly(1.0))
    };
    // Room for four.
    let cluster = ClusterSpec {
        nodes: vec![NodeSpec { count: 1, cores: 4.0, memory_mib: 1e5 }],
        ..cluster(100.0)
    };
    let mut simulation = simulation(&cluster, &[spec], 1);
    for wanted in [2, 3, 4, 5] {
        simulation.scale(&[replicas(0, wanted)]);
        pass(&mut simulation, 4);
    }
    let mut all = vec![(0, true), (0, true), (4, true), (8, false), (-1, false)];
    assert_eq!(staying(&mut simulation), all);
    while let Some(_gone) = all.pop() {
        simulation.scale(&[replicas(0, all.len() as u32)]);
        assert_eq!(staying(&mut simulation), all);
    }
}

#[test]
fn a_replica_that_goes_finishes_what_it_holds() {
    for (grace, completed, failed) in [(30.0, 1, 0), (1.0, 0, 1)] {
        let spec = WorkloadSpec {
            drain_grace_seconds: grace,
            ..workload("w", regular(1.0, 1), exactly(5.0))
        };
        let mut simulation = simulation(&cluster(60.0), &[spec], 1);
        pass(&mut simulation, 2);
        simulation.scale(&[replicas(0, 0)]);
        let seen = observe(&mut simulation);
        assert_eq!(seen.get(0, Column::ReplicasCurrent), Some(0.0));
        pass(&mut simulation, 20);
        let totals = simulation.totals().remove(0);
        assert_eq!((totals.completed, totals.failed), (completed, failed));
        // It exists until its request is done, or until its grace is over.
        assert_close(totals.replica_seconds, if failed == 1 { 3.0 } else { 6.0 });
    }
}

#[test]
fn a_replica_that_goes_takes_nothing_from_the_queue() {
    let spec = workload("w", regular(1.0, 3), exactly(5.0));
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    pass(&mut simulation, 4);
    simulation.scale(&[replicas(0, 0)]);
    pass(&mut simulation, 20);
    assert_eq!(simulation.totals()[0].completed, 1);
    assert_eq!(observe(&mut simulation).get(0, Column::QueueLength), Some(2.0));
}

#[test]
fn more_cpu_in_place_speeds_up_what_runs() {
    // 1 s of work at 1 s; half a core until 2 s, then two: the rest takes half a second.
    let spec = WorkloadSpec {
        cpu: CpuSpec { limit_millicores: Some(500), ..CpuSpec::default() },
        ..workload("w", regular(1.0, 1), exactly(1.0))
    };
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    pass(&mut simulation, 2);
    let larger = Decision { cpu_millicores: Some(2000), ..replicas(0, 1) };
    simulation.scale(std::slice::from_ref(&larger));
    pass(&mut simulation, 8);
    let totals = simulation.totals().remove(0);
    assert_close(totals.latency_seconds_sum, 1.5);
    assert_close(totals.cpu_core_seconds_allocated, 2.0 * 0.5 + 8.0 * 2.0);
    let seen = observe(&mut simulation);
    assert_eq!(seen.get(0, Column::CpuLimitMillicores), Some(2000.0));
    assert_eq!(seen.get(0, Column::CpuRequestMillicores), Some(2000.0));
    assert_eq!(seen.get(0, Column::CpuShares), Some(2048.0));
}

#[test]
fn a_replica_grows_once_its_node_has_room() {
    let spec = |name| workload(name, None, exactly(1.0));
    let cluster = ClusterSpec {
        nodes: vec![NodeSpec { count: 1, cores: 2.5, memory_mib: 1e5 }],
        ..cluster(60.0)
    };
    let mut simulation = simulation(&cluster, &[spec("first"), spec("second")], 1);
    simulation.scale(&[Decision { cpu_millicores: Some(2000), ..replicas(0, 1) }]);
    pass(&mut simulation, 10);
    assert_close(simulation.totals()[0].cpu_core_seconds_allocated, 10.0);
    simulation.scale(&[replicas(1, 0)]);
    pass(&mut simulation, 10);
    assert_close(simulation.totals()[0].cpu_core_seconds_allocated, 10.0 + 20.0);
}

#[test]
fn less_memory_than_is_used_kills() {
    let spec = WorkloadSpec {
        memory: MemorySpec { base_mib: 100.0, ..MemorySpec::default() },
        cold_start: quick(),
        ..workload("w", None, exactly(1.0))
    };
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    for (mebibytes, kills) in [(128, 0), (101, 0), (99, 1)] {
        let smaller = Decision { memory_bytes: Some(mebibytes << 20), ..replicas(0, 1) };
        simulation.scale(std::slice::from_ref(&smaller));
        assert_eq!(simulation.totals()[0].oom_kills, kills);
    }
    // It starts again and is killed again, until it may use as much as it does.
    pass(&mut simulation, 20);
    assert_eq!(simulation.totals()[0].oom_kills, 3);
    let larger = Decision { memory_bytes: Some(100 << 20), ..replicas(0, 1) };
    simulation.scale(std::slice::from_ref(&larger));
    pass(&mut simulation, 20);
    assert_eq!(observe(&mut simulation).get(0, Column::ReplicasReady), Some(1.0));
}

#[test]
fn what_happened_in_the_warm_up_does_not_count() {
    let spec = WorkloadSpec {
        slo: Some(scaling::Slo { latency_seconds: 0.4, percentile: Default::default() }),
        ..workload("w", regular(1.0, 20), exactly(0.5))
    };
    let warmed = ClusterSpec { warm_up_seconds: 9.25, ..cluster(30.0) };
    let totals = run(&warmed, &[spec], 1).remove(0);
    assert_eq!((totals.arrivals, totals.completed, totals.slo_violations), (11, 11, 11));
    assert_close(totals.seconds, 20.75);
    assert_close(totals.replica_seconds, 20.75);
    // The ninth request, of the warm-up, still ran for a quarter of a second.
    assert_close(totals.cpu_core_seconds_used, 11.0 * 0.5 + 0.25);
    assert_close(totals.memory_gib_seconds_allocated, 20.75 / 4.0);
}

#[test]
fn requests_still_in_flight_count_with_their_age() {
    let spec = WorkloadSpec {
        initial_replicas: Some(0),
        slo: Some(scaling::Slo { latency_seconds: 7.5, percentile: Default::default() }),
        ..workload("w", regular(5.0, 4), exactly(0.5))
    };
    let totals = run(&cluster(20.0), &[spec], 1).remove(0);
    // Aged 15, 10, 5 and 0 s; the first two are late already.
    assert_eq!((totals.unfinished, totals.slo_violations), (4, 2));
    let counted: Vec<u64> = totals.latency_seconds.iter().map(|&(_, count)| count).collect();
    assert_eq!(counted, [1, 1, 1, 1]);
    assert!((totals.latency_seconds[3].0 - 15.0).abs() < 0.25);
}
