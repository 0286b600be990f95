//! A workload: its load, its replicas and what goes wrong with them.

use scaling::{Bounds, Slo};
use serde::{Deserialize, Serialize};
use traffic::{ArrivalSpec, ServiceSpec};

/// One workload of a simulated cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadSpec {
    /// Not empty, and its own.
    pub name: String,
    /// Its identity; without it, its position in the list of workloads.
    #[serde(default)]
    pub id: Option<u64>,
    /// Its owner.
    #[serde(default)]
    pub tenant: u32,
    /// The group that it is decided with.
    #[serde(default)]
    pub group: u32,
    /// What it may be scaled to.
    pub bounds: Bounds,
    /// What its users were promised.
    #[serde(default)]
    pub slo: Option<Slo>,
    /// The throughput that it is asked to reach, per second, ≥ 0.
    #[serde(default)]
    pub target_rate_per_second: Option<f64>,
    /// Requests from outside; without them only other workloads call it.
    #[serde(default)]
    pub arrivals: Option<ArrivalSpec>,
    /// CPU work of a request: how long it takes with one core to itself. Without it, as long as the
    /// arrivals' trace recorded.
    #[serde(default)]
    pub service: Option<ServiceSpec>,
    /// Time that follows the CPU work, occupies the replica's place and takes no CPU.
    #[serde(default)]
    pub io: Option<ServiceSpec>,
    /// What a node does for a request besides, if `cpu_contention` is on.
    #[serde(default)]
    pub handling: HandlingSpec,
    /// Requests that one replica takes at a time, ≥ 1; without it, any number.
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// Requests that may wait in front of the replicas, ≥ 0; more are rejected. Without it, any
    /// number, each for as long as its timeout allows.
    #[serde(default)]
    pub queue_length: Option<u32>,
    /// A request that is not answered in less than this, in seconds, > 0, ends there. `null` waits
    /// for ever.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: Option<f64>,
    /// Replicas that are ready at the start; without it the fewest that the bounds allow.
    #[serde(default)]
    pub initial_replicas: Option<u32>,
    /// CPU of one replica.
    #[serde(default)]
    pub cpu: CpuSpec,
    /// Memory of one replica.
    #[serde(default)]
    pub memory: MemorySpec,
    /// Bytes that requests carry.
    #[serde(default)]
    pub network: NetworkSpec,
    /// How a replica begins.
    #[serde(default)]
    pub cold_start: ColdStartSpec,
    /// How long a replica that is to go may finish its requests, in seconds, ≥ 0; what it has not
    /// finished then fails.
    #[serde(default = "default_grace")]
    pub drain_grace_seconds: f64,
    /// Delay of the second restart in a row after an OOM kill, in seconds, ≥ 0. The first is
    /// immediate, the delay doubles with each, up to 300 s, and is forgotten after 600 s of service,
    /// as the kubelet does it.
    #[serde(default = "default_backoff")]
    pub restart_backoff_seconds: f64,
    /// Crashes of replicas; without it they live for ever.
    #[serde(default)]
    pub crash: Option<CrashSpec>,
    /// Workloads that each request calls once its own work is done.
    #[serde(default)]
    pub calls: Vec<CallSpec>,
}

impl WorkloadSpec {
    /// A workload without load, everything else as a file that says no more would have it.
    pub fn new(name: impl Into<String>, bounds: Bounds) -> Self {
        Self {
            name: name.into(),
            id: None,
            tenant: 0,
            group: 0,
            bounds,
            slo: None,
            target_rate_per_second: None,
            arrivals: None,
            service: None,
            io: None,
            handling: HandlingSpec::default(),
            concurrency: None,
            queue_length: None,
            timeout_seconds: default_timeout(),
            initial_replicas: None,
            cpu: CpuSpec::default(),
            memory: MemorySpec::default(),
            network: NetworkSpec::default(),
            cold_start: ColdStartSpec::default(),
            drain_grace_seconds: default_grace(),
            restart_backoff_seconds: default_backoff(),
            crash: None,
            calls: Vec::new(),
        }
    }
}

/// What a node does for a request besides the work of its replica.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandlingSpec {
    /// CPU of the node that proxy, kernel and whoever sends use for a request, in core-seconds, ≥ 0;
    /// its replicas share what that leaves.
    pub cpu_seconds_per_request: f64,
    /// How often a thread of the replica wakes up for a request, ≤ 100: each time it waits for a core
    /// if all are busy.
    pub wakes: u32,
}

/// CPU of one replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CpuSpec {
    /// What the scheduler sets aside, in millicores, > 0; without it as much as the limit, and then
    /// it follows the limit when that is resized.
    pub request_millicores: Option<u32>,
    /// What it can use at most, in millicores, > 0; `null` for a whole node.
    pub limit_millicores: Option<u32>,
    /// The kernel's accounting period, in seconds, within 0.001 and 1; Kubernetes has 0.1. With it a
    /// replica goes at full speed until it has used limit × period and then waits for the next, as
    /// real ones do; without it the limit is a constant speed.
    pub quota_period_seconds: Option<f64>,
    /// Weight under contention, > 0; without it 1.024 for each millicore requested, at least 2, as
    /// the kubelet sets it.
    pub shares: Option<u32>,
}

impl Default for CpuSpec {
    fn default() -> Self {
        Self {
            request_millicores: None,
            limit_millicores: Some(1000),
            quota_period_seconds: None,
            shares: None,
        }
    }
}

/// Memory of one replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemorySpec {
    /// What the scheduler sets aside, in MiB, > 0; without it as much as the limit, and then it
    /// follows the limit when that is resized.
    pub request_mib: Option<f64>,
    /// A replica that uses more is killed, in MiB, > 0; `null` for no limit.
    pub limit_mib: Option<f64>,
    /// Used by an idle replica, in MiB, ≥ 0.
    pub base_mib: f64,
    /// Used by each request while the replica holds it, in bytes.
    pub request_bytes: Option<AmountSpec>,
    /// Lost for good with each request served, in bytes, ≥ 0, until the replica restarts.
    pub leak_bytes_per_request: f64,
}

impl Default for MemorySpec {
    fn default() -> Self {
        Self {
            request_mib: None,
            limit_mib: Some(256.0),
            base_mib: 64.0,
            request_bytes: None,
            leak_bytes_per_request: 0.0,
        }
    }
}

/// An amount of bytes that every request draws for itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountSpec {
    /// The mean in bytes, > 0.
    pub mean_bytes: f64,
    /// Standard deviation divided by the mean, ≥ 0: log-normal, or always the mean if 0.
    #[serde(default)]
    pub coefficient_of_variation: f64,
}

/// Bytes that a request carries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSpec {
    /// Received with a request that reaches a replica.
    pub receive_bytes: Option<AmountSpec>,
    /// Sent with an answer.
    pub transmit_bytes: Option<AmountSpec>,
}

/// How a replica begins: placed on a node, its image pulled if the node lacks it, started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColdStartSpec {
    /// From being placed to being handed to the node, in seconds, ≥ 0.
    pub scheduling_seconds: f64,
    /// From there (or from the end of the pull) to being ready.
    pub start: ServiceSpec,
    /// Every node has the image from the start.
    pub image_present: bool,
    /// Duration of a pull where the image is missing; it stays on the node afterwards.
    pub image_pull: ServiceSpec,
}

impl Default for ColdStartSpec {
    /// A log-normal start of 2 s ± 1 s, and images that are there; a pull would take 30 s ± 15 s.
    fn default() -> Self {
        let log_normal =
            |mean_seconds| ServiceSpec::LogNormal { mean_seconds, coefficient_of_variation: 0.5 };
        Self {
            scheduling_seconds: 0.0,
            start: log_normal(2.0),
            image_present: true,
            image_pull: log_normal(30.0),
        }
    }
}

/// Crashes: a replica fails after an exponential time of service and is replaced once somebody
/// notices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrashSpec {
    /// Mean time in service until a replica crashes, in seconds, > 0.
    pub mean_time_between_failures_seconds: f64,
    /// From the crash to its replacement, in seconds, ≥ 0. Until then the replica looks ready to
    /// everybody but the load balancer.
    #[serde(default = "default_detection")]
    pub detection_seconds: f64,
}

/// A call relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallSpec {
    /// Name of the workload that is called.
    pub workload: String,
    /// Mean calls for each request, > 0; of a fraction it is drawn whether it is made.
    #[serde(default = "one_call")]
    pub calls_per_request: f64,
    /// The caller waits for the answer, keeps its place in its replica for so long, and fails if the
    /// call fails. If false it calls and forgets.
    #[serde(default = "yes")]
    pub synchronous: bool,
}

fn default_timeout() -> Option<f64> {
    Some(60.0)
}

fn default_grace() -> f64 {
    30.0
}

fn default_backoff() -> f64 {
    10.0
}

fn default_detection() -> f64 {
    10.0
}

fn one_call() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}
