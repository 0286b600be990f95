//! Pending: the last steps of a trajectory whose n-step experience is not complete yet.

use scaling::Ending;

use super::Row;

/// Starts that wait for what follows, and where the trajectory has come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending {
    /// The last turn.
    pub(super) turn: u64,
    before: Vec<f32>,
    choices: Vec<u16>,
    rewards: Vec<f64>,
    terminated: bool,
    pub(super) after: Vec<f32>,
    pub(super) allowed_after: Vec<bool>,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.rewards.len()
    }

    pub(super) fn push(&mut self, row: &Row<'_>) {
        self.turn = row.turn;
        self.before.extend_from_slice(row.before);
        self.choices.extend_from_slice(row.choices);
        self.rewards.push(row.reward);
        self.terminated = row.ending == Ending::Terminated;
        self.after.clear();
        self.after.extend_from_slice(row.after);
        self.allowed_after.clear();
        self.allowed_after.extend_from_slice(row.allowed_after);
    }

    /// The oldest start.
    pub(super) fn first(&self, inputs: usize, heads: usize) -> (&[f32], &[u16]) {
        (&self.before[..inputs], &self.choices[..heads])
    }

    pub(super) fn drop_first(&mut self, inputs: usize, heads: usize) {
        self.before.drain(..inputs);
        self.choices.drain(..heads);
        self.rewards.remove(0);
    }

    /// Σ γⁱ r from the oldest start on, and γᵏ or 0 after a true ending.
    pub(super) fn figures(&self, gamma: f64) -> [f32; 2] {
        let mut discount = 1.0;
        let mut sum = 0.0;
        for reward in &self.rewards {
            sum += discount * reward;
            discount *= gamma;
        }
        [sum as f32, if self.terminated { 0.0 } else { discount as f32 }]
    }
}
