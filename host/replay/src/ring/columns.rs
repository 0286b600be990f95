//! Columns: what is known of every slot, side by side, and the block of words that samples gather.

use scaling::{TenantId, WorkloadId};

use crate::experience::Row;
use crate::provenance::ProvenanceId;
use crate::schema::Layout;

/// No slot.
pub(crate) const NONE: u32 = u32::MAX;

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

/// One entry a slot in each column. Memory is asked for zeroed and as a whole, so pages of slots that
/// were never used cost nothing.
pub(crate) struct Columns {
    pub(crate) layout: Layout,
    /// `[slots, words]`
    words: Vec<u32>,
    /// 0 where there is no row.
    sequences: Vec<u64>,
    partitions: Vec<u32>,
    provenances: Vec<u32>,
    episodes: Vec<u64>,
    turns: Vec<u32>,
    /// The slot of the row that followed in the episode, plus 1; 0 where there is none.
    successors: Vec<u32>,
}

impl Columns {
    pub(crate) fn new(layout: Layout, slots: usize) -> Self {
        Self {
            layout,
            words: vec![0; slots * layout.words],
            sequences: vec![0; slots],
            partitions: vec![0; slots],
            provenances: vec![0; slots],
            episodes: vec![0; slots],
            turns: vec![0; slots],
            successors: vec![0; slots],
        }
    }

    /// Makes room for a slot beyond the limit, as logs of larger rings have them.
    pub(crate) fn grow(&mut self, slot: u32) {
        let slots = slot as usize + 1;
        if slots > self.sequences.len() {
            self.words.resize(slots * self.layout.words, 0);
            self.sequences.resize(slots, 0);
            self.partitions.resize(slots, 0);
            self.provenances.resize(slots, 0);
            self.episodes.resize(slots, 0);
            self.turns.resize(slots, 0);
            self.successors.resize(slots, 0);
        }
    }

    pub(crate) fn set(&mut self, slot: u32, partition: u32, identity: &Identity) {
        let slot = slot as usize;
        self.sequences[slot] = identity.sequence;
        self.partitions[slot] = partition;
        self.provenances[slot] = identity.provenance.0;
        self.episodes[slot] = identity.episode;
        self.turns[slot] = identity.turn;
        self.successors[slot] = 0;
    }

    pub(crate) fn clear(&mut self, slot: u32) {
        self.sequences[slot as usize] = 0;
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
        self.sequences.get(slot as usize).copied().unwrap_or(0)
    }

    pub(crate) fn partition(&self, slot: u32) -> u32 {
        self.partitions[slot as usize]
    }

    pub(crate) fn successor(&self, slot: u32) -> u32 {
        self.successors[slot as usize].wrapping_sub(1)
    }

    pub(crate) fn set_successor(&mut self, slot: u32, successor: u32) {
        self.successors[slot as usize] = successor + 1;
    }

    /// The slot of the next turn of the same episode, if it is there. The successor is looked at, not
    /// trusted: its slot may have gone to another row.
    pub(crate) fn next(&self, slot: u32) -> Option<u32> {
        let next = self.successor(slot);
        if next == NONE {
            return None;
        }
        let (here, there) = (slot as usize, next as usize);
        let follows = self.sequences[there] > self.sequences[here]
            && self.partitions[there] == self.partitions[here]
            && self.episodes[there] == self.episodes[here]
            && Some(self.turns[there]) == self.turns[here].checked_add(1);
        follows.then_some(next)
    }

    pub(crate) fn row(
        &self,
        slot: u32,
        sequence: u64,
        tenant: TenantId,
        workload: WorkloadId,
    ) -> Row<'_> {
        let at = slot as usize;
        Row {
            sequence,
            workload,
            tenant,
            provenance: ProvenanceId(self.provenances[at]),
            episode: self.episodes[at],
            turn: self.turns[at],
            layout: self.layout,
            words: self.words(slot),
        }
    }
}
