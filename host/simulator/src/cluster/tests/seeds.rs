//! Chance: the same seed gives the same bytes, and no policy moves what another one meets.

use scaling::{Cluster, Column, Detail, DetailSet, Observations, Totals};

use super::{assert_close, cluster, exponential, poisson, replicas, simulation, workload};
use crate::{
    AmountSpec, CallSpec, ClusterSpec, CrashSpec, MemorySpec, NetworkSpec, NodeSpec, WorkloadSpec,
};

/// Two workloads with everything that draws.
fn eventful() -> (ClusterSpec, Vec<WorkloadSpec>) {
    let amount = |mean_bytes| Some(AmountSpec { mean_bytes, coefficient_of_variation: 1.0 });
    let front = WorkloadSpec {
        io: Some(exponential(0.05)),
        concurrency: Some(4),
        timeout_seconds: Some(2.0),
        queue_length: Some(20),
        crash: Some(CrashSpec {
            mean_time_between_failures_seconds: 100.0,
            detection_seconds: 3.0,
        }),
        memory: MemorySpec {
            limit_mib: Some(70.0),
            request_bytes: amount(1e6),
            ..MemorySpec::default()
        },
        network: NetworkSpec { receive_bytes: amount(2e3), transmit_bytes: amount(9e3) },
        calls: vec![CallSpec {
            workload: "back".to_owned(),
            calls_per_request: 1.5,
            synchronous: true,
        }],
        ..workload("front", poisson(20.0), exponential(0.1))
    };
    let back = WorkloadSpec {
        initial_replicas: Some(2),
        timeout_seconds: Some(1.0),
        ..workload("back", poisson(3.0), exponential(0.05))
    };
    let cluster = ClusterSpec {
        nodes: vec![NodeSpec { count: 2, cores: 3.0, memory_mib: 1000.0 }],
        ..cluster(300.0)
    };
    (cluster, vec![front, back])
}

/// A run in which the replicas of both workloads follow a pattern.
fn story(seed: u64, pattern: &[u32]) -> (Vec<Observations>, Vec<Totals>) {
    let (cluster, workloads) = eventful();
    let mut simulation = simulation(&cluster, &workloads, seed);
    let details = DetailSet::from_iter(Detail::ALL);
    let mut seen = vec![simulation.observe(details).unwrap()];
    let mut turn = 0;
    while simulation.advance().unwrap() {
        seen.push(simulation.observe(details).unwrap());
        let wanted = pattern[turn % pattern.len()];
        simulation.scale(&[replicas(0, wanted), replicas(1, wanted.max(1))]);
        turn += 1;
    }
    (seen, simulation.totals())
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let text = |seed| format!("{:?}", story(seed, &[1, 3, 2, 0, 4]));
    assert_eq!(text(5), text(5));
    assert_ne!(text(5), text(6));
}

/// What a policy that always wants the same replicas meets: arrivals by second, the CPU seconds of
/// all requests together, and the sum of their latencies.
fn met_by(wanted: u32) -> (Vec<f64>, f64, f64) {
    let mut arrivals = poisson(10.0);
    arrivals.as_mut().unwrap().limit_seconds = Some(400.0);
    let spec = WorkloadSpec {
        initial_replicas: Some(3),
        crash: Some(CrashSpec { mean_time_between_failures_seconds: 1e6, detection_seconds: 1.0 }),
        ..workload("w", arrivals, exponential(0.1))
    };
    let mut simulation = simulation(&cluster(600.0), &[spec], 9);
    let mut by_second = Vec::new();
    while simulation.advance().unwrap() {
        let seen = simulation.observe(DetailSet::NONE.with(Detail::Buckets)).unwrap();
        by_second.extend(seen.details.buckets.iter().map(|b| b.arrival_rate_per_second));
        // Comes and goes, so that it starts replicas again and again.
        let now = if seen.tick.is_multiple_of(10) { 1 } else { wanted };
        simulation.scale(&[replicas(0, now)]);
    }
    let totals = simulation.totals().remove(0);
    assert_eq!((totals.completed, totals.unfinished), (totals.arrivals, 0));
    assert!(totals.cold_starts > 50);
    (by_second, totals.cpu_core_seconds_used, totals.latency_seconds_sum)
}

#[test]
fn two_policies_meet_the_same_arrivals_and_the_same_work() {
    let (few, many) = (met_by(2), met_by(9));
    assert_eq!(few.0, many.0);
    assert_eq!(few.0.len(), 599);
    assert_close(few.1, many.1);
    assert!(few.2 > many.2);
}

#[test]
fn the_nth_cold_start_takes_as_long_whoever_asks_for_it() {
    // Durations of the first five starts, asked for one by one or all at once.
    let durations = |at_once: bool| {
        let spec =
            WorkloadSpec { initial_replicas: Some(0), ..workload("w", None, exponential(0.1)) };
        let mut simulation = simulation(&cluster(200.0), &[spec], 3);
        let mut turn = 0;
        while simulation.advance().unwrap() {
            simulation.scale(&[replicas(0, if at_once { 5 } else { (turn / 20 + 1).min(5) })]);
            turn += 1;
        }
        let seen = simulation.observe(DetailSet::NONE.with(Detail::Pods)).unwrap();
        assert_eq!(seen.get(0, Column::ReplicasReady), Some(5.0));
        let took = |pod: &scaling::Pod| {
            let ready = pod.ready.unwrap().changed.unwrap();
            ready.nanoseconds() - pod.started.unwrap().nanoseconds()
        };
        seen.details.pods.iter().map(took).collect::<Vec<_>>()
    };
    let one_by_one = durations(false);
    assert_eq!(one_by_one, durations(true));
    assert!(one_by_one.windows(2).all(|pair| pair[0] != pair[1]));
}
