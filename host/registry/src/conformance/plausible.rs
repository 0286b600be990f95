//! Plausible: the numbers and details of a made-up workload. They depend on the workload, the tick
//! and the kind of row alone.

use std::time::Duration;

use scaling::{
    Action, Bucket, Column, ConditionStatus, Container, Detail, DetailSet, Details, Edge, Fault,
    Metric, MetricSource, Observations, Pod, PodPhase, Quantity, Readiness, Sampling, Timestamp,
    WorkloadId,
};

use super::scene::{Card, Kind, Scene};

/// Pods shown of one workload; more say nothing new.
const PODS: usize = 4;

/// The value of a column in a row of this kind.
pub(super) fn value(column: Column, id: WorkloadId, tick: u64, kind: Kind) -> f64 {
    use Column as C;

    let chance = mixed(id.0 ^ mixed(tick) ^ (column as u64) << 32);
    match kind {
        Kind::Unknown => return f64::NAN,
        Kind::Gaps if chance.is_multiple_of(3) => return f64::NAN,
        Kind::Unbelievable => return f64::MAX,
        Kind::Huge => return largest(column),
        _ => {}
    }
    // A wave of a quarter of an hour, shifted by workload, with a little noise on it.
    let phase = (tick + mixed(id.0) % 60) % 60;
    let wave = phase.min(60 - phase) as f64 / 30.0;
    let noise = (mixed(chance) % 1000) as f64 / 1000.0;
    let zero = kind == Kind::Zero;
    let quiet = zero || kind == Kind::Idle;
    let load = if quiet { 0.0 } else { 0.1 + wave + 0.2 * noise };
    let replicas = if zero { 0.0 } else { 1.0 + ((mixed(id.0) + tick / 3) % 8) as f64 };
    let ready = if tick % 3 == 1 { (replicas - 1.0).max(0.0) } else { replicas };
    let or_missing = |value: f64| if quiet { f64::NAN } else { value };
    match column {
        C::ReplicasDesired | C::ReplicasCurrent | C::NeighboursReplicasMean => replicas,
        C::ReplicasReady => ready,
        C::ReplicasStarting => replicas - ready,
        C::ReplicasMin => 0.0,
        C::ReplicasMax => 20.0,
        C::CpuRequestMillicores => 500.0,
        C::CpuLimitMillicores | C::NeighboursCpuLimitMillicoresMean => 1000.0,
        C::CpuShares => 512.0,
        C::CpuSharesOthers => 2048.0,
        C::MemoryRequestBytes => 256.0 * 1024.0 * 1024.0,
        C::MemoryLimitBytes | C::NeighboursMemoryLimitBytesMean => 512.0 * 1024.0 * 1024.0,
        C::CpuUsageMillicoresMean => 500.0 * load,
        C::CpuUtilisationRatioMean | C::NeighboursCpuUtilisationRatioMean => load,
        C::MemoryUsageBytesMean => (0.3 + 0.4 * noise) * 256.0 * 1024.0 * 1024.0,
        C::MemoryUtilisationRatioMean => 0.3 + 0.4 * noise,
        C::NetworkReceiveBytesPerSecond | C::NetworkTransmitBytesPerSecond => 1e5 * load,
        C::ArrivalRatePerSecond | C::ThroughputPerSecond => 40.0 * load,
        C::ArrivalRateChangePerSecond | C::NeighboursArrivalRateChangePerSecondMean => {
            if quiet {
                0.0
            } else {
                8.0 * (noise - 0.5)
            }
        }
        C::TargetRatePerSecond => 60.0,
        C::ConcurrencyMean => 6.0 * load,
        C::ConcurrencyLimit => 4.0,
        C::QueueLength => (10.0 * (load - 0.8)).max(0.0).floor(),
        C::LatencySecondsP50 => or_missing(0.05 + 0.1 * load),
        C::LatencySecondsP90 => or_missing(0.1 + 0.3 * load),
        C::LatencySecondsP95 => or_missing(0.15 + 0.4 * load),
        C::LatencySecondsP99 => or_missing(0.2 + 0.8 * load),
        C::LatencySecondsP999 => or_missing(0.3 + 1.6 * load),
        C::LatencySloSeconds => 0.4,
        C::SloPreservationRatio | C::NeighboursSloPreservationRatioMean => {
            (0.4 / (0.1 + 0.3 * load)).min(1.0)
        }
        C::SuccessRatio => or_missing(1.0 - 0.01 * noise),
        C::ColdStartsPerSecond => (replicas - ready) / 15.0,
        C::SampleAgeSeconds => 5.0 * noise,
        C::NeighboursCount => 4.0,
    }
}

/// As large as a cluster can make it: the interface's own limits, and ratios that stay ratios.
fn largest(column: Column) -> f64 {
    let name = column.name();
    let has = |part: &str| name.contains(part);
    match column {
        Column::ReplicasMin => 0.0,
        Column::SloPreservationRatio
        | Column::NeighboursSloPreservationRatioMean
        | Column::SuccessRatio => 1.0,
        _ if has("replicas") => f64::from(scaling::REPLICAS_LIMIT),
        _ if has("millicores") => f64::from(scaling::CPU_MILLICORES_LIMIT),
        _ if has("bytes") => scaling::MEMORY_BYTES_LIMIT as f64,
        // Requests, their rates, seconds: a million is more than any one workload has seen.
        _ => 1e6,
    }
}

/// What was done to a row: one replica more, one less, or none, and now and then an illegal wish.
pub(super) fn action(before: &Observations, row: usize) -> Action {
    let replicas_before = before.replicas(row).unwrap_or(1);
    let replicas_after = match row % 3 {
        0 => replicas_before.saturating_add(1),
        1 => replicas_before.saturating_sub(1),
        _ => replicas_before,
    };
    Action {
        replicas_before,
        replicas_after,
        cpu_millicores_before: 1000,
        cpu_millicores_after: 1000,
        memory_bytes_before: 512 << 20,
        memory_bytes_after: 512 << 20,
        illegal: row % 7 == 6,
    }
}

/// The same scrambled number for the same number (the finaliser of SplitMix64).
pub(super) fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

/// Fills in those details that are wanted.
pub(super) fn tell_details(scene: &Scene, wanted: DetailSet, details: &mut Details) {
    for (row, card) in scene.cards.iter().enumerate() {
        let row = row as u32;
        let first_pod = details.pods.len() as u32;
        let sampled = Sampling { taken: before(scene.now, 5), window_nanoseconds: 30_000_000_000 };
        let pods = card.value(Column::ReplicasCurrent).clamp(0.0, PODS as f64) as u32;
        if wanted.contains(Detail::Pods) {
            details.pods.extend((0..pods).map(|nth| pod(scene, card, row, nth, sampled)));
        }
        if wanted.contains(Detail::Metrics) {
            tell_metrics(
                card,
                row,
                first_pod,
                if wanted.contains(Detail::Pods) { pods } else { 0 },
                sampled,
                details,
            );
        }
        if wanted.contains(Detail::Buckets) {
            let known = |value: f64| if value.is_finite() { value.min(1e9) } else { 0.0 };
            details.buckets.extend((1..=15).rev().map(|seconds| Bucket {
                row,
                start: before(scene.now, seconds),
                length_nanoseconds: 1_000_000_000,
                concurrency: known(card.value(Column::ConcurrencyMean)),
                arrival_rate_per_second: known(card.value(Column::ArrivalRatePerSecond)),
            }));
        }
        if wanted.contains(Detail::Faults) && mixed(card.id.0 ^ scene.tick).is_multiple_of(5) {
            details.faults.push(Fault {
                row,
                subject: "requests".to_owned(),
                reason: "FailedGetPodsMetric".to_owned(),
                message: "the metrics server did not answer in time".to_owned(),
            });
        }
    }
    if wanted.contains(Detail::Edges) {
        let edge = |pair: &[Card]| Edge {
            upstream: pair[0].id,
            downstream: pair[1].id,
            calls_per_request: 1.5,
        };
        // By identity and not by place, because rows change places.
        let mut cards = scene.cards.clone();
        cards.sort_by_key(|card| card.id);
        details.edges.extend(cards.windows(2).map(edge));
    }
}

fn pod(scene: &Scene, card: &Card, row: u32, nth: u32, sampled: Sampling) -> Pod {
    let started = before(scene.now, 600);
    let ready = f64::from(nth) < card.value(Column::ReplicasReady);
    let quantities = |cpu_milli: i64, bytes: i64| {
        let quantity = |resource: &str, milli| Quantity { resource: resource.to_owned(), milli };
        vec![quantity("cpu", cpu_milli), quantity("memory", bytes * 1000)]
    };
    let used = card.value(Column::CpuUsageMillicoresMean);
    let used = if used.is_finite() { used.min(1e7) as i64 } else { 0 };
    Pod {
        row,
        phase: if ready { PodPhase::Running } else { PodPhase::Pending },
        deleting: false,
        ready: Some(Readiness { status: ConditionStatus::from(ready), changed: Some(started) }),
        started: ready.then_some(started),
        requests: Vec::new(),
        containers: vec![Container {
            name: "app".to_owned(),
            restartable_init: false,
            requests: quantities(500, 256 << 20),
            usage: quantities(used, 100 << 20),
        }],
        sampled: ready.then_some(sampled),
    }
}

fn tell_metrics(
    card: &Card,
    row: u32,
    first_pod: u32,
    pods: u32,
    sampled: Sampling,
    details: &mut Details,
) {
    let rate = card.value(Column::ArrivalRatePerSecond);
    let milli = if rate.is_finite() { (rate.min(1e9) * 1000.0) as i64 } else { 0 };
    let metric = |source, described_object: &str, pod| Metric {
        row,
        source,
        name: "requests".to_owned(),
        selector: String::new(),
        described_object: described_object.to_owned(),
        pod,
        milli,
        sampled,
    };
    let by_pod = (first_pod..first_pod + pods).map(|pod| metric(MetricSource::Pods, "", Some(pod)));
    details.metrics.extend(by_pod);
    details.metrics.push(metric(MetricSource::Object, "Service/web", None));
    details.metrics.push(metric(MetricSource::External, "", None));
}

fn before(now: Timestamp, seconds: u64) -> Timestamp {
    let earlier = Duration::from_secs(seconds).as_nanos() as i64;
    Timestamp::from_nanoseconds(now.nanoseconds().saturating_sub(earlier))
}
