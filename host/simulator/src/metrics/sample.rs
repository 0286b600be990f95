//! A sample: what one scrape reads of one workload.

use scaling::{Column, Observations, Slo};

use super::window::Seen;

/// One scrape of one workload. Missing values are NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) cpu_millicores_mean: f64,
    pub(crate) memory_bytes_mean: f64,
    pub(crate) queue_length: f64,
    receive_rate: f64,
    transmit_rate: f64,
    arrival_rate: f64,
    arrival_rate_change: f64,
    throughput: f64,
    concurrency_mean: f64,
    latency_seconds: [f64; 5],
    slo_preservation: f64,
    success: f64,
    cold_starts: f64,
}

/// What a scrape reads at its own instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present {
    /// Mean over the replicas that look ready, in bytes; NaN without any.
    pub(crate) memory_bytes_mean: f64,
    pub(crate) queue_length: usize,
    /// Age of the oldest request in flight in seconds.
    pub(crate) oldest_seconds: Option<f64>,
}

impl Sample {
    pub(crate) fn new(seen: &Seen, present: Present, slo: Option<Slo>) -> Self {
        let seconds = seen.seconds();
        let rate = |rise: f64| rise / seconds;
        let arrival_rate = rate(seen.rise(|counters| counters.arrived));
        let completed = seen.rise(|counters| counters.completed);
        let ended = seen.rise(super::Counters::ended);
        let ready = seen.to.ready.wrapping_sub(seen.from.ready) as f64;
        let cpu = seen.to.counters.cpu_of_ready - seen.from.counters.cpu_of_ready;
        let in_system = seen.to.in_system.wrapping_sub(seen.from.in_system) as f64;
        Self {
            cpu_millicores_mean: 1000.0 * cpu / nonzero(ready),
            memory_bytes_mean: present.memory_bytes_mean,
            queue_length: present.queue_length as f64,
            receive_rate: rate(seen.rise(|counters| counters.received_bytes)),
            transmit_rate: rate(seen.rise(|counters| counters.transmitted_bytes)),
            arrival_rate,
            arrival_rate_change: seen.rate_before.map_or(f64::NAN, |before| arrival_rate - before),
            throughput: rate(completed),
            concurrency_mean: in_system / 1e9 / seconds,
            latency_seconds: seen.latency_seconds.unwrap_or([f64::NAN; 5]),
            // If nothing ended, requests that wait tell as much as their age.
            slo_preservation: slo.map_or(f64::NAN, |slo| {
                let tail = seen.tail_seconds(slo.percentile);
                slo.preservation(tail.or(present.oldest_seconds))
            }),
            success: completed / nonzero(ended),
            cold_starts: rate(seen.rise(|counters| counters.cold_starts)),
        }
    }

    /// Fills in one row.
    pub(crate) fn tell(&self, observations: &mut Observations, row: usize) {
        use Column as C;
        let [p50, p90, p95, p99, p999] = self.latency_seconds;
        let values = [
            (C::CpuUsageMillicoresMean, self.cpu_millicores_mean),
            (C::MemoryUsageBytesMean, self.memory_bytes_mean),
            (C::QueueLength, self.queue_length),
            (C::NetworkReceiveBytesPerSecond, self.receive_rate),
            (C::NetworkTransmitBytesPerSecond, self.transmit_rate),
            (C::ArrivalRatePerSecond, self.arrival_rate),
            (C::ArrivalRateChangePerSecond, self.arrival_rate_change),
            (C::ThroughputPerSecond, self.throughput),
            (C::ConcurrencyMean, self.concurrency_mean),
            (C::LatencySecondsP50, p50),
            (C::LatencySecondsP90, p90),
            (C::LatencySecondsP95, p95),
            (C::LatencySecondsP99, p99),
            (C::LatencySecondsP999, p999),
            (C::SloPreservationRatio, self.slo_preservation),
            (C::SuccessRatio, self.success),
            (C::ColdStartsPerSecond, self.cold_starts),
        ];
        for (column, value) in values {
            observations.set(row, column, value);
        }
    }
}

/// A divisor that makes a missing value of an empty sum.
fn nonzero(divisor: f64) -> f64 {
    if divisor == 0.0 { f64::NAN } else { divisor }
}
