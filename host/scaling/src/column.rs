//! Columns: the named numbers that a policy can ask to see of every workload.

use std::fmt;

macro_rules! columns {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A named number that a driver observes of every workload. The unit is in the name; rates
        /// and means are over the driver's metric window (15 s unless configured).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Column { $($(#[doc = $doc])+ $variant,)+ }

        impl Column {
            /// Every column, in declaration order.
            pub const ALL: &[Column] = &[$(Column::$variant,)+];
            /// How many columns there are.
            pub const COUNT: usize = Column::ALL.len();

            /// The name that guests and files use.
            pub fn name(self) -> &'static str {
                match self { $(Column::$variant => $name,)+ }
            }

            /// Meaning, range and source, for people.
            pub fn doc(self) -> &'static str {
                match self { $(Column::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }

            /// The column of that name.
            pub fn from_name(name: &str) -> Option<Column> {
                match name { $($name => Some(Column::$variant),)+ _ => None }
            }
        }
    };
}

columns! {
    /// Replicas asked for (`scale.spec.replicas`), ≥ 0.
    ReplicasDesired = "replicas_desired",
    /// Replicas that exist (`scale.status.replicas`), ≥ 0.
    ReplicasCurrent = "replicas_current",
    /// Replicas that can serve, ≥ 0.
    ReplicasReady = "replicas_ready",
    /// Replicas that exist and are not ready yet (pending or starting), ≥ 0.
    ReplicasStarting = "replicas_starting",
    /// The fewest replicas that the workload's bounds allow, ≥ 0.
    ReplicasMin = "replicas_min",
    /// The most replicas that the workload's bounds allow, ≥ 1.
    ReplicasMax = "replicas_max",
    /// CPU request of one replica in millicores, > 0; missing if none.
    CpuRequestMillicores = "cpu_request_millicores",
    /// CPU limit of one replica in millicores, > 0; missing if none.
    CpuLimitMillicores = "cpu_limit_millicores",
    /// CPU shares (relative weight) of one replica, 1024 a core by convention, > 0.
    CpuShares = "cpu_shares",
    /// Sum of the CPU shares of all replicas of the other workloads, ≥ 0.
    CpuSharesOthers = "cpu_shares_others",
    /// Memory request of one replica in bytes, > 0; missing if none.
    MemoryRequestBytes = "memory_request_bytes",
    /// Memory limit of one replica in bytes, > 0; missing if none.
    MemoryLimitBytes = "memory_limit_bytes",
    /// CPU used by one replica in millicores, mean over ready replicas, ≥ 0.
    CpuUsageMillicoresMean = "cpu_usage_millicores_mean",
    /// CPU used divided by CPU requested, over ready replicas, ≥ 0 (may exceed 1).
    CpuUtilisationRatioMean = "cpu_utilisation_ratio_mean",
    /// Memory used by one replica in bytes, mean over ready replicas, ≥ 0.
    MemoryUsageBytesMean = "memory_usage_bytes_mean",
    /// Memory used divided by memory requested, over ready replicas, ≥ 0 (may exceed 1).
    MemoryUtilisationRatioMean = "memory_utilisation_ratio_mean",
    /// Bytes received by all replicas, per second, ≥ 0.
    NetworkReceiveBytesPerSecond = "network_receive_bytes_per_second",
    /// Bytes sent by all replicas, per second, ≥ 0.
    NetworkTransmitBytesPerSecond = "network_transmit_bytes_per_second",
    /// Requests that arrived, per second, ≥ 0.
    ArrivalRatePerSecond = "arrival_rate_per_second",
    /// Arrival rate now minus arrival rate one window earlier, per second; any sign.
    ArrivalRateChangePerSecond = "arrival_rate_change_per_second",
    /// The throughput that the workload is asked to reach, per second, ≥ 0; missing if none is set.
    TargetRatePerSecond = "target_rate_per_second",
    /// Requests that ended well, per second, ≥ 0.
    ThroughputPerSecond = "throughput_per_second",
    /// Requests in the system (queued and executing), mean over the window and over all replicas
    /// together, ≥ 0.
    ConcurrencyMean = "concurrency_mean",
    /// Requests that one replica takes at a time, ≥ 1; missing if unlimited.
    ConcurrencyLimit = "concurrency_limit",
    /// Requests waiting in the front queue at the end of the window, ≥ 0.
    QueueLength = "queue_length",
    /// Median latency in seconds from arrival to end, timed-out requests included; missing if no
    /// request ended or timed out in the window.
    LatencySecondsP50 = "latency_seconds_p50",
    /// 90th percentile of latency in seconds, as the median.
    LatencySecondsP90 = "latency_seconds_p90",
    /// 95th percentile of latency in seconds, as the median.
    LatencySecondsP95 = "latency_seconds_p95",
    /// 99th percentile of latency in seconds, as the median.
    LatencySecondsP99 = "latency_seconds_p99",
    /// 99.9th percentile of latency in seconds, as the median.
    LatencySecondsP999 = "latency_seconds_p999",
    /// The latency objective in seconds, > 0; missing if none is set.
    LatencySloSeconds = "latency_slo_seconds",
    /// `min(1, latency_slo_seconds / tail latency)` at the objective's percentile, in 0..1; 1 if
    /// there was nothing to serve, missing if there is no objective.
    SloPreservationRatio = "slo_preservation_ratio",
    /// Requests that ended well divided by requests that ended at all, in 0..1; missing if none.
    SuccessRatio = "success_ratio",
    /// Replicas that began to start, per second, ≥ 0.
    ColdStartsPerSecond = "cold_starts_per_second",
    /// Age of the newest sample in seconds, ≥ 0; missing if never sampled.
    SampleAgeSeconds = "sample_age_seconds",
    /// The other workloads of the group, ≥ 0.
    NeighboursCount = "neighbours_count",
    /// Mean of the other group members' `cpu_utilisation_ratio_mean` (SIMPPO's virtual agent), ≥ 0.
    NeighboursCpuUtilisationRatioMean = "neighbours_cpu_utilisation_ratio_mean",
    /// Mean of the other group members' `slo_preservation_ratio`, in 0..1.
    NeighboursSloPreservationRatioMean = "neighbours_slo_preservation_ratio_mean",
    /// Mean of the other group members' `arrival_rate_change_per_second`; any sign.
    NeighboursArrivalRateChangePerSecondMean = "neighbours_arrival_rate_change_per_second_mean",
    /// Mean of the other group members' `replicas_desired`, ≥ 0.
    NeighboursReplicasMean = "neighbours_replicas_mean",
    /// Mean of the other group members' `cpu_limit_millicores`, ≥ 0.
    NeighboursCpuLimitMillicoresMean = "neighbours_cpu_limit_millicores_mean",
    /// Mean of the other group members' `memory_limit_bytes`, ≥ 0.
    NeighboursMemoryLimitBytesMean = "neighbours_memory_limit_bytes_mean",
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_columns() {
        for &column in Column::ALL {
            assert_eq!(Column::from_name(column.name()), Some(column));
            assert!(!column.doc().is_empty());
        }
        assert_eq!(Column::from_name("replicas"), None);
    }

    #[test]
    fn positions_are_dense() {
        for (position, &column) in Column::ALL.iter().enumerate() {
            assert_eq!(column as usize, position);
        }
    }
}
