//! Progress: how far a race has got.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::pace::Pace;
use crate::entry::{Entrant, Learning, Race};
use crate::results::CellName;

/// How far a race has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Steps that are done. It ends below the total if somebody's training breaks off.
    pub done: u64,
    /// Steps in all: cells, training episodes and candidates to try.
    pub total: u64,
    /// Wall time until the race is done, as far as what was run so far tells; none before it tells
    /// anything.
    pub wall_left: Option<Duration>,
    /// What was done last.
    pub step: Step<'a>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'a> {
    /// A training episode.
    Trained {
        /// Who.
        entrant: &'a str,
        /// With which settings.
        candidate: &'a str,
        /// From 1.
        episode: u32,
        /// Of how many.
        episodes: u32,
    },
    /// A candidate was tried on the training split.
    Tried {
        /// Whose.
        entrant: &'a str,
        /// Which.
        candidate: &'a str,
    },
    /// An entrant is ready to race.
    Ready {
        /// Who.
        entrant: &'a str,
        /// Its training and tuning were found in the store.
        resumed: bool,
    },
    /// A cell was run.
    Raced {
        /// Which.
        cell: &'a CellName,
        /// It was found in the store.
        resumed: bool,
    },
    /// A cell failed.
    Failed {
        /// Which.
        cell: &'a CellName,
        /// Why.
        message: &'a str,
    },
}

/// Counts steps over all threads, and keeps their pace.
pub(super) struct Counter<'a> {
    done: AtomicU64,
    total: u64,
    pace: Mutex<Pace>,
    listener: &'a (dyn Fn(Progress<'_>) + Sync),
}

impl<'a> Counter<'a> {
    pub(super) fn new(
        race: &Race,
        threads: u32,
        listener: &'a (dyn Fn(Progress<'_>) + Sync),
    ) -> Self {
        let cells = race.entrants.len() * race.courses.len() * race.seeds.len();
        let preparations: u64 = race.entrants.iter().map(preparation_steps).sum();
        let pace = Mutex::new(Pace::new(race, threads));
        Self { done: AtomicU64::new(0), total: cells as u64 + preparations, pace, listener }
    }

    /// Tells that some steps are done.
    pub(super) fn tell(&self, step: Step<'_>, steps: u64) {
        let done = self.done.fetch_add(steps, Ordering::Relaxed) + steps;
        let wall_left = self.pace().left();
        (self.listener)(Progress { done, total: self.total, wall_left, step });
    }

    /// The pace, to be told of laps before the step that they belong to.
    pub(super) fn pace(&self) -> MutexGuard<'_, Pace> {
        // Whoever panicked with it left numbers, which no panic makes wrong.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Steps before an entrant can race.
pub(super) fn preparation_steps(entrant: &Entrant) -> u64 {
    let episodes = match &entrant.learning {
        Learning::Beforehand(training) => u64::from(training.episodes),
        Learning::Never | Learning::Online { .. } => 0,
    };
    let candidates = entrant.candidates.len() as u64;
    candidates * episodes + if candidates > 1 { candidates } else { 0 }
}
