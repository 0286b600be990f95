//! Workload: what is scaled.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Column;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident($inner:ty)) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

id! {
    /// A workload's identity: stable while it lives, never reused within a host.
    WorkloadId(u64)
}
id! {
    /// An ordered set of workloads that are decided together.
    GroupId(u32)
}
id! {
    /// The owner of workloads, modules and quota.
    TenantId(u32)
}

/// What is scaled: a function, a Deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// Its identity.
    pub id: WorkloadId,
    /// What people call it.
    pub name: String,
    /// Its owner.
    pub tenant: TenantId,
    /// The group that it is decided with.
    pub group: GroupId,
    /// What a policy may set it to.
    pub bounds: Bounds,
    /// What its users were promised, if anything.
    pub slo: Option<Slo>,
}

/// The range that a workload may be scaled in, whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The fewest replicas; 0 allows scaling to zero.
    pub replicas_min: u32,
    /// The most replicas, ≥ 1 and ≥ `replicas_min`.
    pub replicas_max: u32,
    /// Range of the CPU limit of one replica, in millicores; none forbids changing it.
    #[serde(default)]
    pub cpu_millicores: Option<(u32, u32)>,
    /// Range of the memory limit of one replica, in bytes; none forbids changing it.
    #[serde(default)]
    pub memory_bytes: Option<(u64, u64)>,
}

impl Bounds {
    /// Bounds on replicas only.
    pub fn replicas(min: u32, max: u32) -> Self {
        Self { replicas_min: min, replicas_max: max, cpu_millicores: None, memory_bytes: None }
    }
}

/// A latency objective: the tail at `percentile` stays below `latency_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slo {
    /// The limit in seconds, > 0.
    pub latency_seconds: f64,
    /// The percentile that it holds for.
    #[serde(default)]
    pub percentile: TailPercentile,
}

impl Slo {
    /// The share of the objective that is kept, in 0..=1, at this tail in seconds. Without one there was
    /// nothing to serve, and all of it is kept.
    pub fn preservation(&self, tail_seconds: Option<f64>) -> f64 {
        match tail_seconds {
            Some(tail) if tail > self.latency_seconds => self.latency_seconds / tail,
            _ => 1.0,
        }
    }
}

/// Which percentile of latency counts as the tail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TailPercentile {
    /// The median.
    P50,
    /// The 90th percentile, SCARLET's choice.
    #[default]
    P90,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
    /// The 99.9th percentile.
    P999,
}

impl TailPercentile {
    /// The column that has the latency at this percentile.
    pub fn column(self) -> Column {
        match self {
            TailPercentile::P50 => Column::LatencySecondsP50,
            TailPercentile::P90 => Column::LatencySecondsP90,
            TailPercentile::P95 => Column::LatencySecondsP95,
            TailPercentile::P99 => Column::LatencySecondsP99,
            TailPercentile::P999 => Column::LatencySecondsP999,
        }
    }
}
