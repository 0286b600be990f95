//! What the tests of deep Q-learning share: memories that can be looked into, and lessons by hand.

use std::sync::{Arc, Mutex};

use scaling::Ending;

use super::super::*;
use crate::{MemoryError, RowId};

pub(super) fn shape(inputs: usize, heads: &[usize]) -> Shape {
    Shape { inputs, heads: heads.to_vec(), scores: vec!["reward".into(), "cost".into()] }
}

/// Small and quick.
pub(super) fn settings() -> DqnSettings {
    DqnSettings { hidden: vec![16, 16], learning_rate: 5e-3, batch: 16, ..DqnSettings::default() }
}

pub(super) fn agent(settings: &DqnSettings, shape: &Shape, seed: u64) -> Dqn {
    let memory = Box::new(settings.memory(shape).unwrap());
    Dqn::new(settings.clone(), shape.clone(), seed, Device::Cpu, memory).unwrap()
}

pub(super) fn both() -> [Gradients; 2] {
    tch::set_num_threads(1);
    [Gradients::Auto, Gradients::Autograd]
}

/// A turn of one row in which everything is allowed.
pub(super) fn turn(shape: &Shape, inputs: &[f32]) -> Turn {
    Turn {
        ids: vec![RowId { world: 0, row: 0 }],
        inputs: inputs.to_vec(),
        allowed: vec![true; shape.options()],
    }
}

/// What came of it.
pub(super) fn lesson(
    shape: &Shape,
    choices: &[u16],
    reward: f64,
    after: &[f32],
    ending: Ending,
) -> Lessons {
    Lessons {
        rows: vec![0],
        choices: choices.to_vec(),
        scores: vec![reward, 0.0],
        after: after.to_vec(),
        allowed_after: vec![true; shape.options()],
        endings: vec![ending],
    }
}

/// Always the same batch; writes down what it is told.
#[derive(Clone, Default)]
pub(super) struct Fixed {
    pub(super) batch: Batch,
    pub(super) is_prioritised: bool,
    pub(super) told: Arc<Mutex<Told>>,
}

#[derive(Default)]
pub(super) struct Told {
    pub(super) betas: Vec<f64>,
    pub(super) errors: Vec<f32>,
    pub(super) choices: Vec<u16>,
    pub(super) rewards: Vec<f64>,
    pub(super) probabilities: Vec<f32>,
    pub(super) ids: Vec<RowId>,
}

impl Memory for Fixed {
    fn begin_episode(&mut self, _world: u32, _seed: u64) {}
    fn append(&mut self, row: &Row<'_>) -> Result<(), MemoryError> {
        let mut told = self.told.lock().unwrap();
        told.choices.extend_from_slice(row.choices);
        told.rewards.push(row.scores[0]);
        told.probabilities.push(row.probability);
        told.ids.push(row.id);
        Ok(())
    }
    fn len(&self) -> usize {
        self.batch.reward.len()
    }
    fn sample(
        &mut self,
        _rows: usize,
        beta: f64,
        _chance: &mut Chance,
        batch: &mut Batch,
    ) -> Result<(), MemoryError> {
        batch.clone_from(&self.batch);
        self.told.lock().unwrap().betas.push(beta);
        Ok(())
    }
    fn is_prioritised(&self) -> bool {
        self.is_prioritised
    }
    fn update_priorities(
        &mut self,
        _: &[replay::RowId],
        errors: &[f32],
    ) -> Result<(), MemoryError> {
        self.told.lock().unwrap().errors = errors.to_vec();
        Ok(())
    }
    fn state(&mut self) -> Result<Option<MemoryState>, MemoryError> {
        Ok(None)
    }
    fn restore(&mut self, _: &MemoryState) -> Result<(), MemoryError> {
        Ok(())
    }
}
