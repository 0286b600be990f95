//! Measured: what calibration found of one function.

use serde::{Deserialize, Serialize};

/// What was found of one function, alone on a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Seconds from when a replica is wanted to its first successful probe, as the driver counts its
    /// own cold starts: with its control group, and probed every 10 ms. Sorted.
    pub starts_seconds: Vec<f64>,
    /// CPU in seconds that a start uses until then, mean.
    pub start_cpu_seconds: f64,
    /// The CPU limit under which replicas were started, in millicores; none for no limit.
    pub start_limit_millicores: Option<u32>,
    /// Memory in bytes of a replica that has answered and has nothing to do.
    pub memory_idle_bytes: u64,
    /// Memory in bytes that each request under way adds, ≥ 0: the slope over concurrencies.
    pub memory_per_request_bytes: u64,
    /// Without a limit and asked seldom by the load generator of races, so that nobody waits for another,
    /// cores halt and caches cool in between: what a request takes by itself. Latency is that of those
    /// who sent, from when they were to send, and not the proxy's.
    pub seldom: CellMeasured,
    /// Limit by limit, each with every concurrency, in the order of the rules.
    pub cells: Vec<CellMeasured>,
    /// Why there were no limits, if this machine has no control groups for us: then there are cells
    /// without a limit only.
    pub uncapped: Option<String>,
}

/// What came of one CPU limit with so many callers, who asked anew as soon as they were answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellMeasured {
    /// CPU limit in millicores; none for no limit.
    pub limit_millicores: Option<u32>,
    /// Callers.
    pub concurrency: u32,
    /// Requests that ended, ≥ 1.
    pub requests: u64,
    /// Of those, the ones that were refused, failed or lost.
    pub failed: u64,
    /// How long the cell lasted.
    pub seconds: f64,
    /// Requests that ended well, per second. The callers and the proxy share the machine, so that
    /// without a limit this may be theirs and not the function's.
    pub throughput_per_second: f64,
    /// CPU in seconds that the replica used per request that ended, by its control group; without one
    /// by `/proc`, to within some percent.
    pub cpu_seconds_per_request: f64,
    /// CPU in seconds that this program used per request that ended: its proxy, and whoever asked. In a
    /// race the load generator asks, which takes about as much.
    pub handling_cpu_seconds_per_request: f64,
    /// Percentile (0 to 100) and latency in seconds, both rising, as the proxy measures it in a race.
    /// Requests that were lost, or that a failing function answered (5xx), are not in it.
    pub latency: Vec<(f64, f64)>,
    /// Mean of those latencies, in seconds.
    pub mean_seconds: f64,
    /// Memory in bytes, mean over the cell.
    pub memory_bytes: u64,
    /// Periods of 100 ms in which the limit denied it a processor.
    pub throttled_periods: u64,
    /// Periods in which it wanted one, counted under a limit only.
    pub periods: u64,
    /// Bytes that the replica received per request, heads included.
    pub received_bytes_per_request: f64,
    /// Bytes that it sent per request, heads included.
    pub sent_bytes_per_request: f64,
}
