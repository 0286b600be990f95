//! Probes: five worlds so small that whoever fails in one shows which part is broken (Jones 2021,
//! "Debugging reinforcement learning systems"), and the identity test of Stable-Baselines3.

use scaling::Ending;

use super::{Classic, Problem};
use crate::Chance;

/// A world with a single question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// One option, one step, reward 1: is the value learned at all?
    Constant,
    /// One option, one step, reward ± 1 as was seen: does the value look at the inputs?
    Seen,
    /// One option, two steps, reward 1 at the end: is it discounted?
    Later,
    /// Two options, one step, reward ± 1 as was chosen: does the policy learn?
    Chosen,
    /// Two options, one step, reward 1 if what was seen is chosen, else − 1: both together.
    Both,
}

/// A probe under way.
#[derive(Debug, Clone)]
pub struct Probing {
    probe: Probe,
    seen: f32,
}

impl Probe {
    /// All of them, from the simplest on.
    pub const ALL: [Self; 5] = [Self::Constant, Self::Seen, Self::Later, Self::Chosen, Self::Both];

    /// Its world.
    pub fn world(self) -> Classic<Probing> {
        Classic::new(Probing { probe: self, seen: 0.0 })
    }
}

impl Problem for Probing {
    fn inputs(&self) -> usize {
        1
    }

    fn options(&self) -> usize {
        if matches!(self.probe, Probe::Chosen | Probe::Both) { 2 } else { 1 }
    }

    fn begin(&mut self, chance: &mut Chance) {
        self.seen = match self.probe {
            Probe::Constant | Probe::Later | Probe::Chosen => 0.0,
            Probe::Seen | Probe::Both => [-1.0, 1.0][chance.below(2) as usize],
        };
    }

    fn see(&self, inputs: &mut [f32]) {
        inputs[0] = self.seen;
    }

    fn step(&mut self, choice: usize, _: &mut Chance) -> (f64, Ending) {
        let sign = |holds: bool| if holds { 1.0 } else { -1.0 };
        match self.probe {
            Probe::Constant => (1.0, Ending::Terminated),
            Probe::Seen => (f64::from(self.seen), Ending::Terminated),
            Probe::Later if self.seen == 0.0 => {
                self.seen = 1.0;
                (0.0, Ending::Running)
            }
            Probe::Later => (1.0, Ending::Terminated),
            Probe::Chosen => (sign(choice == 1), Ending::Terminated),
            Probe::Both => (sign((choice == 1) == (self.seen > 0.0)), Ending::Terminated),
        }
    }
}

/// States that are shown one at a time; the right choice is the state itself.
#[derive(Debug, Clone)]
pub struct Identity {
    states: usize,
    state: usize,
    steps: u32,
}

/// The world of the identity test: reward 1 for each right choice, 100 steps.
pub fn identity(states: usize) -> Classic<Identity> {
    Classic::new(Identity { states, state: 0, steps: 0 })
}

impl Problem for Identity {
    fn inputs(&self) -> usize {
        self.states
    }

    fn options(&self) -> usize {
        self.states
    }

    fn begin(&mut self, chance: &mut Chance) {
        self.state = chance.below(self.states as u64) as usize;
        self.steps = 0;
    }

    fn see(&self, inputs: &mut [f32]) {
        inputs.fill(0.0);
        inputs[self.state] = 1.0;
    }

    fn step(&mut self, choice: usize, chance: &mut Chance) -> (f64, Ending) {
        let reward = f64::from(u8::from(choice == self.state));
        self.state = chance.below(self.states as u64) as usize;
        self.steps += 1;
        let ending = if self.steps >= 100 { Ending::Truncated } else { Ending::Running };
        (reward, ending)
    }
}
