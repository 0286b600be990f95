//! Priorities: proportional prioritised experience replay (Schaul, Quan, Antonoglou and Silver 2016).

use rand::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::batch::{Batch, RowId};
use crate::chance;
use crate::sum_tree::SumTree;

/// What the bytes of saved priorities begin with.
const MAGIC: &[u8; 8] = b"RGPRIO01";
/// Bytes before the priorities: magic, sequence, maximum, slots.
const HEAD_BYTES: usize = 32;

/// How errors become priorities: `(|δ| + ε)^α` (section 3.3, the proportional variant).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prioritised {
    /// The exponent α, in 0..=1; 0 makes all alike.
    pub alpha: f64,
    /// What is added to every error, > 0, so that no row is forgotten.
    pub epsilon: f64,
}

/// Priorities that cannot be taken.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PrioritiesError {
    /// Settings out of range.
    #[error("priorities with alpha {alpha} and epsilon {epsilon}: 0 to 1, and above 0")]
    Settings {
        /// The exponent.
        alpha: f64,
        /// What is added.
        epsilon: f64,
    },
    /// The replay keeps none.
    #[error("this replay keeps no priorities: open it with `prioritised`")]
    Absent,
    /// As many errors as rows are needed.
    #[error("{errors} errors for {rows} rows")]
    Length {
        /// Errors given.
        errors: usize,
        /// Rows given.
        rows: usize,
    },
    /// NaN or infinite.
    #[error("error {value} for row {sequence}: it must be finite")]
    NotFinite {
        /// The row.
        sequence: u64,
        /// The error.
        value: f32,
    },
    /// Bytes that are not saved priorities, or not whole.
    #[error("saved priorities of {bytes} bytes are {what}")]
    Bytes {
        /// How many.
        bytes: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// Priorities of other rows.
    #[error("priorities saved at row {found}, but the replay is at row {here}: rewind it first")]
    Elsewhere {
        /// Where they were saved.
        found: u64,
        /// Where the replay is.
        here: u64,
    },
}

/// The priority of every slot, and the largest ever seen, which new rows get.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Priorities {
    settings: Prioritised,
    tree: SumTree,
    maximum: f64,
}

impl Priorities {
    pub(crate) fn new(settings: Prioritised, slots: usize) -> Result<Self, PrioritiesError> {
        let Prioritised { alpha, epsilon } = settings;
        let sound = (0.0..=1.0).contains(&alpha) && epsilon > 0.0 && epsilon.is_finite();
        if !sound {
            return Err(PrioritiesError::Settings { alpha, epsilon });
        }
        Ok(Self { settings, tree: SumTree::new(slots), maximum: 1.0 })
    }

    /// Forgets every row.
    pub(crate) fn reset(&mut self) {
        self.tree = SumTree::new(self.tree.slots());
        self.maximum = 1.0;
    }

    /// A new row is in the slot: algorithm 1, line 6.
    pub(crate) fn renew(&mut self, slot: u32) {
        if slot as usize >= self.tree.slots() {
            let mut wider = SumTree::new((slot as usize + 1).next_power_of_two());
            for slot in 0..self.tree.slots() as u32 {
                wider.set(slot, self.tree.get(slot));
            }
            self.tree = wider;
        }
        self.tree.set(slot, self.maximum);
    }

    /// No row is in the slot any more.
    pub(crate) fn clear(&mut self, slot: u32) {
        self.tree.set(slot, 0.0);
    }

    /// The row of a slot was learned from with this error: algorithm 1, line 12. `libm`, because the
    /// platform's power differs in the last bit between machines.
    pub(crate) fn update(&mut self, slot: u32, error: f32) {
        let Prioritised { alpha, epsilon } = self.settings;
        let priority = libm::pow(f64::from(error).abs() + epsilon, alpha);
        self.tree.set(slot, priority);
        self.maximum = self.maximum.max(priority);
    }

    /// Draws slots, one from each of as many equal shares of the sum (appendix B.2.1), with the
    /// importance weights `(N·P(i))^−β` divided by the largest of the batch (section 3.4).
    pub(crate) fn sample(
        &self,
        rows: usize,
        held: usize,
        beta: f64,
        generator: &mut impl Rng,
        batch: &mut Batch,
    ) {
        let total = self.tree.total();
        let share = total / rows as f64;
        let mut place = |row: usize| (row as f64 + chance::uniform(generator)) * share;
        batch.places.clear();
        batch.places.extend((0..rows).map(&mut place));
        self.tree.find(&mut batch.places, &mut batch.slots);
        batch.weights.clear();
        let mut largest = 0.0_f64;
        for &slot in &batch.slots {
            let probability = self.tree.get(slot) / total;
            let weight = libm::pow(held as f64 * probability, -beta);
            largest = largest.max(weight);
            batch.weights.push(weight as f32);
        }
        let scale = (1.0 / largest) as f32;
        batch.weights.iter_mut().for_each(|weight| *weight = (*weight * scale).min(1.0));
    }

    /// The priorities of the first `high` slots, with where the replay was and a checksum.
    pub(crate) fn save(&self, sequence: u64, high: u32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + high as usize * 8 + 4);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&sequence.to_le_bytes());
        bytes.extend_from_slice(&self.maximum.to_le_bytes());
        bytes.extend_from_slice(&u64::from(high).to_le_bytes());
        for slot in 0..high {
            bytes.extend_from_slice(&self.tree.get(slot).to_le_bytes());
        }
        let checksum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Takes on saved priorities, or leaves all as it is.
    pub(crate) fn restore(
        &mut self,
        bytes: &[u8],
        here: u64,
        high: u32,
    ) -> Result<(), PrioritiesError> {
        let refuse = |what| Err(PrioritiesError::Bytes { bytes: bytes.len(), what });
        let Some((content, checksum)) = bytes.split_last_chunk::<4>() else {
            return refuse("too short");
        };
        if !content.starts_with(MAGIC) || content.len() < HEAD_BYTES {
            return refuse("of another kind");
        }
        if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
            return refuse("damaged: their checksum does not match");
        }
        let (words, _) = content[MAGIC.len()..].as_chunks::<8>();
        let found = u64::from_le_bytes(words[0]);
        if found != here {
            return Err(PrioritiesError::Elsewhere { found, here });
        }
        let leaves = &words[3..];
        if u64::from_le_bytes(words[2]) != u64::from(high) || leaves.len() != high as usize {
            return refuse("of another number of slots");
        }
        self.maximum = f64::from_le_bytes(words[1]);
        for (slot, leaf) in leaves.iter().enumerate() {
            self.tree.set(slot as u32, f64::from_le_bytes(*leaf));
        }
        Ok(())
    }
}

/// Says what is wrong with errors of sampled rows.
pub(crate) fn check(ids: &[RowId], errors: &[f32]) -> Result<(), PrioritiesError> {
    if ids.len() != errors.len() {
        return Err(PrioritiesError::Length { errors: errors.len(), rows: ids.len() });
    }
    match ids.iter().zip(errors).find(|(_, error)| !error.is_finite()) {
        Some((id, &value)) => Err(PrioritiesError::NotFinite { sequence: id.sequence, value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
