//! Worlds together: many of them stepped in lock-step, their rows one after the other.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Serialize};

use crate::{Journal, Lessons, Record, Shape, Turn, World, WorldError};

/// Worlds that are stepped together. One whose episode is over begins the next one at once, so that
/// there is always a turn of all of them; its last lessons are those of the episode that ended.
pub struct Worlds<W> {
    worlds: Vec<W>,
    pool: Option<ThreadPool>,
    turn: Turn,
    lessons: Lessons,
    /// Where each world's rows begin in the turn, and their end.
    starts: Vec<usize>,
    finished: Vec<Finished>,
}

/// An episode that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Position of its world.
    pub world: usize,
    /// What it cost and gave, by name.
    pub measures: Vec<(&'static str, f64)>,
}

/// Simulated worlds at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorldsState {
    /// How each came to be where it is.
    pub records: Vec<Record>,
}

impl<W: World> Worlds<W> {
    /// Worlds of one shape, at least one, stepped by so many threads. They have no turn before
    /// [`Worlds::begin`].
    pub fn new(worlds: Vec<W>, threads: usize) -> Result<Self, WorldError> {
        let failed =
            |cause: String| WorldError { attempted: "putting worlds together".into(), cause };
        let Some(first) = worlds.first() else { return Err(failed("there are none".to_owned())) };
        if worlds.iter().any(|world| world.shape() != first.shape()) {
            return Err(failed("they differ in inputs, heads or scores".to_owned()));
        }
        let pool = (threads.min(worlds.len()) > 1)
            .then(|| ThreadPoolBuilder::new().num_threads(threads.min(worlds.len())).build())
            .transpose()
            .map_err(|error| failed(format!("cannot start {threads} threads: {error}")))?;
        let (turn, lessons) = (Turn::default(), Lessons::default());
        Ok(Self { worlds, pool, turn, lessons, starts: Vec::new(), finished: Vec::new() })
    }

    /// What all rows are like.
    pub fn shape(&self) -> &Shape {
        self.worlds[0].shape()
    }

    /// The worlds.
    pub fn worlds(&self) -> &[W] {
        &self.worlds
    }

    /// The worlds, to be looked into.
    pub fn worlds_mut(&mut self) -> &mut [W] {
        &mut self.worlds
    }

    /// Begins an episode in every world; `seed` is asked once for each, in order.
    pub fn begin(&mut self, mut seed: impl FnMut(usize) -> u64) -> Result<(), WorldError> {
        for (position, world) in self.worlds.iter_mut().enumerate() {
            world.reset(seed(position))?;
        }
        self.lessons.clear();
        self.finished.clear();
        self.gather();
        Ok(())
    }

    /// What is to be decided now, in all worlds.
    pub fn turn(&self) -> &Turn {
        &self.turn
    }

    /// What came of the last step, in all worlds; rows are those of the turn that was decided.
    pub fn lessons(&self) -> &Lessons {
        &self.lessons
    }

    /// The episodes that ended in the last step.
    pub fn finished(&self) -> &[Finished] {
        &self.finished
    }

    /// Carries out choices (`[rows, heads]`). `seed` is asked for each world whose episode is over, in
    /// order.
    pub fn step(
        &mut self,
        choices: &[u16],
        mut seed: impl FnMut(usize) -> u64,
    ) -> Result<(), WorldError> {
        let heads = self.shape().heads.len();
        let starts = std::mem::take(&mut self.starts);
        let part =
            |position: usize| &choices[starts[position] * heads..starts[position + 1] * heads];
        let worlds = &mut self.worlds;
        let going: Vec<Result<bool, WorldError>> = match &self.pool {
            Some(pool) => pool.install(|| {
                let worlds = worlds.par_iter_mut().enumerate();
                worlds.map(|(position, world)| world.step(part(position))).collect()
            }),
            None => {
                let worlds = worlds.iter_mut().enumerate();
                worlds.map(|(position, world)| world.step(part(position))).collect()
            }
        };
        self.lessons.clear();
        self.finished.clear();
        for (position, going) in going.into_iter().enumerate() {
            let goes_on = going?;
            let world = &mut self.worlds[position];
            append(&mut self.lessons, world.lessons(), starts[position]);
            if !goes_on {
                self.finished.push(Finished { world: position, measures: world.measures() });
                world.reset(seed(position))?;
            }
        }
        self.starts = starts;
        self.gather();
        Ok(())
    }

    /// Puts the turns of all worlds one after the other.
    fn gather(&mut self) {
        let turn = &mut self.turn;
        turn.ids.clear();
        turn.inputs.clear();
        turn.allowed.clear();
        self.starts.clear();
        self.starts.push(0);
        for (position, world) in self.worlds.iter().enumerate() {
            let one = world.turn();
            let number = position as u32;
            turn.ids.extend(one.ids.iter().map(|id| crate::RowId { world: number, ..*id }));
            turn.inputs.extend_from_slice(&one.inputs);
            turn.allowed.extend_from_slice(&one.allowed);
            self.starts.push(turn.ids.len());
        }
    }
}

impl<W: World> Worlds<Journal<W>> {
    /// Where the worlds are.
    pub fn state(&self) -> WorldsState {
        WorldsState { records: self.worlds.iter().map(|world| world.record().clone()).collect() }
    }

    /// Brings the worlds to where they were.
    pub fn restore(&mut self, state: &WorldsState) -> Result<(), WorldError> {
        if state.records.len() != self.worlds.len() {
            return Err(WorldError {
                attempted: "bringing back the worlds".to_owned(),
                cause: format!(
                    "there were {} and there are {}",
                    state.records.len(),
                    self.worlds.len()
                ),
            });
        }
        for (world, record) in self.worlds.iter_mut().zip(&state.records) {
            world.replay(record)?;
        }
        self.lessons.clear();
        self.finished.clear();
        self.gather();
        Ok(())
    }
}

fn append(to: &mut Lessons, from: &Lessons, start: usize) {
    to.rows.extend(from.rows.iter().map(|row| row + start));
    to.choices.extend_from_slice(&from.choices);
    to.scores.extend_from_slice(&from.scores);
    to.after.extend_from_slice(&from.after);
    to.allowed_after.extend_from_slice(&from.allowed_after);
    to.endings.extend_from_slice(&from.endings);
}

#[cfg(test)]
mod tests;
