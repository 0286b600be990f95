//! Journal: a world with the record of how it came to be where it is.
//!
//! A simulated world is a function of its seed and of what was chosen, so its snapshot is just these,
//! and it is brought back by living through them again. That costs at most one episode, needs no second
//! description of every part of a cluster, and cannot drift from it.

use serde::{Deserialize, Serialize};

use crate::{Lessons, Shape, Turn, World, WorldError};

/// How a world came to be where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The seed of the episode; none before the first one.
    pub seed: Option<u64>,
    /// What was chosen at each turn, `[rows, heads]`; the rows of a turn may be other than those before.
    pub choices: Vec<Vec<u16>>,
}

/// A world with its record.
pub struct Journal<W> {
    world: W,
    record: Record,
    going: bool,
}

impl<W: World> Journal<W> {
    /// A world that was not reset yet.
    pub fn new(world: W) -> Self {
        Self { world, record: Record::default(), going: false }
    }

    /// The world itself, to be looked at: whatever changes it goes through the journal.
    pub fn world(&self) -> &W {
        &self.world
    }

    /// How it came to be where it is.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Brings the world to where the record says it was.
    pub fn replay(&mut self, record: &Record) -> Result<(), WorldError> {
        let Some(seed) = record.seed else { return Ok(()) };
        self.reset(seed)?;
        for (turn, choices) in record.choices.iter().enumerate() {
            let wanted = self.turn().rows() * self.shape().heads.len();
            if choices.len() != wanted || !self.going {
                return Err(WorldError {
                    attempted: format!("bringing back the world of seed {seed}"),
                    cause: format!(
                        "its record does not fit at turn {turn}: it is of another world, or of \
                         another version of it"
                    ),
                });
            }
            self.step(choices)?;
        }
        Ok(())
    }
}

impl<W: World> World for Journal<W> {
    fn shape(&self) -> &Shape {
        self.world.shape()
    }

    fn reset(&mut self, seed: u64) -> Result<(), WorldError> {
        self.record = Record { seed: Some(seed), choices: Vec::new() };
        self.world.reset(seed)?;
        self.going = true;
        Ok(())
    }

    fn turn(&self) -> &Turn {
        self.world.turn()
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        self.record.choices.push(choices.to_vec());
        self.going = self.world.step(choices)?;
        Ok(self.going)
    }

    fn lessons(&self) -> &Lessons {
        self.world.lessons()
    }

    fn measures(&mut self) -> Vec<(&'static str, f64)> {
        self.world.measures()
    }

    fn sights(&self) -> Vec<(String, f64)> {
        self.world.sights()
    }
}

#[cfg(test)]
mod tests;
