//! Decision: what guard rails allow.

use std::fmt;

use crate::{ReasonId, WorkloadId};

/// What is to be applied to one workload. Every target is absolute.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The workload.
    pub workload: WorkloadId,
    /// Desired replicas; none if the present number is not known, which holds the workload.
    pub replicas: Option<u32>,
    /// CPU limit of one replica in millicores, if it is to be set.
    pub cpu_millicores: Option<u32>,
    /// Memory limit of one replica in bytes, if it is to be set.
    pub memory_bytes: Option<u64>,
    /// Requests that a front queue should absorb, as recommended; none if the samples are stale.
    pub buffer_requests: Option<f64>,
    /// The rails that changed what was recommended.
    pub rails: RailSet,
    /// The recommendation lay outside of the workload's bounds.
    pub illegal: bool,
    /// The policy's reason.
    pub reason: Option<ReasonId>,
    /// The workload is still warming up: nobody learns from this tick.
    pub warming_up: bool,
}

/// A guard rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rail {
    /// The newest sample was too old.
    Stale,
    /// A recommendation inside the stabilisation window was more careful.
    Stabilisation,
    /// The last change went the other way too recently.
    Cooldown,
    /// The change was larger than one step.
    Step,
    /// The target lay outside of the workload's bounds.
    Bounds,
    /// The tenant's quota was used up.
    Quota,
}

impl Rail {
    /// Every rail, in the order in which they are applied.
    pub const ALL: [Rail; 6] =
        [Rail::Stale, Rail::Stabilisation, Rail::Cooldown, Rail::Step, Rail::Bounds, Rail::Quota];

    /// Its name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Rail::Stale => "stale",
            Rail::Stabilisation => "stabilisation",
            Rail::Cooldown => "cooldown",
            Rail::Step => "step",
            Rail::Bounds => "bounds",
            Rail::Quota => "quota",
        }
    }
}

/// A set of guard rails.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct RailSet(u8);

impl RailSet {
    /// Adds a rail.
    pub fn insert(&mut self, rail: Rail) {
        self.0 |= 1 << rail as u8;
    }

    /// Whether the rail is in the set.
    pub fn contains(self, rail: Rail) -> bool {
        self.0 & 1 << rail as u8 != 0
    }

    /// Whether no rail changed anything.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The rails of the set, in the order of application.
    pub fn iter(self) -> impl Iterator<Item = Rail> {
        Rail::ALL.into_iter().filter(move |&rail| self.contains(rail))
    }
}

impl fmt::Debug for RailSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter().map(Rail::name)).finish()
    }
}
