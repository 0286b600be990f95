//! Cold starts: nodes, images, and requests that wait for the first replica.

use scaling::{Cluster, Column};

use super::{
    assert_close, cluster, exactly, observe, pass, regular, replicas, simulation, workload,
};
use crate::{ClusterSpec, ColdStartSpec, CpuSpec, NodeSpec, Simulation, WorkloadSpec};

fn cold(image_present: bool) -> ColdStartSpec {
    ColdStartSpec {
        scheduling_seconds: 0.5,
        start: exactly(2.0),
        image_present,
        image_pull: exactly(10.0),
    }
}

fn ready(simulation: &mut Simulation) -> f64 {
    observe(simulation).get(0, Column::ReplicasReady).unwrap()
}

#[test]
fn a_replica_is_ready_once_it_was_scheduled_and_started() {
    let spec = WorkloadSpec {
        initial_replicas: Some(0),
        cold_start: cold(true),
        ..workload("w", None, exactly(1.0))
    };
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    simulation.scale(&[replicas(0, 2)]);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let now = observe(&mut simulation);
        seen.push(
            [Column::ReplicasCurrent, Column::ReplicasStarting, Column::ReplicasReady]
                .map(|column| now.get(0, column).unwrap()),
        );
        pass(&mut simulation, 1);
    }
    assert_eq!(seen, [[2.0, 2.0, 0.0]; 3]);
    assert_eq!(ready(&mut simulation), 2.0);
    assert_eq!(simulation.totals()[0].cold_starts, 2);
}

#[test]
fn an_image_is_pulled_once_to_each_node() {
    let spec = WorkloadSpec {
        initial_replicas: Some(0),
        cold_start: cold(false),
        ..workload("w", None, exactly(1.0))
    };
    let cluster = ClusterSpec {
        nodes: vec![NodeSpec { count: 2, cores: 4.0, memory_mib: 4096.0 }],
        ..cluster(120.0)
    };
    let mut simulation = simulation(&cluster, &[spec], 1);
    // (replicas, when they are all ready, seconds later): pulls on either node, then none.
    for (wanted, after) in [(1, 13), (2, 13), (3, 3), (5, 3)] {
        simulation.scale(&[replicas(0, wanted)]);
        pass(&mut simulation, after - 1);
        assert!(ready(&mut simulation) < f64::from(wanted));
        pass(&mut simulation, 1);
        assert_eq!(ready(&mut simulation), f64::from(wanted));
    }
}

#[test]
fn without_replicas_requests_wait_for_the_first() {
    let spec = WorkloadSpec {
        initial_replicas: Some(0),
        cold_start: cold(true),
        ..workload("w", regular(1.0, 3), exactly(0.5))
    };
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    pass(&mut simulation, 5);
    simulation.scale(&[replicas(0, 1)]);
    pass(&mut simulation, 10);
    let totals = simulation.totals().remove(0);
    assert_eq!(totals.completed, 3);
    // Ready at 7.5 s; requests of 1, 2 and 3 s end at 8, 8.5 and 9 s.
    assert_close(totals.latency_seconds_sum, 7.0 + 6.5 + 6.0);
}

#[test]
fn a_replica_that_fits_nowhere_stays_pending_until_there_is_room() {
    let spec = |name| WorkloadSpec {
        initial_replicas: Some(2),
        cold_start: cold(true),
        cpu: CpuSpec { limit_millicores: Some(1500), ..CpuSpec::default() },
        ..workload(name, None, exactly(1.0))
    };
    let cluster = ClusterSpec {
        nodes: vec![NodeSpec { count: 2, cores: 2.0, memory_mib: 4096.0 }],
        ..cluster(60.0)
    };
    let mut simulation = simulation(&cluster, &[spec("first"), spec("second")], 1);
    let waiting =
        |simulation: &mut Simulation| observe(simulation).get(1, Column::ReplicasStarting).unwrap();
    pass(&mut simulation, 20);
    assert_eq!(waiting(&mut simulation), 2.0);
    assert_eq!(simulation.totals()[1].replica_seconds, 0.0);
    simulation.scale(&[replicas(0, 1)]);
    pass(&mut simulation, 3);
    assert_eq!(waiting(&mut simulation), 1.0);
    // Half a core is what the other replica leaves.
    let smaller = scaling::Decision { cpu_millicores: Some(500), ..replicas(1, 2) };
    simulation.scale(std::slice::from_ref(&smaller));
    pass(&mut simulation, 3);
    assert_eq!(waiting(&mut simulation), 0.0);
    assert_eq!(simulation.totals()[1].cold_starts, 2);
}
