//! Details: observations with structure, sent only to policies that asked for them.

use crate::{Timestamp, WorkloadId};

/// A kind of detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// Pods with phase, readiness, requests and samples.
    Pods,
    /// Custom metrics: pods, object, external.
    Metrics,
    /// Load in slices of time since the policy's last turn.
    Buckets,
    /// Who calls whom.
    Edges,
    /// What could not be observed.
    Faults,
}

impl Detail {
    /// Every kind.
    pub const ALL: [Detail; 5] =
        [Detail::Pods, Detail::Metrics, Detail::Buckets, Detail::Edges, Detail::Faults];

    /// The name that guests use.
    pub fn name(self) -> &'static str {
        match self {
            Detail::Pods => "pods",
            Detail::Metrics => "metrics",
            Detail::Buckets => "buckets",
            Detail::Edges => "edges",
            Detail::Faults => "faults",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Detail> {
        Detail::ALL.into_iter().find(|detail| detail.name() == name)
    }
}

/// A set of kinds of detail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DetailSet(u8);

impl DetailSet {
    /// No details.
    pub const NONE: Self = Self(0);

    /// This set with one more kind.
    #[must_use]
    pub fn with(self, detail: Detail) -> Self {
        Self(self.0 | 1 << detail as u8)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the kind is in the set.
    pub fn contains(self, detail: Detail) -> bool {
        self.0 & 1 << detail as u8 != 0
    }

    /// Whether nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Detail> for DetailSet {
    fn from_iter<I: IntoIterator<Item = Detail>>(details: I) -> Self {
        details.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The details of one tick. Rows are rows of the observations that hold them, ascending in each
/// list but `edges`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// Pods, by row.
    pub pods: Vec<Pod>,
    /// Custom metrics, by row.
    pub metrics: Vec<Metric>,
    /// Load slices, by row and then by time.
    pub buckets: Vec<Bucket>,
    /// Call relations.
    pub edges: Vec<Edge>,
    /// Faults, by row.
    pub faults: Vec<Fault>,
}

/// The life-cycle phase of a pod, or of whatever plays its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodPhase {
    /// Accepted, not running yet.
    Pending,
    /// Running.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Cannot be told.
    Unknown,
}

/// An amount of a named resource, in thousandths of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// `cpu`, `memory`, …
    pub resource: String,
    /// Millicores for cpu, thousandths of a byte for memory.
    pub milli: i64,
}

/// One container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Unique in its pod.
    pub name: String,
    /// A restartable init container.
    pub restartable_init: bool,
    /// Requests, one entry a resource.
    pub requests: Vec<Quantity>,
    /// Usage, one entry a sampled resource.
    pub usage: Vec<Quantity>,
}

/// The status of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody knows, because the node does not answer.
    Unknown,
}

impl From<bool> for ConditionStatus {
    fn from(holds: bool) -> Self {
        if holds { ConditionStatus::True } else { ConditionStatus::False }
    }
}

/// The Ready condition of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// Whether it is ready.
    pub status: ConditionStatus,
    /// Last transition; none if never set.
    pub changed: Option<Timestamp>,
}

/// When a sample was taken and over what window, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Time of the sample.
    pub taken: Timestamp,
    /// Its window in nanoseconds.
    pub window_nanoseconds: u64,
}

/// One pod of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// Row of its workload.
    pub row: u32,
    /// Life-cycle phase.
    pub phase: PodPhase,
    /// It has a deletion timestamp.
    pub deleting: bool,
    /// Its Ready condition.
    pub ready: Option<Readiness>,
    /// Start time.
    pub started: Option<Timestamp>,
    /// Pod-level requests.
    pub requests: Vec<Quantity>,
    /// Containers, restartable init containers included.
    pub containers: Vec<Container>,
    /// When its resource sample was taken; none if there is none.
    pub sampled: Option<Sampling>,
}

/// Where a custom metric comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricSource {
    /// One value a pod.
    Pods,
    /// A value of another object.
    Object,
    /// Outside of the cluster.
    External,
}

/// One sample of a custom metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Row of its workload.
    pub row: u32,
    /// Its kind.
    pub source: MetricSource,
    /// Its name.
    pub name: String,
    /// Canonical label selector; empty for none.
    pub selector: String,
    /// `Kind/name` for objects; otherwise empty.
    pub described_object: String,
    /// Index in the list of pods, for pods metrics.
    pub pod: Option<u32>,
    /// The value in thousandths.
    pub milli: i64,
    /// When it was taken.
    pub sampled: Sampling,
}

/// Load on one workload in one slice of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Row of its workload.
    pub row: u32,
    /// Start of the slice.
    pub start: Timestamp,
    /// Length in nanoseconds.
    pub length_nanoseconds: u64,
    /// Time-averaged requests in the system.
    pub concurrency: f64,
    /// Arrivals per second.
    pub arrival_rate_per_second: f64,
}

/// One call relation of a chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The caller.
    pub upstream: WorkloadId,
    /// The callee.
    pub downstream: WorkloadId,
    /// Mean calls for one request to the caller.
    pub calls_per_request: f64,
}

/// Something that could not be observed for one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Row of its workload.
    pub row: u32,
    /// What is affected.
    pub subject: String,
    /// The ecosystem's reason.
    pub reason: String,
    /// For people.
    pub message: String,
}
