//! Grid: all cells of a race, run in parallel, each stored when it is finished. A cell is one
//! entrant on one course with one seed; it depends on no other, so a race that was interrupted goes
//! on where it stopped, and one that failed in a few cells is told without them.

mod blocks;
mod cell;
mod keys;
mod pace;
mod preparation;
mod progress;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cell::CellError;
use keys::Keys;
use preparation::Preparation;
use progress::Counter;
pub use progress::{Progress, Step};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use scaling::causes;
use thiserror::Error;

use crate::document;
use crate::entry::{Course, Entrant, EntryError, Order, Race, Scorer};
use crate::results::{Cell, CellName, Failure, Machine, Results, RewardRecord, Timing};
use crate::store::{Store, StoreError};

/// What a race is run under. None of it changes what comes out.
pub struct Conditions<'a> {
    /// Where finished cells are kept, and looked for.
    pub store: &'a Store,
    /// Cells at a time; 0 for one a core.
    pub threads: usize,
    /// Time since some fixed instant, for the machine's file.
    pub stopwatch: &'a (dyn Fn() -> Duration + Sync),
    /// Told of every step, from several threads at once.
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
    /// When it turns true, nothing new is begun.
    pub interrupted: &'a AtomicBool,
    /// Facts for the machine's file: host, operating system, when it began, …
    pub facts: BTreeMap<String, String>,
}

/// What came of a race.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What it found.
    pub results: Results,
    /// What it took.
    pub machine: Machine,
}

impl Outcome {
    /// Writes `results.json` and `machine.json`.
    pub fn save(&self, store: &Store) -> Result<(), StoreError> {
        store.put_json("results.json", &self.results)?;
        store.put_json("machine.json", &self.machine)
    }
}

/// A race that has no results. Finished cells are in the store.
#[derive(Debug, Error)]
pub enum RaceError {
    /// It makes no sense.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// A reward function cannot be made.
    #[error("cannot make reward `{reward}`: {cause}")]
    Reward {
        /// Its name.
        reward: String,
        /// Why.
        cause: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no threads.
    #[error("cannot start {threads} threads: {cause}")]
    Threads {
        /// How many were wanted.
        threads: usize,
        /// Why not.
        cause: String,
    },
    /// It was told to stop.
    #[error("interrupted: run the same race on the same results store to go on where it stopped")]
    Interrupted,
}

/// One entrant's part of the grid.
pub(crate) struct Column {
    pub(crate) preparation: Preparation,
    /// By course, then by seed.
    pub(crate) cells: Vec<Finished>,
    pub(crate) failures: Vec<Failure>,
}

/// A finished cell and what it took.
pub(crate) struct Finished {
    pub(crate) cell: Cell,
    pub(crate) timing: Timing,
}

/// A cell's name, and what came of it.
type Ran = (CellName, Result<Finished, CellError>);

/// Everything that the parts of the grid share.
struct Grid<'a> {
    race: &'a Race,
    conditions: &'a Conditions<'a>,
    keys: Keys,
    counter: Counter<'a>,
    /// The store failed, so nothing new is begun.
    broken: AtomicBool,
}

/// Runs a race.
pub fn race(race: &Race, conditions: &Conditions<'_>) -> Result<Outcome, RaceError> {
    race.check()?;
    let began = (conditions.stopwatch)();
    let rewards = reward_records(race)?;
    let pool =
        ThreadPoolBuilder::new().num_threads(conditions.threads).build().map_err(|error| {
            RaceError::Threads { threads: conditions.threads, cause: error.to_string() }
        })?;
    let threads = pool.current_num_threads() as u32;
    let counter = Counter::new(race, threads, conditions.progress);
    let broken = AtomicBool::new(false);
    let grid = Grid { race, conditions, keys: Keys::new(race), counter, broken };
    let columns = finished(pool.install(|| match race.order {
        Order::Together => race.entrants.par_iter().map(|entrant| grid.column(entrant)).collect(),
        Order::Blocks => grid.in_blocks(),
    }))?;
    let (results, mut machine) = pool.install(|| document::assemble(race, rewards, columns));
    machine.facts = conditions.facts.clone();
    machine.threads = threads;
    machine.wall_seconds = (conditions.stopwatch)().saturating_sub(began).as_secs_f64();
    Ok(Outcome { results, machine })
}

/// The columns, unless something ended the race. A broken store interrupts the other columns, so it
/// is told first.
fn finished(columns: Vec<Result<Column, RaceError>>) -> Result<Vec<Column>, RaceError> {
    let (columns, mut errors): (Vec<_>, Vec<_>) = columns.into_iter().partition(Result::is_ok);
    let store = errors.iter().position(|column| matches!(column, Err(RaceError::Store(_))));
    if !errors.is_empty() {
        errors.swap_remove(store.unwrap_or(0))?;
    }
    columns.into_iter().collect()
}

fn reward_records(race: &Race) -> Result<Vec<RewardRecord>, RaceError> {
    let record = |scorer: &Scorer| {
        let reward = (scorer.make)().map_err(|error| RaceError::Reward {
            reward: scorer.name.clone(),
            cause: causes(error.as_ref()),
        })?;
        let terms = reward.terms();
        let (minimum, maximum) = (terms.minimum, terms.maximum);
        Ok(RewardRecord { name: scorer.name.clone(), minimum, maximum })
    };
    race.rewards.iter().map(record).collect()
}

impl Grid<'_> {
    /// Prepares an entrant and runs its cells.
    fn column(&self, entrant: &Entrant) -> Result<Column, RaceError> {
        let preparation = self.prepare(entrant)?;
        let runs: Vec<(&Course, u64)> = self.blocks().collect();
        let ran = runs
            .par_iter()
            .map(|&(course, seed)| self.ran(entrant, &preparation, course, seed))
            .collect();
        Self::gathered(preparation, ran)
    }

    /// What every entrant runs, by course and then by seed.
    fn blocks(&self) -> impl Iterator<Item = (&Course, u64)> {
        let seeds = &self.race.seeds;
        self.race.courses.iter().flat_map(|course| seeds.iter().map(move |&seed| (course, seed)))
    }

    /// Runs a cell of an entrant that was prepared, if it could be.
    fn ran(&self, entrant: &Entrant, preparation: &Preparation, course: &Course, seed: u64) -> Ran {
        let name = CellName { entrant: entrant.name.clone(), course: course.name.clone(), seed };
        let ran = match &preparation.outcome {
            Ok(prepared) => self.cell(entrant, prepared, &name),
            Err(message) => Err(CellError::Unprepared { message: message.clone() }),
        };
        let ran = ran.inspect_err(|error| self.tell_failure(&name, error));
        (name, ran)
    }

    /// The column of an entrant whose cells have run.
    fn gathered(preparation: Preparation, mut ran: Vec<Ran>) -> Result<Column, RaceError> {
        let mut column = Column { preparation, cells: Vec::new(), failures: Vec::new() };
        let broken = |(_, ran): &Ran| matches!(ran, Err(CellError::Store(_)));
        if let Some(position) = ran.iter().position(broken) {
            ran.swap(0, position);
        }
        for (name, ran) in ran {
            match ran {
                Ok(finished) => column.cells.push(finished),
                Err(CellError::Store(error)) => return Err(error.into()),
                Err(CellError::Interrupted) => return Err(RaceError::Interrupted),
                Err(error) => column.failures.push(Failure { name, message: causes(&error) }),
            }
        }
        Ok(column)
    }

    fn tell_failure(&self, cell: &CellName, error: &CellError) {
        match error {
            CellError::Interrupted => {}
            // No cell can be kept any more.
            CellError::Store(_) => self.broken.store(true, Ordering::Relaxed),
            error => {
                self.counter.pace().raced(None);
                self.counter.tell(Step::Failed { cell, message: &causes(error) }, 1);
            }
        }
    }

    fn go_on(&self) -> Result<(), CellError> {
        // Relaxed: stopping a little later is as good.
        let stopped = [self.conditions.interrupted, &self.broken];
        if stopped.iter().any(|stopped| stopped.load(Ordering::Relaxed)) {
            return Err(CellError::Interrupted);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
