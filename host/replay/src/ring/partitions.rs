//! Partitions: whose rows are where, by tenant and then by workload, and whose oldest goes next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use scaling::{TenantId, WorkloadId};

use crate::limits::Limits;

/// The pool of those without a quota.
const COMMONS: usize = 0;

/// The rows of one workload.
struct Partition {
    tenant: TenantId,
    workload: WorkloadId,
    quota: usize,
    /// The pool that its oldest row stands in.
    pool: usize,
    /// Its slots, the oldest row first.
    slots: VecDeque<u32>,
}

/// A tenant with a quota, or all without one.
#[derive(Default)]
struct Pool {
    quota: Option<usize>,
    rows: usize,
    /// The oldest row of each of its partitions: sequence and partition.
    heads: BTreeSet<(u64, u32)>,
}

/// Every partition that has rows.
pub(crate) struct Partitions {
    known: BTreeMap<(TenantId, WorkloadId), u32>,
    all: Vec<Partition>,
    /// Numbers of partitions that became empty, to be used again.
    free: Vec<u32>,
    pools: Vec<Pool>,
    pool_of: BTreeMap<TenantId, usize>,
    quotas: BTreeMap<WorkloadId, usize>,
}

impl Partitions {
    pub(crate) fn new(limits: &Limits) -> Self {
        let mut made = Self {
            known: BTreeMap::new(),
            all: Vec::new(),
            free: Vec::new(),
            pools: Vec::new(),
            pool_of: BTreeMap::new(),
            quotas: BTreeMap::new(),
        };
        made.limit(limits, |_| 0);
        made
    }

    /// Takes on other quotas. `age` tells the sequence of the row of a slot.
    pub(crate) fn limit(&mut self, limits: &Limits, age: impl Fn(u32) -> u64) {
        self.pools = vec![Pool::default()];
        self.pool_of.clear();
        for (&tenant, &quota) in &limits.tenants {
            self.pool_of.insert(tenant, self.pools.len());
            self.pools.push(Pool { quota: Some(quota), ..Pool::default() });
        }
        self.quotas = limits.workloads.clone();
        for &number in self.known.values() {
            let partition = &mut self.all[number as usize];
            partition.quota = quota(&self.quotas, partition.workload);
            partition.pool = self.pool_of.get(&partition.tenant).copied().unwrap_or(COMMONS);
            let pool = &mut self.pools[partition.pool];
            pool.rows += partition.slots.len();
            pool.heads.extend(partition.slots.front().map(|&slot| (age(slot), number)));
        }
    }

    /// The slot of the row that must go before a workload gets another, if one must.
    pub(crate) fn oldest_to_go(
        &self,
        tenant: TenantId,
        workload: WorkloadId,
        full: bool,
    ) -> Option<u32> {
        if let Some(&number) = self.known.get(&(tenant, workload)) {
            let partition = &self.all[number as usize];
            if partition.slots.len() >= partition.quota {
                return partition.slots.front().copied();
            }
        }
        let pool = &self.pools[self.pool_of.get(&tenant).copied().unwrap_or(COMMONS)];
        if pool.quota.is_some_and(|quota| pool.rows >= quota) {
            return self.oldest(pool);
        }
        if full { self.oldest(&self.pools[COMMONS]) } else { None }
    }

    /// The slot of a row above somebody's quota, or of the commons if all together are too many.
    pub(crate) fn oldest_too_many(&self, too_many: bool) -> Option<u32> {
        let crowded = |number: &&u32| {
            let partition = &self.all[**number as usize];
            partition.slots.len() > partition.quota
        };
        if let Some(&number) = self.known.values().find(crowded) {
            return self.all[number as usize].slots.front().copied();
        }
        let above = |pool: &&Pool| pool.quota.is_some_and(|quota| pool.rows > quota);
        if let Some(pool) = self.pools.iter().find(above) {
            return self.oldest(pool);
        }
        if too_many { self.oldest(&self.pools[COMMONS]) } else { None }
    }

    fn oldest(&self, pool: &Pool) -> Option<u32> {
        let &(_, number) = pool.heads.first()?;
        self.all[number as usize].slots.front().copied()
    }

    /// Adds the newest row of a workload; the number of its partition.
    pub(crate) fn push(
        &mut self,
        tenant: TenantId,
        workload: WorkloadId,
        slot: u32,
        sequence: u64,
    ) -> u32 {
        let number = match self.known.get(&(tenant, workload)) {
            Some(&number) => number,
            None => self.found(tenant, workload),
        };
        let partition = &mut self.all[number as usize];
        let pool = &mut self.pools[partition.pool];
        if partition.slots.is_empty() {
            pool.heads.insert((sequence, number));
        }
        partition.slots.push_back(slot);
        pool.rows += 1;
        number
    }

    fn found(&mut self, tenant: TenantId, workload: WorkloadId) -> u32 {
        let made = Partition {
            tenant,
            workload,
            quota: quota(&self.quotas, workload),
            pool: self.pool_of.get(&tenant).copied().unwrap_or(COMMONS),
            slots: VecDeque::new(),
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.all[number as usize] = made;
                number
            }
            None => {
                self.all.push(made);
                self.all.len() as u32 - 1
            }
        };
        self.known.insert((tenant, workload), number);
        number
    }

    /// Removes a row, mostly the oldest of its partition. Only rows that came back from a log with gaps
    /// leave from elsewhere.
    pub(crate) fn remove(
        &mut self,
        number: u32,
        slot: u32,
        age: impl Fn(u32) -> u64,
        sequence: u64,
    ) {
        let partition = &mut self.all[number as usize];
        let pool = &mut self.pools[partition.pool];
        pool.rows -= 1;
        if partition.slots.front() != Some(&slot) {
            if let Ok(at) = partition.slots.binary_search_by_key(&sequence, |&slot| age(slot)) {
                partition.slots.remove(at);
            }
            return;
        }
        partition.slots.pop_front();
        pool.heads.remove(&(sequence, number));
        match partition.slots.front() {
            Some(&oldest) => {
                pool.heads.insert((age(oldest), number));
            }
            None => {
                self.known.remove(&(partition.tenant, partition.workload));
                self.free.push(number);
            }
        }
    }

    pub(crate) fn names(&self, number: u32) -> (TenantId, WorkloadId) {
        let partition = &self.all[number as usize];
        (partition.tenant, partition.workload)
    }

    /// The slots of a workload, the oldest row first.
    pub(crate) fn of_workload(
        &self,
        tenant: TenantId,
        workload: WorkloadId,
    ) -> Option<&VecDeque<u32>> {
        self.known.get(&(tenant, workload)).map(|&number| &self.all[number as usize].slots)
    }

    /// The slots of each workload of a tenant, in the workloads' order.
    pub(crate) fn of_tenant(&self, tenant: TenantId) -> impl Iterator<Item = (u32, usize)> {
        self.known
            .range((tenant, WorkloadId(u64::MIN))..=(tenant, WorkloadId(u64::MAX)))
            .map(|(_, &number)| (number, self.all[number as usize].slots.len()))
    }

    pub(crate) fn slot(&self, number: u32, at: usize) -> u32 {
        self.all[number as usize].slots[at]
    }

    /// Rows of every workload, in order.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (TenantId, WorkloadId, usize)> {
        self.known.iter().map(|(&(tenant, workload), &number)| {
            (tenant, workload, self.all[number as usize].slots.len())
        })
    }

    /// The sequence of the oldest row of all.
    pub(crate) fn oldest_sequence(&self) -> Option<u64> {
        self.pools.iter().filter_map(|pool| pool.heads.first()).map(|&(sequence, _)| sequence).min()
    }
}

fn quota(quotas: &BTreeMap<WorkloadId, usize>, workload: WorkloadId) -> usize {
    quotas.get(&workload).copied().unwrap_or(usize::MAX)
}
