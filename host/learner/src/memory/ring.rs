//! Ring: the newest experiences in the process's memory, sampled uniformly.

mod pending;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use pending::Pending;
use scaling::Ending;

use super::{Batch, Memory, MemoryError, Row};
use crate::{Chance, RowId, Shape};

/// Sizes of a ring.
#[derive(Debug, Clone, PartialEq)]
pub struct RingSettings {
    /// Experiences that it holds; the oldest goes first.
    pub capacity: usize,
    /// Steps whose rewards an experience sums up, ≥ 1.
    pub n_step: usize,
    /// Discount of a step, γ.
    pub gamma: f64,
}

/// The newest experiences, sampled uniformly.
///
/// With n steps an experience goes from a row to the same row n turns later (Sutton 1988); where a
/// trajectory ends or is cut, the last ones are shorter.
#[derive(Debug, Clone)]
pub struct Ring {
    settings: RingSettings,
    inputs: usize,
    heads: usize,
    options: usize,
    before: Vec<f32>,
    choices: Vec<u16>,
    /// Reward and discount.
    figures: Vec<[f32; 2]>,
    after: Vec<f32>,
    allowed_after: Vec<bool>,
    /// Where the next one goes once the ring is full.
    next: usize,
    position: u64,
    pending: BTreeMap<RowId, Pending>,
}

impl Ring {
    /// An empty ring.
    ///
    /// # Panics
    /// If the capacity or the number of steps is 0.
    pub fn new(shape: &Shape, settings: RingSettings) -> Self {
        assert!(settings.capacity > 0 && settings.n_step > 0, "a ring holds at least one step");
        Self {
            settings,
            inputs: shape.inputs,
            heads: shape.heads.len(),
            options: shape.options(),
            before: Vec::new(),
            choices: Vec::new(),
            figures: Vec::new(),
            after: Vec::new(),
            allowed_after: Vec::new(),
            next: 0,
            position: 0,
            pending: BTreeMap::new(),
        }
    }

    fn store(&mut self, start: (&[f32], &[u16]), figures: [f32; 2], end: (&[f32], &[bool])) {
        if self.figures.len() < self.settings.capacity {
            self.before.extend_from_slice(start.0);
            self.choices.extend_from_slice(start.1);
            self.figures.push(figures);
            self.after.extend_from_slice(end.0);
            self.allowed_after.extend_from_slice(end.1);
            return;
        }
        let place = self.next;
        self.before[place * self.inputs..][..self.inputs].copy_from_slice(start.0);
        self.choices[place * self.heads..][..self.heads].copy_from_slice(start.1);
        self.figures[place] = figures;
        self.after[place * self.inputs..][..self.inputs].copy_from_slice(end.0);
        self.allowed_after[place * self.options..][..self.options].copy_from_slice(end.1);
        self.next = (place + 1) % self.settings.capacity;
    }

    /// Stores the oldest start of a trajectory, and all of them where the trajectory ends here.
    fn release(&mut self, pending: &mut Pending, is_over: bool) {
        while pending.len() == self.settings.n_step || (is_over && pending.len() > 0) {
            let figures = pending.figures(self.settings.gamma);
            let (before, choices) = pending.first(self.inputs, self.heads);
            self.store((before, choices), figures, (&pending.after, &pending.allowed_after));
            pending.drop_first(self.inputs, self.heads);
        }
    }
}

impl Memory for Ring {
    fn append(&mut self, row: &Row<'_>) -> Result<(), MemoryError> {
        self.position += 1;
        if self.settings.n_step == 1 {
            let goes_on = f32::from(u8::from(row.ending != Ending::Terminated));
            let figures = [row.reward as f32, self.settings.gamma as f32 * goes_on];
            self.store((row.before, row.choices), figures, (row.after, row.allowed_after));
            return Ok(());
        }
        let mut pending = self.pending.remove(&row.id).unwrap_or_default();
        if pending.len() > 0 && pending.turn + 1 != row.turn {
            self.release(&mut pending, true);
        }
        pending.push(row);
        self.release(&mut pending, row.ending != Ending::Running);
        self.pending.insert(row.id, pending);
        Ok(())
    }

    fn end_turn(&mut self, turn: u64) {
        while let Some((&id, _)) = self.pending.iter().find(|(_, pending)| pending.turn < turn) {
            let mut pending = self.pending.remove(&id).unwrap_or_default();
            self.release(&mut pending, true);
        }
    }

    fn len(&self) -> usize {
        self.figures.len()
    }

    fn sample(
        &mut self,
        rows: usize,
        _beta: f64,
        chance: &mut Chance,
        batch: &mut Batch,
    ) -> Result<(), MemoryError> {
        batch.clear();
        let count = self.figures.len() as u64;
        if count == 0 {
            let (attempted, cause) = ("sampling from a ring", "it is empty".to_owned());
            return Err(MemoryError { attempted, cause });
        }
        batch.indices.extend((0..rows).map(|_| chance.below(count)));
        let (inputs, heads, options) = (self.inputs, self.heads, self.options);
        for &index in &batch.indices {
            let place = index as usize;
            let [reward, discount] = self.figures[place];
            batch.before.extend_from_slice(&self.before[place * inputs..][..inputs]);
            batch.choices.extend_from_slice(&self.choices[place * heads..][..heads]);
            batch.rewards.push(reward);
            batch.discounts.push(discount);
            batch.after.extend_from_slice(&self.after[place * inputs..][..inputs]);
            batch
                .allowed_after
                .extend_from_slice(&self.allowed_after[place * options..][..options]);
        }
        batch.weights.resize(rows, 1.0);
        Ok(())
    }

    fn is_prioritised(&self) -> bool {
        false
    }

    fn update_priorities(&mut self, _indices: &[u64], _errors: &[f32]) -> Result<(), MemoryError> {
        Ok(())
    }

    fn position(&self) -> u64 {
        self.position
    }
}
