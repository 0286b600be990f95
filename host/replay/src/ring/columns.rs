//! Columns: what is known of every slot, side by side, and the block of words that samples gather.

use scaling::{TenantId, WorkloadId};

use crate::experience::Row;
use crate::provenance::ProvenanceId;
use crate::schema::Layout;

/// No slot.
pub(crate) const NONE: u32 = u32::MAX;

/// Words of a cache line.
const LINE_WORDS: usize = 16;

/// What a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Identity {
    pub(crate) sequence: u64,
    pub(crate) tenant: TenantId,
    pub(crate) workload: WorkloadId,
    pub(crate) episode: u64,
    pub(crate) turn: u32,
    pub(crate) provenance: ProvenanceId,
}

/// What is known of a slot beside its words, in 32 bytes, so that following an episode costs one cache
/// line a step: the sequence (0 where there is no row), the episode, the partition and the provenance,
/// the turn and the slot of the row that followed in the episode plus 1 (0 where there is none). Plain
/// numbers, because memory for these is given zeroed and costs nothing until it is used.
type Tag = [u64; 4];

/// Two columns of fixed stride.
pub(crate) struct Columns {
    pub(crate) layout: Layout,
    /// `[slots, words]`
    words: Vec<u32>,
    /// `[slots]`
    tags: Vec<Tag>,
}

impl Columns {
    pub(crate) fn new(layout: Layout, slots: usize) -> Self {
        Self { layout, words: vec![0; slots * layout.words], tags: vec![[0; 4]; slots] }
    }

    /// Makes room for a slot beyond the limit, as logs of larger rings have them.
    pub(crate) fn grow(&mut self, slot: u32) {
        let slots = slot as usize + 1;
        if slots > self.tags.len() {
            self.words.resize(slots * self.layout.words, 0);
            self.tags.resize(slots, [0; 4]);
        }
    }

    pub(crate) fn set(&mut self, slot: u32, partition: u32, identity: &Identity) {
        self.tags[slot as usize] = [
            identity.sequence,
            identity.episode,
            u64::from(partition) | u64::from(identity.provenance.0) << 32,
            u64::from(identity.turn),
        ];
    }

    pub(crate) fn clear(&mut self, slot: u32) {
        self.tags[slot as usize][0] = 0;
    }

    /// Loads every cache line of these rows, and nothing else: loads that wait for nothing run side by
    /// side, where the copying that follows would wait for the lines of a row or two at a time. The
    /// answer means nothing.
    pub(crate) fn touch(&self, slots: &[u32]) -> u64 {
        let words = self.layout.words;
        let mut touched = 0;
        for &slot in slots {
            let start = slot as usize * words;
            let row = &self.words[start..start + words];
            for line in row.iter().step_by(LINE_WORDS) {
                touched ^= u64::from(*line);
            }
            touched ^= u64::from(row[words - 1]) ^ self.tags[slot as usize][0];
        }
        touched
    }

    pub(crate) fn words(&self, slot: u32) -> &[u32] {
        let start = slot as usize * self.layout.words;
        &self.words[start..start + self.layout.words]
    }

    pub(crate) fn words_mut(&mut self, slot: u32) -> &mut [u32] {
        let start = slot as usize * self.layout.words;
        &mut self.words[start..start + self.layout.words]
    }

    pub(crate) fn sequence(&self, slot: u32) -> u64 {
        self.tags.get(slot as usize).map_or(0, |tag| tag[0])
    }

    pub(crate) fn partition(&self, slot: u32) -> u32 {
        self.tags[slot as usize][2] as u32
    }

    pub(crate) fn successor(&self, slot: u32) -> u32 {
        successor(&self.tags[slot as usize])
    }

    pub(crate) fn set_successor(&mut self, slot: u32, successor: u32) {
        let last = &mut self.tags[slot as usize][3];
        *last = u64::from(*last as u32) | u64::from(successor + 1) << 32;
    }

    /// The slot of the next turn of the same episode, if it is there. The successor is looked at, not
    /// trusted: its slot may have gone to another row.
    pub(crate) fn next(&self, slot: u32) -> Option<u32> {
        let here = &self.tags[slot as usize];
        let next = successor(here);
        if next == NONE {
            return None;
        }
        let there = &self.tags[next as usize];
        let follows = there[0] > here[0]
            && there[1] == here[1]
            && there[2] as u32 == here[2] as u32
            && Some(there[3] as u32) == (here[3] as u32).checked_add(1);
        follows.then_some(next)
    }

    pub(crate) fn row(
        &self,
        slot: u32,
        sequence: u64,
        tenant: TenantId,
        workload: WorkloadId,
    ) -> Row<'_> {
        let tag = &self.tags[slot as usize];
        Row {
            sequence,
            workload,
            tenant,
            provenance: ProvenanceId((tag[2] >> 32) as u32),
            episode: tag[1],
            turn: tag[3] as u32,
            layout: self.layout,
            words: self.words(slot),
        }
    }
}

fn successor(tag: &Tag) -> u32 {
    ((tag[3] >> 32) as u32).wrapping_sub(1)
}
