//! Observations: what is told, when, and what is missing.

use scaling::{Cluster, Column, Detail, DetailSet, PodPhase, Slo, TailPercentile};

use super::{
    assert_close, cluster, exactly, observe, pass, poisson, regular, replicas, simulation, workload,
};
use crate::{CallSpec, ClusterSpec, ColdStartSpec, CpuSpec, MetricsSpec, WorkloadSpec};

/// Fifteen requests, one a second, half a second of work each, in a window of fifteen seconds.
fn steady() -> WorkloadSpec {
    WorkloadSpec {
        slo: Some(Slo { latency_seconds: 0.25, percentile: TailPercentile::P90 }),
        target_rate_per_second: Some(2.0),
        cpu: CpuSpec { request_millicores: Some(400), ..CpuSpec::default() },
        ..workload("w", regular(1.0, 1000), exactly(0.5))
    }
}

#[test]
fn a_scrape_tells_rates_and_means_over_its_window() {
    let mut simulation = simulation(&cluster(60.0), &[steady()], 1);
    pass(&mut simulation, 30);
    let seen = observe(&mut simulation);
    let mebibyte = f64::from(1 << 20);
    // The last request of a window comes with the scrape; its work falls into the next.
    for (column, expected) in [
        (Column::ReplicasDesired, 1.0),
        (Column::ReplicasReady, 1.0),
        (Column::ReplicasStarting, 0.0),
        (Column::ReplicasMax, 100.0),
        (Column::CpuRequestMillicores, 400.0),
        (Column::CpuLimitMillicores, 1000.0),
        (Column::CpuShares, 409.0),
        (Column::CpuSharesOthers, 0.0),
        (Column::CpuUsageMillicoresMean, 500.0),
        (Column::CpuUtilisationRatioMean, 1.25),
        (Column::MemoryLimitBytes, 256.0 * mebibyte),
        (Column::MemoryUsageBytesMean, 64.0 * mebibyte),
        (Column::MemoryUtilisationRatioMean, 0.25),
        (Column::ArrivalRatePerSecond, 1.0),
        (Column::ArrivalRateChangePerSecond, 0.0),
        (Column::TargetRatePerSecond, 2.0),
        (Column::ThroughputPerSecond, 1.0),
        (Column::ConcurrencyMean, 0.5),
        (Column::ConcurrencyLimit, 1.0),
        (Column::QueueLength, 0.0),
        (Column::LatencySloSeconds, 0.25),
        (Column::SuccessRatio, 1.0),
        (Column::ColdStartsPerSecond, 0.0),
        (Column::SampleAgeSeconds, 0.0),
        (Column::NeighboursCount, 0.0),
    ] {
        assert_close(seen.get(0, column).unwrap(), expected);
    }
    for (column, expected) in [
        (Column::LatencySecondsP50, 0.5),
        (Column::LatencySecondsP999, 0.5),
        (Column::SloPreservationRatio, 0.5),
    ] {
        let told = seen.get(0, column).unwrap();
        assert!((told / expected - 1.0).abs() < 0.01, "{column} is {told}");
    }
    assert_eq!(seen.get(0, Column::NeighboursReplicasMean), None);
}

#[test]
fn before_the_first_scrape_metrics_are_missing_and_nothing_else_is() {
    let mut simulation = simulation(&cluster(60.0), &[steady()], 1);
    pass(&mut simulation, 14);
    let seen = observe(&mut simulation);
    let missing = [Column::CpuUsageMillicoresMean, Column::QueueLength, Column::SampleAgeSeconds];
    assert!(missing.iter().all(|&column| seen.get(0, column).is_none()));
    assert_eq!(seen.get(0, Column::ReplicasReady), Some(1.0));
}

#[test]
fn a_sample_is_seen_after_its_lag_and_grows_old() {
    let metrics = MetricsSpec { scrape_lag_seconds: 20.0, ..MetricsSpec::default() };
    let cluster = ClusterSpec { metrics, ..cluster(100.0) };
    let mut simulation = simulation(&cluster, &[steady()], 1);
    for (ticks, age) in [(34, None), (1, Some(20.0)), (14, Some(34.0)), (1, Some(20.0))] {
        pass(&mut simulation, ticks);
        assert_eq!(observe(&mut simulation).get(0, Column::SampleAgeSeconds), age);
    }
}

#[test]
fn a_window_may_span_several_scrapes() {
    let metrics = MetricsSpec {
        scrape_interval_seconds: 5.0,
        window_seconds: 30.0,
        ..MetricsSpec::default()
    };
    // Requests only in seconds 1 to 20.
    let spec = workload("w", regular(1.0, 20), exactly(0.5));
    let mut simulation = simulation(&ClusterSpec { metrics, ..cluster(100.0) }, &[spec], 1);
    let rates =
        [(10, 1.0), (20, 1.0), (30, 2.0 / 3.0), (40, 1.0 / 3.0), (45, 1.0 / 6.0), (50, 0.0)];
    let mut now = 0;
    for (second, rate) in rates {
        pass(&mut simulation, second - now);
        now = second;
        let seen = observe(&mut simulation);
        assert_close(seen.get(0, Column::ArrivalRatePerSecond).unwrap(), rate);
        let latency = seen.get(0, Column::LatencySecondsP50);
        assert_eq!(latency.is_some(), second <= 50, "at {second} s");
    }
    pass(&mut simulation, 10);
    assert_eq!(observe(&mut simulation).get(0, Column::LatencySecondsP50), None);
}

#[test]
fn the_change_of_the_rate_is_between_windows() {
    let spec = workload("w", regular(1.0, 15), exactly(0.5));
    let mut simulation = simulation(&cluster(100.0), &[spec], 1);
    for change in [None, Some(-1.0), Some(0.0)] {
        pass(&mut simulation, 15);
        assert_eq!(observe(&mut simulation).get(0, Column::ArrivalRateChangePerSecond), change);
    }
}

#[test]
fn an_objective_is_kept_by_who_has_nothing_to_serve_and_not_by_who_serves_nothing() {
    let slo = Some(Slo { latency_seconds: 3.0, percentile: TailPercentile::P99 });
    let idle = WorkloadSpec { slo, ..workload("idle", None, exactly(0.5)) };
    let stuck = WorkloadSpec {
        slo,
        initial_replicas: Some(0),
        ..workload("stuck", regular(3.0, 100), exactly(0.5))
    };
    let mut simulation = simulation(&cluster(60.0), &[idle, stuck], 1);
    pass(&mut simulation, 15);
    let seen = observe(&mut simulation);
    assert_eq!(seen.get(0, Column::SloPreservationRatio), Some(1.0));
    // The oldest has waited for twelve seconds.
    assert_eq!(seen.get(1, Column::SloPreservationRatio), Some(0.25));
    assert_eq!(seen.get(1, Column::SuccessRatio), None);
    // Nobody is ready, so nobody uses anything.
    assert_eq!(seen.get(1, Column::CpuUsageMillicoresMean), None);
    assert_eq!(seen.get(1, Column::MemoryUsageBytesMean), None);
}

#[test]
fn neighbours_are_the_others_of_the_group() {
    let member = |name, group, replicas| WorkloadSpec {
        group,
        initial_replicas: Some(replicas),
        ..workload(name, poisson(1.0), exactly(0.1))
    };
    let workloads = [member("a", 1, 1), member("b", 2, 9), member("c", 1, 4), member("d", 1, 6)];
    let mut simulation = simulation(&cluster(60.0), &workloads, 1);
    let seen = observe(&mut simulation);
    let told = |column| (0..4).map(|row| seen.get(row, column)).collect::<Vec<_>>();
    assert_eq!(told(Column::NeighboursCount), [2.0, 0.0, 2.0, 2.0].map(Some));
    let means = [Some(5.0), None, Some(3.5), Some(2.5)];
    assert_eq!(told(Column::NeighboursReplicasMean), means);
    let limits = [Some(1000.0), None, Some(1000.0), Some(1000.0)];
    assert_eq!(told(Column::NeighboursCpuLimitMillicoresMean), limits);
    // Objectives are not set, so there is nothing to be averaged.
    assert_eq!(told(Column::NeighboursSloPreservationRatioMean), [None; 4]);
    let others = [19.0, 11.0, 16.0, 14.0].map(|others| Some(others * 1024.0));
    assert_eq!(told(Column::CpuSharesOthers), others);
}

#[test]
fn buckets_cover_the_time_since_the_last_observation() {
    let mut simulation = simulation(&cluster(60.0), &[steady()], 1);
    let wanted = DetailSet::NONE.with(Detail::Buckets);
    let mut told: Vec<Vec<i64>> = Vec::new();
    for ticks in [2, 1, 3] {
        pass(&mut simulation, ticks);
        let buckets = simulation.observe(wanted).unwrap().details.buckets;
        told.push(buckets.iter().map(|b| b.start.nanoseconds() / 1_000_000_000).collect());
        for bucket in buckets.iter().filter(|bucket| bucket.start.nanoseconds() > 0) {
            assert_eq!((bucket.concurrency, bucket.arrival_rate_per_second), (0.5, 1.0));
        }
    }
    assert_eq!(told, [vec![0, 1], vec![2], vec![3, 4, 5]]);
    // An observation without buckets uses them up as well.
    pass(&mut simulation, 4);
    observe(&mut simulation);
    assert_eq!(simulation.observe(wanted).unwrap().details.buckets.len(), 0);
}

#[test]
fn pods_are_told_as_the_metrics_server_would() {
    let spec = WorkloadSpec {
        cold_start: ColdStartSpec { start: exactly(10.0), ..ColdStartSpec::default() },
        ..steady()
    };
    let mut simulation = simulation(&cluster(60.0), &[spec], 1);
    pass(&mut simulation, 17);
    simulation.scale(&[replicas(0, 2)]);
    let pods = |simulation: &mut crate::Simulation| {
        simulation.observe(DetailSet::NONE.with(Detail::Pods)).unwrap().details.pods
    };
    let seconds = |at: scaling::Timestamp| at.nanoseconds() / 1_000_000_000;
    let told = pods(&mut simulation);
    assert_eq!(told.len(), 2);
    assert_eq!((told[0].phase, told[1].phase), (PodPhase::Running, PodPhase::Pending));
    let sampled = told[0].sampled.unwrap();
    assert_eq!((seconds(sampled.taken), sampled.window_nanoseconds), (15, 15_000_000_000));
    let container = &told[0].containers[0];
    let milli = |quantities: &[scaling::Quantity]| {
        quantities.iter().map(|q| (q.resource.clone(), q.milli)).collect::<Vec<_>>()
    };
    let mebibyte_milli = 1000 << 20;
    let both = |cpu, memory| vec![("cpu".to_owned(), cpu), ("memory".to_owned(), memory)];
    assert_eq!(milli(&container.requests), both(400, 256 * mebibyte_milli));
    // 14 requests of half a second in 15 s.
    assert_eq!(milli(&container.usage), both(467, 64 * mebibyte_milli));
    assert!(told[1].sampled.is_none() && told[1].containers[0].usage.is_empty());
    assert_eq!(told[1].ready.unwrap().status, scaling::ConditionStatus::False);
    // Ready at 27 s, sampled at 30 s over the three seconds since.
    pass(&mut simulation, 13);
    let young = &pods(&mut simulation)[1];
    assert_eq!(seconds(young.ready.unwrap().changed.unwrap()), 27);
    assert_eq!(young.sampled.unwrap().window_nanoseconds, 3_000_000_000);
}

#[test]
fn edges_name_who_calls_whom() {
    let front = WorkloadSpec {
        id: Some(70),
        calls: vec![CallSpec {
            workload: "back".to_owned(),
            calls_per_request: 1.5,
            synchronous: true,
        }],
        ..workload("front", poisson(1.0), exactly(0.1))
    };
    let mut simulation =
        simulation(&cluster(60.0), &[front, workload("back", None, exactly(0.1))], 1);
    let edges = simulation.observe(DetailSet::NONE.with(Detail::Edges)).unwrap().details.edges;
    let told: Vec<_> =
        edges.iter().map(|e| (e.upstream.0, e.downstream.0, e.calls_per_request)).collect();
    assert_eq!(told, [(70, 1, 1.5)]);
}

#[test]
fn an_episode_ends_with_its_last_tick() {
    let mut simulation = simulation(&cluster(3.0), &[steady()], 1);
    let told: Vec<bool> = (0..5).map(|_| simulation.advance().unwrap()).collect();
    assert_eq!(told, [true, true, false, false, false]);
    let seen = observe(&mut simulation);
    assert_eq!((seen.tick, seen.now.nanoseconds()), (3, 3_000_000_000));
}
