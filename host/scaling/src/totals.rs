//! Totals: what a whole run cost and gave, for one workload.

use crate::WorkloadId;

/// What happened to one workload between the end of the warm-up and now. Every cluster counts the
/// same things, simulated or measured, so that reports compare like with like.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// The workload.
    pub workload: WorkloadId,
    /// The time that is covered, in seconds.
    pub seconds: f64,
    /// Requests that arrived. Each ends up in exactly one of the next five counts.
    pub arrivals: u64,
    /// Requests that ended well, in time.
    pub completed: u64,
    /// Requests whose caller gave up waiting.
    pub timed_out: u64,
    /// Requests that a full queue turned away.
    pub rejected: u64,
    /// Requests lost to a crash, an OOM kill or a failing function.
    pub failed: u64,
    /// Requests still in the system at the end.
    pub unfinished: u64,
    /// Requests that missed the latency objective: too slow, timed out, rejected, failed, or already
    /// too old while unfinished. Zero without an objective.
    pub slo_violations: u64,
    /// Latency from arrival to end of every arrival: ascending upper bounds in seconds with counts.
    /// Timed-out requests count with at least their time-out, unfinished ones with at least their
    /// age, rejected and failed ones as infinitely late.
    pub latency_seconds: Vec<(f64, u64)>,
    /// Sum of the latencies of the requests that ended well, in seconds.
    pub latency_seconds_sum: f64,
    /// Replicas that existed, integrated over time.
    pub replica_seconds: f64,
    /// CPU that was used, in core-seconds.
    pub cpu_core_seconds_used: f64,
    /// CPU that was set aside (requests, or limits where there are none), in core-seconds.
    pub cpu_core_seconds_allocated: f64,
    /// Memory that was set aside (requests, or limits where there are none), in GiB-seconds.
    pub memory_gib_seconds_allocated: f64,
    /// Replicas that began to start.
    pub cold_starts: u64,
    /// Replicas that crashed.
    pub crashes: u64,
    /// Replicas killed for memory.
    pub oom_kills: u64,
}

impl Totals {
    /// Of a workload that met nothing, over no time.
    pub fn none(workload: WorkloadId) -> Self {
        Self {
            workload,
            seconds: 0.0,
            arrivals: 0,
            completed: 0,
            timed_out: 0,
            rejected: 0,
            failed: 0,
            unfinished: 0,
            slo_violations: 0,
            latency_seconds: Vec::new(),
            latency_seconds_sum: 0.0,
            replica_seconds: 0.0,
            cpu_core_seconds_used: 0.0,
            cpu_core_seconds_allocated: 0.0,
            memory_gib_seconds_allocated: 0.0,
            cold_starts: 0,
            crashes: 0,
            oom_kills: 0,
        }
    }
}
