//! Check: whether a race makes sense before anything is made.

use std::collections::BTreeSet;
use std::time::Duration;

use thiserror::Error;

use super::{Entrant, Learning, Race};
use crate::metric::Metric;

/// A race that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EntryError {
    /// Nothing of a kind that the race needs.
    #[error("the race has no {kind}: name at least one")]
    None {
        /// What is missing.
        kind: &'static str,
    },
    /// The tick is zero.
    #[error("the tick is zero: give it a length")]
    ZeroTick,
    /// Two of a kind with one name.
    #[error("two {kind} are called `{name}`: rename one")]
    Twice {
        /// What they are.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A reference to something that is not there.
    #[error("{at} names the {kind} `{name}`, which is none of {known}")]
    Unknown {
        /// Who refers.
        at: String,
        /// To what.
        kind: &'static str,
        /// By which name.
        name: String,
        /// What there is.
        known: String,
    },
    /// An entrant without a policy.
    #[error("entrant `{entrant}` has no candidate: give it a policy")]
    NoCandidate {
        /// The entrant.
        entrant: String,
    },
    /// A period that no number of ticks makes up.
    #[error(
        "entrant `{entrant}` has a period of {period:?}, which is no multiple of the tick of \
         {tick:?}: change one of them"
    )]
    Period {
        /// The entrant.
        entrant: String,
        /// Its period.
        period: Duration,
        /// The race's tick.
        tick: Duration,
    },
    /// Several candidates and no way to choose.
    #[error("entrant `{entrant}` has {candidates} candidates and no tuning: name an objective")]
    NoObjective {
        /// The entrant.
        entrant: String,
        /// How many.
        candidates: usize,
    },
    /// Nothing to train or tune on.
    #[error("entrant `{entrant}` {does} without seeds or episodes: give it at least one of each")]
    NoEpisodes {
        /// The entrant.
        entrant: String,
        /// `trains` or `is tuned`.
        does: &'static str,
    },
    /// Training or tuning on what is raced.
    #[error("entrant `{entrant}` {does} on seed {seed}, which is raced on: choose another")]
    SeedRaced {
        /// The entrant.
        entrant: String,
        /// `trains` or `is tuned`.
        does: &'static str,
        /// The seed.
        seed: u64,
    },
}

impl Race {
    /// Who the others are compared with.
    pub(crate) fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or(&self.entrants[0].name)
    }

    /// The metrics of this race.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        Metric::all(self.rewards.iter().map(|reward| reward.name.as_str()))
    }

    /// The position of a reward.
    pub(crate) fn reward(&self, name: &str) -> Option<usize> {
        self.rewards.iter().position(|reward| reward.name == name)
    }

    /// Checks what can be checked without making anything.
    pub fn check(&self) -> Result<(), EntryError> {
        if self.tick.is_zero() {
            return Err(EntryError::ZeroTick);
        }
        unique("seeds", self.seeds.iter().map(u64::to_string))?;
        unique("courses", self.courses.iter().map(|course| course.name.clone()))?;
        unique("entrants", self.entrants.iter().map(|entrant| entrant.name.clone()))?;
        unique("rewards", self.rewards.iter().map(|reward| reward.name.clone()))?;
        let entrants = || self.entrants.iter().map(|entrant| entrant.name.as_str());
        if let Some(reference) = &self.reference {
            known("the race".to_owned(), "reference", reference, entrants())?;
        }
        self.entrants.iter().try_for_each(|entrant| self.check_entrant(entrant))
    }

    fn check_entrant(&self, entrant: &Entrant) -> Result<(), EntryError> {
        let name = || entrant.name.clone();
        let at = || format!("entrant `{}`", entrant.name);
        let rewards = || self.rewards.iter().map(|reward| reward.name.as_str());
        if entrant.candidates.is_empty() {
            return Err(EntryError::NoCandidate { entrant: name() });
        }
        let tick = self.tick;
        match entrant.period {
            Some(period) if !period.as_nanos().is_multiple_of(tick.as_nanos()) => {
                return Err(EntryError::Period { entrant: name(), period, tick });
            }
            _ => {}
        }
        match &entrant.learning {
            Learning::Never => {}
            Learning::Online { reward } => known(at(), "reward", reward, rewards())?,
            Learning::Beforehand(training) => {
                known(at(), "reward", &training.reward, rewards())?;
                if training.episodes == 0 {
                    return Err(EntryError::NoEpisodes { entrant: name(), does: "trains" });
                }
                self.check_seeds(&entrant.name, "trains", &training.seeds)?;
            }
        }
        match &entrant.tuning {
            None if entrant.candidates.len() > 1 => Err(EntryError::NoObjective {
                entrant: name(),
                candidates: entrant.candidates.len(),
            }),
            None => Ok(()),
            Some(tuning) => {
                let metrics = self.metrics();
                let metrics = metrics.iter().map(|metric| metric.record.name.as_str());
                known(at(), "objective", &tuning.objective, metrics)?;
                self.check_seeds(&entrant.name, "is tuned", &tuning.seeds)
            }
        }
    }

    fn check_seeds(
        &self,
        entrant: &str,
        does: &'static str,
        seeds: &[u64],
    ) -> Result<(), EntryError> {
        if seeds.is_empty() {
            return Err(EntryError::NoEpisodes { entrant: entrant.to_owned(), does });
        }
        match seeds.iter().find(|seed| self.seeds.contains(seed)) {
            Some(&seed) => Err(EntryError::SeedRaced { entrant: entrant.to_owned(), does, seed }),
            None => Ok(()),
        }
    }
}

fn unique(kind: &'static str, names: impl Iterator<Item = String>) -> Result<(), EntryError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(EntryError::Twice { kind, name });
        }
        seen.insert(name);
    }
    if seen.is_empty() { Err(EntryError::None { kind }) } else { Ok(()) }
}

fn known<'a>(
    at: String,
    kind: &'static str,
    name: &str,
    mut known: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), EntryError> {
    let all = known.clone();
    if known.any(|known| known == name) {
        return Ok(());
    }
    let known = all.collect::<Vec<_>>().join(", ");
    Err(EntryError::Unknown { at, kind, name: name.to_owned(), known })
}
