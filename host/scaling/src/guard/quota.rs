//! Quota: what all workloads of one tenant may take together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Column, Decision, Observations, Rail, TenantId, Workload};

/// What one tenant's workloads may take together. It outranks even a workload's lower bound, but
/// takes nothing away that is there: a quota that was lowered stops growth and forces no shrinking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Replicas of all workloads.
    #[serde(default)]
    pub replicas: Option<u64>,
    /// CPU limits of all replicas, in millicores.
    #[serde(default)]
    pub cpu_millicores: Option<u64>,
    /// Memory limits of all replicas, in bytes.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
}

/// What one replica of a workload takes.
#[derive(Clone, Copy)]
struct Size {
    cpu_millicores: u64,
    memory_bytes: u64,
}

/// What is taken, or what is left.
#[derive(Clone, Copy, Default)]
struct Taken {
    replicas: u64,
    cpu_millicores: u64,
    memory_bytes: u64,
}

impl Taken {
    fn add(&mut self, replicas: u32, size: Size) {
        let replicas = u64::from(replicas);
        self.replicas = self.replicas.saturating_add(replicas);
        self.cpu_millicores =
            self.cpu_millicores.saturating_add(replicas.saturating_mul(size.cpu_millicores));
        self.memory_bytes =
            self.memory_bytes.saturating_add(replicas.saturating_mul(size.memory_bytes));
    }

    fn within(&self, quota: &Quota) -> bool {
        quota.replicas.is_none_or(|limit| self.replicas <= limit)
            && quota.cpu_millicores.is_none_or(|limit| self.cpu_millicores <= limit)
            && quota.memory_bytes.is_none_or(|limit| self.memory_bytes <= limit)
    }
}

/// Holds tenants to their quotas. What shrinks or stays is counted first; what grows gets what is
/// left, in the order of rows.
pub(super) fn apply(
    quotas: &BTreeMap<TenantId, Quota>,
    observations: &Observations,
    workloads: &[Workload],
    decisions: &mut [Decision],
) {
    for (&tenant, quota) in quotas {
        let rows = || (0..workloads.len()).filter(|&row| workloads[row].tenant == tenant);
        let mut taken = Taken::default();
        for row in rows() {
            let (replicas, size) = floor(observations, row, &decisions[row]);
            taken.add(replicas, size);
        }
        for row in rows() {
            grant(quota, observations, row, &mut taken, &mut decisions[row]);
        }
    }
}

/// What the row keeps even if the tenant has nothing left: no more than it has and asks for.
fn floor(observations: &Observations, row: usize, decision: &Decision) -> (u32, Size) {
    let current = observations.replicas(row).unwrap_or(0);
    let now = size(observations, row, None, None);
    let asked = size(observations, row, decision.cpu_millicores, decision.memory_bytes);
    let least = Size {
        cpu_millicores: now.cpu_millicores.min(asked.cpu_millicores),
        memory_bytes: now.memory_bytes.min(asked.memory_bytes),
    };
    (decision.replicas.unwrap_or(current).min(current), least)
}

/// Lets the row grow as far as the quota goes: larger replicas first, then more of them.
fn grant(
    quota: &Quota,
    observations: &Observations,
    row: usize,
    taken: &mut Taken,
    decision: &mut Decision,
) {
    let (kept, least) = floor(observations, row, decision);
    let asked = decision.replicas.unwrap_or(kept);
    let larger = size(observations, row, decision.cpu_millicores, decision.memory_bytes);
    let others = less(*taken, kept, least);
    let mut granted = least;
    if fits(quota, others, kept, larger) {
        granted = larger;
    } else {
        decision.rails.insert(Rail::Quota);
        decision.cpu_millicores = smaller(decision.cpu_millicores, least.cpu_millicores);
        decision.memory_bytes = smaller(decision.memory_bytes, least.memory_bytes);
    }
    let most = most_replicas(quota, others, granted).max(u64::from(kept));
    let replicas = u32::try_from(most).unwrap_or(u32::MAX).min(asked);
    if replicas != asked {
        decision.rails.insert(Rail::Quota);
        decision.replicas = Some(replicas);
    }
    *taken = others;
    taken.add(replicas, granted);
}

fn size(
    observations: &Observations,
    row: usize,
    cpu_millicores: Option<u32>,
    memory_bytes: Option<u64>,
) -> Size {
    let observed = |column| observations.get(row, column).unwrap_or(0.0) as u64;
    Size {
        cpu_millicores: cpu_millicores
            .map_or_else(|| observed(Column::CpuLimitMillicores), u64::from),
        memory_bytes: memory_bytes.unwrap_or_else(|| observed(Column::MemoryLimitBytes)),
    }
}

fn less(taken: Taken, replicas: u32, size: Size) -> Taken {
    let replicas = u64::from(replicas);
    Taken {
        replicas: taken.replicas.saturating_sub(replicas),
        cpu_millicores: taken.cpu_millicores.saturating_sub(replicas * size.cpu_millicores),
        memory_bytes: taken.memory_bytes.saturating_sub(replicas * size.memory_bytes),
    }
}

fn fits(quota: &Quota, mut taken: Taken, replicas: u32, size: Size) -> bool {
    taken.add(replicas, size);
    taken.within(quota)
}

/// A limit that may only shrink now: what was asked for if that is smaller, else as it is.
fn smaller<T: Copy + Into<u64>>(asked: Option<T>, least: u64) -> Option<T> {
    asked.filter(|&asked| asked.into() <= least)
}

/// How many replicas of this size fit beside what the others take.
fn most_replicas(quota: &Quota, others: Taken, size: Size) -> u64 {
    let room = |limit: Option<u64>, taken: u64, each: u64| match (limit, each) {
        (None, _) | (_, 0) => u64::MAX,
        (Some(limit), each) => limit.saturating_sub(taken) / each,
    };
    room(quota.replicas, others.replicas, 1)
        .min(room(quota.cpu_millicores, others.cpu_millicores, size.cpu_millicores))
        .min(room(quota.memory_bytes, others.memory_bytes, size.memory_bytes))
}
