//! Settings: of the proxy, and of one workload in it.

use std::fmt;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use scaling::WorkloadId;

/// A replica's identity, never used again for another of the same workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaId(pub u64);

impl fmt::Display for ReplicaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What all workloads share.
#[derive(Debug, Clone)]
pub struct ProxySettings {
    /// Time zero of what is measured.
    pub epoch: Instant,
    /// Callers' connections at a time, of one workload. More wait in the kernel's queue.
    pub connections: usize,
    /// How long the head of a request may take. A connection on which one takes longer is closed
    /// (after twice as long at the latest), and so is one that speaks HTTP/2 and asks nothing.
    pub head_timeout: Duration,
    /// Bytes of a head at most: a larger one is answered with 431.
    pub head_bytes: u32,
    /// How long an idle connection to a replica is used again. Shorter than servers' own limits
    /// (Node's is 5 s), so that a request seldom meets a connection that is being closed.
    pub reuse: Duration,
}

impl ProxySettings {
    /// Everything but time zero as nearly everybody wants it.
    pub fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            connections: 4096,
            head_timeout: Duration::from_secs(10),
            head_bytes: 64 * 1024,
            reuse: Duration::from_secs(4),
        }
    }
}

/// One workload.
#[derive(Debug, Clone)]
pub struct WorkloadSettings {
    /// Its identity.
    pub workload: WorkloadId,
    /// The port on loopback; 0 for any.
    pub port: u16,
    /// Requests that one replica takes at a time; none for any number.
    pub concurrency_limit: Option<NonZeroU32>,
    /// Requests that may wait in front of the replicas; more are answered with 429.
    pub queue_length: usize,
    /// A request that is not answered in less than this, wait included, is answered with 504, or cut
    /// off if its answer has begun. None waits for ever.
    pub timeout: Option<Duration>,
    /// The latency objective, if there is one: whoever takes longer is counted as a violation.
    pub slo: Option<Duration>,
}
