//! Ring: the rows in memory, in columns of fixed stride, and who makes room for whom.
//!
//! A slot holds a row from the time it is put there until another row takes the slot or it is vacated.
//! Which slot a new row gets depends on nothing but the rows that are there and the limits.

mod columns;
mod gather;
mod partitions;

use std::collections::{BTreeSet, HashMap};

use scaling::{Ending, TenantId, WorkloadId};

pub(crate) use self::columns::{Columns, Identity, NONE};
pub(crate) use self::partitions::Partitions;
use crate::experience::{Row, ending_at};
use crate::limits::Limits;
use crate::log::Entry;
use crate::schema::Layout;

/// The rows in memory.
pub(crate) struct Ring {
    pub(crate) columns: Columns,
    pub(crate) partitions: Partitions,
    limits: Limits,
    /// Episodes that go on: the slot of their newest row. Only looked up, never walked.
    open: HashMap<(u32, u64), u32>,
    /// Slots below `high` without a row.
    vacant: BTreeSet<u32>,
    /// One past the highest slot with a row.
    high: u32,
    /// One past the highest slot that ever had one.
    ever_high: u32,
}

impl Ring {
    pub(crate) fn new(layout: Layout, limits: Limits) -> Self {
        Self {
            columns: Columns::new(layout, limits.rows),
            partitions: Partitions::new(&limits),
            limits,
            open: HashMap::new(),
            vacant: BTreeSet::new(),
            high: 0,
            ever_high: 0,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.high as usize - self.vacant.len()
    }

    /// One past the highest slot with a row.
    pub(crate) fn high(&self) -> u32 {
        self.high
    }

    pub(crate) fn has_holes(&self) -> bool {
        !self.vacant.is_empty()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The slot for the next row of a workload: that of the row that makes room for it, or the lowest
    /// vacant one. None if everything is promised to other tenants.
    pub(crate) fn slot_for(&self, tenant: TenantId, workload: WorkloadId) -> Option<u32> {
        let full = self.rows() >= self.limits.rows;
        match self.partitions.oldest_to_go(tenant, workload, full) {
            Some(slot) => Some(slot),
            None if full => None,
            None => Some(self.vacant.first().copied().unwrap_or(self.high)),
        }
    }

    /// Puts a row into a slot; whatever was there is gone.
    pub(crate) fn put(&mut self, slot: u32, identity: &Identity, fill: impl FnOnce(&mut [u32])) {
        self.remove(slot);
        self.columns.grow(slot);
        if slot >= self.high {
            self.vacant.extend(self.high..slot);
            self.high = slot + 1;
            self.ever_high = self.ever_high.max(self.high);
        } else {
            self.vacant.remove(&slot);
        }
        let partition =
            self.partitions.push(identity.tenant, identity.workload, slot, identity.sequence);
        fill(self.columns.words_mut(slot));
        self.columns.set(slot, partition, identity);
        self.link(slot, partition, identity);
    }

    /// Ties the row to the one of the turn before, for returns over several steps.
    fn link(&mut self, slot: u32, partition: u32, identity: &Identity) {
        let key = (partition, identity.episode);
        let goes_on = ending_at(self.columns.words(slot), &self.columns.layout) == Ending::Running;
        let before = if goes_on { self.open.insert(key, slot) } else { self.open.remove(&key) };
        if let Some(before) = before.filter(|&before| before != slot) {
            self.columns.set_successor(before, slot);
        }
    }

    /// Empties slots.
    pub(crate) fn vacate(&mut self, slots: &[u32]) {
        for &slot in slots {
            if slot < self.high && self.remove(slot) {
                self.columns.clear(slot);
                self.vacant.insert(slot);
            }
        }
        while self.high > 0 && self.vacant.remove(&(self.high - 1)) {
            self.high -= 1;
        }
    }

    /// Takes the row of a slot out of its partition; false if there is none.
    fn remove(&mut self, slot: u32) -> bool {
        let Some(row) = self.row(slot) else { return false };
        let (sequence, episode) = (row.sequence, row.episode);
        let partition = self.columns.partition(slot);
        if self.columns.successor(slot) == NONE
            && self.open.get(&(partition, episode)) == Some(&slot)
        {
            self.open.remove(&(partition, episode));
        }
        self.partitions.remove(partition, slot, |slot| self.columns.sequence(slot), sequence);
        true
    }

    /// Does again what a log says was done. An older row never takes the slot of a newer one, so what is
    /// read twice changes nothing.
    pub(crate) fn apply(&mut self, entry: Entry<'_>) {
        match entry {
            Entry::Put { slot, identity, words } => {
                if self.columns.sequence(slot) < identity.sequence {
                    self.put(slot, &identity, |into| {
                        for (word, bytes) in into.iter_mut().zip(words.as_chunks::<4>().0) {
                            *word = u32::from_le_bytes(*bytes);
                        }
                    });
                }
            }
            Entry::Vacate { sequence, mut slots } => {
                slots.retain(|&slot| self.columns.sequence(slot) < sequence);
                self.vacate(&slots);
            }
        }
    }

    /// The slots that had a row and have none.
    pub(crate) fn vacant(&self) -> Vec<u32> {
        self.vacant.iter().copied().chain(self.high..self.ever_high).collect()
    }

    /// Takes on other limits; the slots of the rows that are too many, the oldest first, which are
    /// vacated.
    pub(crate) fn limit(&mut self, limits: Limits) -> Vec<u32> {
        self.partitions.limit(&limits, |slot| self.columns.sequence(slot));
        self.limits = limits;
        let mut gone = Vec::new();
        while let Some(slot) = self.partitions.oldest_too_many(self.rows() > self.limits.rows) {
            self.vacate(&[slot]);
            gone.push(slot);
        }
        gone
    }

    /// The row of a slot, if there is one.
    pub(crate) fn row(&self, slot: u32) -> Option<Row<'_>> {
        let sequence = self.columns.sequence(slot);
        if sequence == 0 {
            return None;
        }
        let partition = self.columns.partition(slot);
        let (tenant, workload) = self.partitions.names(partition);
        Some(self.columns.row(slot, sequence, tenant, workload))
    }

    /// The slots that hold rows, the oldest first.
    pub(crate) fn by_age(&self) -> Vec<u32> {
        let mut slots: Vec<u32> =
            (0..self.high).filter(|&slot| self.columns.sequence(slot) != 0).collect();
        slots.sort_unstable_by_key(|&slot| self.columns.sequence(slot));
        slots
    }
}

#[cfg(test)]
mod tests;
