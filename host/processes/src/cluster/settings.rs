//! Settings: what a cluster of processes is to run. Plain values; the caller has read and checked the
//! file that they come from.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use scaling::Workload;
use traffic::load::{Call, Flow};
use traffic::{ArrivalPlan, Stream};

use crate::replica::{BackoffRules, LifeRules};
use crate::{Limits, Probe};

/// A cluster.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    /// Time between two observations, > 0.
    pub tick: Duration,
    /// After so many ticks the episode is over.
    pub ticks: u64,
    /// Totals leave out what arrived before this.
    pub warm_up: Duration,
    /// What rates, means and percentiles are taken over: in whole ticks, at least one.
    pub window_ticks: usize,
    /// The first replicas have so long to become ready before the first tick.
    pub start_within: Duration,
    /// The workloads, one a row.
    pub workloads: Vec<FleetSettings>,
}

/// One workload.
#[derive(Debug, Clone)]
pub struct FleetSettings {
    /// Who it is.
    pub workload: Workload,
    /// What each replica runs; it listens at `PORT` on loopback.
    pub program: PathBuf,
    /// Arguments of the program.
    pub arguments: Vec<OsString>,
    /// All its environment but `PORT`.
    pub environment: Vec<(OsString, OsString)>,
    /// How a replica says that it is ready.
    pub probe: Probe,
    /// How much patience a replica is met with.
    pub life: LifeRules,
    /// How long to wait before one that failed is replaced.
    pub backoff: BackoffRules,
    /// What one replica may use at the start.
    pub limits: Limits,
    /// What one replica sets aside, in millicores: what utilisation is measured against.
    pub cpu_request_millicores: Option<u32>,
    /// What one replica sets aside, in bytes.
    pub memory_request_bytes: Option<u64>,
    /// Requests that one replica takes at a time.
    pub concurrency: Option<NonZeroU32>,
    /// Requests that may wait in front of the replicas.
    pub queue_length: usize,
    /// After so long a request has failed.
    pub timeout: Option<Duration>,
    /// Replicas that are ready at the first tick.
    pub initial_replicas: u32,
    /// The throughput that it is asked to reach, per second.
    pub target_rate_per_second: Option<f64>,
    /// What comes in; none if callers come by themselves.
    pub load: Option<FleetLoad>,
}

/// What comes in.
#[derive(Debug, Clone)]
pub struct FleetLoad {
    /// When.
    pub arrivals: ArrivalPlan,
    /// What each request says.
    pub call: Call,
    /// The path of each request, with its query.
    pub path: String,
}

impl FleetLoad {
    /// What the load generator sends to this address; none if the path is none.
    pub(crate) fn flow(&self, name: &str, address: SocketAddr, chance: Stream) -> Option<Flow> {
        let url = format!("http://{address}{}", self.path).parse().ok()?;
        Some(Flow::new(name, self.arrivals.clone(), chance, url, self.call.clone()))
    }
}
