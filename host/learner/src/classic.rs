//! Classic problems as worlds, on which algorithms have published results. They prove that learning is
//! correct; nothing of the program uses them.

mod acrobot;
mod cart_pole;
mod drive;
mod probes;

pub use acrobot::{Acrobot, acrobot};
pub use cart_pole::{CartPole, cart_pole};
pub use drive::{Drive, greedy_returns};
pub use probes::{Identity, Probe, Probing, identity};

use crate::{Chance, Lessons, Purpose, RowId, Shape, Turn, World, WorldError};
use scaling::Ending;

/// A problem with one row and one head.
pub trait Problem: Send {
    /// Numbers that describe its state.
    fn inputs(&self) -> usize;

    /// Options of its head.
    fn options(&self) -> usize;

    /// Begins an episode.
    fn begin(&mut self, chance: &mut Chance);

    /// Writes the inputs, at their place.
    fn see(&self, inputs: &mut [f32]);

    /// Carries out a choice: the reward, and how the episode goes on.
    fn step(&mut self, choice: usize, chance: &mut Chance) -> (f64, Ending);
}

/// A problem as a world.
#[derive(Debug, Clone)]
pub struct Classic<P> {
    problem: P,
    shape: Shape,
    chance: Chance,
    turn: Turn,
    lessons: Lessons,
}

impl<P: Problem> Classic<P> {
    /// The world of a problem, to be reset.
    pub fn new(problem: P) -> Self {
        let (inputs, options) = (problem.inputs(), problem.options());
        let shape = Shape { inputs, heads: vec![options], scores: vec!["reward".to_owned()] };
        let ids = vec![RowId { world: 0, row: 0 }];
        let turn = Turn { ids, inputs: vec![0.0; inputs], allowed: vec![true; options] };
        let chance = Chance::new(0, Purpose::Episodes);
        Self { problem, shape, chance, turn, lessons: Lessons::default() }
    }
}

impl<P: Problem> World for Classic<P> {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn reset(&mut self, seed: u64) -> Result<(), WorldError> {
        self.chance = Chance::new(seed, Purpose::Episodes);
        self.problem.begin(&mut self.chance);
        self.problem.see(&mut self.turn.inputs);
        self.lessons.clear();
        Ok(())
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        let (reward, ending) = self.problem.step(usize::from(choices[0]), &mut self.chance);
        self.problem.see(&mut self.turn.inputs);
        self.lessons.clear();
        self.lessons.rows.push(0);
        self.lessons.choices.push(choices[0]);
        self.lessons.scores.push(reward);
        self.lessons.after.extend_from_slice(&self.turn.inputs);
        self.lessons.allowed_after.extend_from_slice(&self.turn.allowed);
        self.lessons.endings.push(ending);
        Ok(ending == Ending::Running)
    }

    fn lessons(&self) -> &Lessons {
        &self.lessons
    }
}

#[cfg(test)]
mod tests;
