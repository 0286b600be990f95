//! Columns: what the closed form says of each.

use scaling::Column;

use super::CPU_MILLICORES;
use super::cell::{CONTAINERS_MAX, Cell, SLO_SECONDS};

/// CPU shares of a container.
const CPU_SHARES: f64 = 1_024.0;

/// The columns that are known. There is one latency, which the project takes for the tail, so every
/// percentile is that.
pub(super) fn of(cell: &Cell) -> [(Column, f64); 28] {
    let replicas = f64::from(cell.replicas);
    let latency_seconds = cell.latency_seconds();
    let utilisation = cell.utilisation();
    let cpu_millicores = f64::from(CPU_MILLICORES);
    [
        (Column::ReplicasDesired, replicas),
        (Column::ReplicasCurrent, replicas),
        (Column::ReplicasReady, replicas),
        (Column::ReplicasStarting, 0.0),
        (Column::ReplicasMin, 1.0),
        (Column::ReplicasMax, f64::from(CONTAINERS_MAX)),
        (Column::CpuRequestMillicores, cpu_millicores),
        (Column::CpuLimitMillicores, cpu_millicores),
        (Column::CpuShares, CPU_SHARES),
        (Column::CpuSharesOthers, 0.0),
        (Column::CpuUsageMillicoresMean, cpu_millicores * utilisation),
        (Column::CpuUtilisationRatioMean, utilisation),
        (Column::ArrivalRatePerSecond, cell.rate_per_second.into()),
        (Column::ArrivalRateChangePerSecond, 0.0),
        (Column::ThroughputPerSecond, cell.throughput_per_second()),
        (Column::ConcurrencyMean, cell.concurrency()),
        (Column::ConcurrencyLimit, 1.0),
        (Column::LatencySecondsP50, latency_seconds),
        (Column::LatencySecondsP90, latency_seconds),
        (Column::LatencySecondsP95, latency_seconds),
        (Column::LatencySecondsP99, latency_seconds),
        (Column::LatencySecondsP999, latency_seconds),
        (Column::LatencySloSeconds, SLO_SECONDS),
        (Column::SloPreservationRatio, cell.slo_preservation()),
        (Column::SuccessRatio, 1.0),
        (Column::ColdStartsPerSecond, 0.0),
        (Column::SampleAgeSeconds, 0.0),
        (Column::NeighboursCount, 0.0),
    ]
}
