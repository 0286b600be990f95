//! Quota: what all workloads of one tenant may take together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Decision, Rail, TenantId, Workload};

/// What one tenant's workloads may take together. It outranks even a workload's lower bound, but
/// takes nothing away that is there: a quota that was lowered stops growth and forces no shrinking.
///
/// A replica without a CPU or memory limit takes nothing of that quota.
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

/// What one workload has: replicas, and the limits of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) replicas: u32,
    pub(super) cpu_millicores: u64,
    pub(super) memory_bytes: u64,
}

impl Held {
    /// What it would have if the decision were granted in full.
    pub(super) fn asked(self, decision: &Decision) -> Self {
        Self {
            replicas: decision.replicas.unwrap_or(self.replicas),
            cpu_millicores: decision.cpu_millicores.map_or(self.cpu_millicores, u64::from),
            memory_bytes: decision.memory_bytes.unwrap_or(self.memory_bytes),
        }
    }

    /// What it keeps even if nothing is left: no more than it has and asks for.
    fn kept(self, asked: Self) -> Self {
        Self {
            replicas: self.replicas.min(asked.replicas),
            cpu_millicores: self.cpu_millicores.min(asked.cpu_millicores),
            memory_bytes: self.memory_bytes.min(asked.memory_bytes),
        }
    }
}

/// What workloads take together. Wide enough that no sum of [`Held`] overflows.
#[derive(Clone, Copy, Default)]
struct Taken {
    replicas: u128,
    cpu_millicores: u128,
    memory_bytes: u128,
}

impl Taken {
    fn by(held: Held) -> Self {
        let replicas = u128::from(held.replicas);
        Self {
            replicas,
            cpu_millicores: replicas * u128::from(held.cpu_millicores),
            memory_bytes: replicas * u128::from(held.memory_bytes),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            replicas: self.replicas + other.replicas,
            cpu_millicores: self.cpu_millicores + other.cpu_millicores,
            memory_bytes: self.memory_bytes + other.memory_bytes,
        }
    }

    /// What is left of a quota.
    fn room(self, quota: &Quota) -> Self {
        let left = |limit: Option<u64>, taken: u128| {
            limit.map_or(u128::MAX, |limit| u128::from(limit).saturating_sub(taken))
        };
        Self {
            replicas: left(quota.replicas, self.replicas),
            cpu_millicores: left(quota.cpu_millicores, self.cpu_millicores),
            memory_bytes: left(quota.memory_bytes, self.memory_bytes),
        }
    }
}

/// Holds tenants to their quotas. What shrinks or stays is counted first; what grows gets what is
/// left, in the order of rows. `held` and `decisions` have one entry for each row.
pub(super) fn apply(
    quotas: &BTreeMap<TenantId, Quota>,
    workloads: &[Workload],
    held: &[Held],
    decisions: &mut [Decision],
) {
    if quotas.is_empty() {
        return;
    }
    let mut kept_by: BTreeMap<TenantId, Taken> = BTreeMap::new();
    for ((workload, held), decision) in workloads.iter().zip(held).zip(&*decisions) {
        let taken = kept_by.entry(workload.tenant).or_default();
        *taken = taken.plus(Taken::by(held.kept(held.asked(decision))));
    }
    for ((workload, held), decision) in workloads.iter().zip(held).zip(decisions) {
        if let Some(quota) = quotas.get(&workload.tenant) {
            let taken = kept_by.entry(workload.tenant).or_default();
            grant(quota, *held, taken, decision);
        }
    }
}

/// Lets a row grow as far as the quota goes: larger replicas first, each resource all or nothing,
/// then more of them.
fn grant(quota: &Quota, held: Held, taken: &mut Taken, decision: &mut Decision) {
    let asked = held.asked(decision);
    let mut granted = held.kept(asked);
    let kept = Taken::by(granted);
    let others = Taken {
        replicas: taken.replicas - kept.replicas,
        cpu_millicores: taken.cpu_millicores - kept.cpu_millicores,
        memory_bytes: taken.memory_bytes - kept.memory_bytes,
    };
    let room = others.room(quota);
    let as_asked = Taken::by(Held { replicas: granted.replicas, ..asked });
    if asked.cpu_millicores > granted.cpu_millicores
        && as_asked.cpu_millicores > room.cpu_millicores
    {
        decision.cpu_millicores = None;
        decision.rails.insert(Rail::Quota);
    } else {
        granted.cpu_millicores = asked.cpu_millicores;
    }
    if asked.memory_bytes > granted.memory_bytes && as_asked.memory_bytes > room.memory_bytes {
        decision.memory_bytes = None;
        decision.rails.insert(Rail::Quota);
    } else {
        granted.memory_bytes = asked.memory_bytes;
    }
    // A replica that takes nothing of a resource fits any number of times.
    let fitting = |room: u128, each: u64| room.checked_div(u128::from(each)).unwrap_or(u128::MAX);
    let most = room
        .replicas
        .min(fitting(room.cpu_millicores, granted.cpu_millicores))
        .min(fitting(room.memory_bytes, granted.memory_bytes));
    let most = u32::try_from(most).unwrap_or(u32::MAX).max(granted.replicas);
    if asked.replicas > most {
        decision.replicas = Some(most);
        decision.rails.insert(Rail::Quota);
    }
    granted.replicas = asked.replicas.min(most);
    *taken = others.plus(Taken::by(granted));
}
