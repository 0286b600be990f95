//! Cell: one entrant on one course with one seed, from the makers to the store. Whatever goes wrong
//! in it, a panic included, ends at its border.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use scaling::{Policy, PolicyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::preparation::Prepared;
use super::progress::Step;
use super::{Finished, Grid, keys};
use crate::digest::derived_seed;
use crate::entry::{Candidate, Course, Entrant, Learning, MakeError, Scorer, Split};
use crate::episode::Rules;
use crate::lap::{self, Crew, Lap, LapError};
use crate::results::{Cell, CellName, Timing};
use crate::store::StoreError;

/// Why a cell has no measures.
#[derive(Debug, Error)]
pub(crate) enum CellError {
    /// A maker failed.
    #[error("cannot make {what}")]
    Make { what: String, source: MakeError },
    /// The policy will not take what was learned.
    #[error("cannot take over what was learned")]
    Restore { source: PolicyError },
    /// The run broke off.
    #[error(transparent)]
    Lap(#[from] LapError),
    /// Somebody panicked.
    #[error("panicked: {message}")]
    Panicked { message: String },
    /// The entrant could not be trained or tuned.
    #[error("{message}")]
    Unprepared { message: String },
    /// The store failed: this ends the race.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The race was told to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What is stored, with the full key, because names hold only the start of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored<T> {
    pub(super) key: String,
    pub(super) wall_seconds: f64,
    pub(super) value: T,
}

/// One run of a policy.
pub(super) struct Heat<'a> {
    pub(super) entrant: &'a Entrant,
    pub(super) course: &'a Course,
    pub(super) seed: u64,
    pub(super) split: Split,
    pub(super) rewards: &'a [&'a Scorer],
    /// Position among `rewards`.
    pub(super) learns_from: Option<usize>,
}

impl Grid<'_> {
    /// Runs a cell, unless it is in the store.
    pub(super) fn cell(
        &self,
        entrant: &Entrant,
        prepared: &Prepared,
        name: &CellName,
    ) -> Result<Finished, CellError> {
        self.go_on()?;
        let course = self.race.courses.iter().find(|course| course.name == name.course);
        let course = course.expect("cells are named after the race's courses");
        let key = self.keys.cell(&self.keys.prepared(entrant), course, name.seed);
        let object = keys::cell_object(&name.entrant, &name.course, name.seed, &key);
        let stored = self.conditions.store.get_json::<Stored<Cell>>(&object)?;
        if let Some(stored) = stored.filter(|stored| stored.key == key) {
            self.counter.pace().raced(Duration::try_from_secs_f64(stored.wall_seconds).ok());
            self.counter.tell(Step::Raced { cell: name, resumed: true }, 1);
            return Ok(finished(stored, true));
        }
        let began = (self.conditions.stopwatch)();
        let lap = caught(|| self.raced(entrant, prepared, course, name.seed))?;
        let took = (self.conditions.stopwatch)().saturating_sub(began);
        let value = self.told(name, &key, lap);
        let stored = Stored { key, wall_seconds: took.as_secs_f64(), value };
        self.conditions.store.put_json(&object, &stored)?;
        self.counter.pace().raced(Some(took));
        self.counter.tell(Step::Raced { cell: name, resumed: false }, 1);
        Ok(finished(stored, false))
    }

    fn raced(
        &self,
        entrant: &Entrant,
        prepared: &Prepared,
        course: &Course,
        seed: u64,
    ) -> Result<Lap, CellError> {
        let candidate = &entrant.candidates[prepared.chosen];
        let mut policy = self.ready(entrant, candidate, prepared.snapshot.as_deref(), seed)?;
        let rewards: Vec<&Scorer> = self.race.rewards.iter().collect();
        let learns_from = self.online_reward(entrant);
        let split = Split::Race;
        let heat = Heat { entrant, course, seed, split, rewards: &rewards, learns_from };
        self.run(&heat, policy.as_mut())
    }

    /// The reward that an entrant learns from while it races.
    pub(super) fn online_reward(&self, entrant: &Entrant) -> Option<usize> {
        match &entrant.learning {
            Learning::Online { reward } => self.race.reward(reward),
            Learning::Never | Learning::Beforehand(_) => None,
        }
    }

    /// A new instance of a policy, with what was learned if anything was.
    pub(super) fn ready(
        &self,
        entrant: &Entrant,
        candidate: &Candidate,
        snapshot: Option<&[u8]>,
        seed: u64,
    ) -> Result<Box<dyn Policy>, CellError> {
        let seed = derived_seed(seed, &format!("policy/{}", entrant.name));
        let mut policy = made(|| format!("policy `{}`", entrant.name), (candidate.make)(seed))?;
        if let Some(snapshot) = snapshot {
            policy.restore(snapshot).map_err(|source| CellError::Restore { source })?;
        }
        Ok(policy)
    }

    /// Runs a policy through its own copy of a world.
    pub(super) fn run(&self, heat: &Heat<'_>, policy: &mut dyn Policy) -> Result<Lap, CellError> {
        let race = self.race;
        let course = heat.course;
        let cluster = (course.make)(heat.seed, heat.split);
        let cluster = made(|| format!("course `{}`", course.name), cluster)?;
        let fallback = race.fallback.as_ref().map(|fallback| {
            let fallback = (fallback.make)(derived_seed(heat.seed, "fallback"));
            made(|| "the fallback policy".to_owned(), fallback)
        });
        let rewards: Result<Vec<_>, CellError> = heat
            .rewards
            .iter()
            .map(|scorer| made(|| format!("reward `{}`", scorer.name), (scorer.make)()))
            .collect();
        let crew = Crew {
            cluster,
            policy,
            period: heat.entrant.period,
            fallback: fallback.transpose()?,
            rewards: rewards?,
            learns_from: heat.learns_from,
        };
        let rules = Rules {
            tick: race.tick,
            warm_up: race.warm_up,
            rails: &race.rails,
            quotas: &race.quotas,
        };
        Ok(lap::run(&rules, crew)?)
    }

    fn told(&self, name: &CellName, key: &str, lap: Lap) -> Cell {
        let complaints = self.race.rewards.iter().zip(lap.complaints);
        Cell {
            name: name.clone(),
            key: key.to_owned(),
            period_seconds: lap.period.as_secs_f64(),
            ticks: lap.ticks,
            overall: lap.overall,
            workloads: lap.workloads,
            complaints: complaints
                .filter_map(|(reward, complaint)| Some((reward.name.clone(), complaint?)))
                .collect(),
            remarks: lap.remarks,
            series: lap.series,
        }
    }
}

fn finished(stored: Stored<Cell>, resumed: bool) -> Finished {
    let name = stored.value.name.clone();
    let timing = Timing { name, wall_seconds: stored.wall_seconds, resumed };
    Finished { cell: stored.value, timing }
}

fn made<T>(what: impl Fn() -> String, made: Result<T, MakeError>) -> Result<T, CellError> {
    made.map_err(|source| CellError::Make { what: what(), source })
}

/// Runs something to its end, or to its panic.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, CellError>) -> Result<T, CellError> {
    // Whatever the panic left half done was made for this run alone and is dropped with it.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(payload.as_ref())))
}

fn panicked(payload: &(dyn Any + Send)) -> CellError {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
    CellError::Panicked { message: message.unwrap_or_else(|| "no message".to_owned()) }
}
