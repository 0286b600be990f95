//! Pace: how long laps take, and from that how long the rest of a race takes. It is told of every
//! lap and measures nothing itself.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::entry::{Candidate, Entrant, Learning, Order, Race};

/// What is ahead of a race, and what its laps have taken so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pace {
    order: Order,
    threads: u32,
    /// Laps of training and trying that are ahead, by entrant and candidate. Those of one candidate
    /// follow each other.
    preparing: BTreeMap<(String, String), u64>,
    /// Cells that are ahead.
    cells: u64,
    prepared: Took,
    raced: Took,
}

/// What laps of one kind have taken.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Took {
    laps: u32,
    seconds: f64,
    last_seconds: f64,
}

impl Took {
    fn add(&mut self, lap: Duration) {
        self.laps += 1;
        self.last_seconds = lap.as_secs_f64();
        self.seconds += self.last_seconds;
    }

    fn mean_seconds(&self) -> Option<f64> {
        (self.laps > 0).then(|| self.seconds / f64::from(self.laps))
    }

    fn last_seconds(&self) -> Option<f64> {
        (self.laps > 0).then_some(self.last_seconds)
    }
}

impl Pace {
    /// The pace of a race that has not begun, with so many threads.
    pub(super) fn new(race: &Race, threads: u32) -> Self {
        let cells = race.entrants.len() * race.courses.len() * race.seeds.len();
        let mut preparing = BTreeMap::new();
        for entrant in &race.entrants {
            for candidate in &entrant.candidates {
                let laps = preparation_laps(race, entrant);
                *preparing.entry(key(entrant, candidate)).or_default() += laps;
            }
        }
        let (prepared, raced) = (Took::default(), Took::default());
        Self { order: race.order, threads, preparing, cells: cells as u64, prepared, raced }
    }

    /// A candidate has run a lap of its training or trial.
    pub(super) fn prepared(&mut self, entrant: &Entrant, candidate: &Candidate, took: Duration) {
        if let Some(ahead) = self.preparing.get_mut(&key(entrant, candidate)) {
            *ahead = ahead.saturating_sub(1);
        }
        self.prepared.add(took);
    }

    /// Nothing more is ahead of a candidate before the race: it is prepared, or cannot be.
    pub(super) fn settled(&mut self, entrant: &Entrant, candidate: &Candidate) {
        self.preparing.remove(&key(entrant, candidate));
    }

    /// A cell is done, or cannot be. What it took is told if it ran to its end, be it in an earlier
    /// run of the same race.
    pub(super) fn raced(&mut self, took: Option<Duration>) {
        self.cells = self.cells.saturating_sub(1);
        if let Some(took) = took {
            self.raced.add(took);
        }
    }

    /// Wall time until all is done; none before a lap tells how long such laps are. Laps that are on
    /// their way count in full.
    pub(super) fn left(&self) -> Option<Duration> {
        let seconds = match self.order {
            Order::Together => self.left_together(),
            Order::Blocks => self.left_in_blocks(),
        };
        Duration::try_from_secs_f64(seconds?).ok()
    }

    /// All threads share all laps, but nothing is done before its longest chain: the laps of a
    /// candidate and then a cell.
    fn left_together(&self) -> Option<f64> {
        let (preparing, longest) = self.preparing_ahead();
        let preparation = self.prepared.mean_seconds().or(self.raced.mean_seconds());
        let cell = self.raced.mean_seconds().or(self.prepared.mean_seconds());
        let all = taken(preparing, preparation)? + taken(self.cells, cell)?;
        let chain = taken(longest, preparation)? + taken(self.cells.min(1), cell)?;
        Some(chain.max(all / f64::from(self.threads.max(1))))
    }

    /// Cells follow each other once everybody is prepared, and each lasts as long as the last one.
    /// Training may run on another kind of cluster, so its laps tell nothing of cells.
    fn left_in_blocks(&self) -> Option<f64> {
        let (preparing, longest) = self.preparing_ahead();
        let preparation = self.prepared.mean_seconds();
        let all = taken(preparing, preparation)? / f64::from(self.threads.max(1));
        let prepared = taken(longest, preparation)?.max(all);
        Some(prepared + taken(self.cells, self.raced.last_seconds())?)
    }

    /// Laps before the race of all candidates, and of the one that has most ahead.
    fn preparing_ahead(&self) -> (u64, u64) {
        let laps = || self.preparing.values().copied();
        (laps().sum(), laps().max().unwrap_or(0))
    }
}

/// Seconds that so many laps take; none of them take none, whatever is known of one.
fn taken(laps: u64, lap_seconds: Option<f64>) -> Option<f64> {
    if laps == 0 { Some(0.0) } else { lap_seconds.map(|seconds| seconds * laps as f64) }
}

fn key(entrant: &Entrant, candidate: &Candidate) -> (String, String) {
    (entrant.name.clone(), candidate.label.clone())
}

/// Laps that each candidate of an entrant runs before the race.
fn preparation_laps(race: &Race, entrant: &Entrant) -> u64 {
    let episodes = match &entrant.learning {
        Learning::Beforehand(training) => u64::from(training.episodes),
        Learning::Never | Learning::Online { .. } => 0,
    };
    let trial = match &entrant.tuning {
        Some(tuning) if entrant.candidates.len() > 1 => race.courses.len() * tuning.seeds.len(),
        _ => 0,
    };
    episodes + trial as u64
}

#[cfg(test)]
mod tests;
