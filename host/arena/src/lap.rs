//! Lap: one policy drives one cluster from start to end. The loop is the one of every host: observe,
//! recommend, decide, scale, and at the next tick close and score.

mod lessons;
mod turns;

use std::time::Duration;

use lessons::Lessons;
use scaling::{Cluster, Observations, Policy, PolicyError, Reward, WorkloadId};
use thiserror::Error;
pub(crate) use turns::Row;
use turns::Turns;

use crate::episode::{Episode, EpisodeError, Rules};
use crate::ledger::Ledger;
use crate::results::{Measures, Series, WorkloadMeasures};

/// Who takes part.
pub(crate) struct Crew<'a> {
    pub(crate) cluster: Box<dyn Cluster>,
    pub(crate) policy: &'a mut dyn Policy,
    /// Its period, if not the policy's own.
    pub(crate) period: Option<Duration>,
    pub(crate) fallback: Option<Box<dyn Policy>>,
    pub(crate) rewards: Vec<Box<dyn Reward>>,
    /// Position of the reward that the policy learns from, if it does.
    pub(crate) learns_from: Option<usize>,
}

/// What came of a lap.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lap {
    pub(crate) period: Duration,
    pub(crate) ticks: u64,
    pub(crate) overall: Measures,
    pub(crate) workloads: Vec<WorkloadMeasures>,
    pub(crate) series: Vec<Series>,
    /// Everybody who took part.
    pub(crate) ids: Vec<WorkloadId>,
    /// Experiences learned from.
    pub(crate) steps: u64,
    /// The first complaint of each reward that could not score, if any.
    pub(crate) complaints: Vec<Option<String>>,
    /// What the cluster has to say about it.
    pub(crate) remarks: Vec<String>,
}

/// A lap that could not be run to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LapError {
    /// Its cluster or a reward failed.
    #[error("{0}")]
    Episode(#[from] EpisodeError),
    /// The policy could not learn or forget.
    #[error("{0}")]
    Policy(#[from] PolicyError),
    /// A period that no number of ticks makes up.
    #[error("the period of {period:?} is no multiple of the tick of {tick:?}: change one of them")]
    Period {
        /// The policy's.
        period: Duration,
        /// The race's.
        tick: Duration,
    },
}

/// Runs a lap. Time ends when the cluster says so: its last advance still moves to a tick, whose
/// observations close the tick before, truncated.
pub(crate) fn run<'a>(rules: &Rules<'a>, crew: Crew<'a>) -> Result<Lap, LapError> {
    let mut running = Running::new(rules, crew)?;
    let mut observations = running.observe()?;
    loop {
        running.follow(&observations)?;
        running.recommend(&mut observations)?;
        let (after, goes_on) = running.act(observations)?;
        observations = after;
        if !goes_on {
            return running.finish(&observations);
        }
    }
}

/// A lap on its way.
struct Running<'a> {
    tick: Duration,
    episode: Episode,
    policy: &'a mut dyn Policy,
    fallback: Option<Box<dyn Policy>>,
    turns: Turns,
    lessons: Option<Lessons>,
    ledger: Ledger,
}

impl<'a> Running<'a> {
    fn new(rules: &Rules<'_>, crew: Crew<'a>) -> Result<Self, LapError> {
        let Crew { cluster, policy, period, fallback, rewards, learns_from } = crew;
        let needs = policy.needs();
        let turns = Turns::new(rules.tick, period, needs, fallback.as_deref())?;
        let lessons = learns_from.map(|reward| Lessons::new(reward, &needs.columns));
        let ledger = Ledger::new(rewards.len());
        let episode = Episode::new(cluster, rewards, rules);
        Ok(Self { tick: rules.tick, episode, policy, fallback, turns, lessons, ledger })
    }

    fn observe(&mut self) -> Result<Observations, LapError> {
        Ok(self.episode.observe(self.turns.details(self.episode.tick()))?)
    }

    /// Takes note of who is there; whoever has left is forgotten by everybody.
    fn follow(&mut self, observations: &Observations) -> Result<(), LapError> {
        let left = self.episode.follow()?;
        self.ledger.open(self.episode.workloads(), observations);
        self.turns.follow(self.episode.roster());
        if left.is_empty() {
            return Ok(());
        }
        self.policy.forget(&left)?;
        if let Some(fallback) = &mut self.fallback {
            fallback.forget(&left)?;
        }
        Ok(())
    }

    /// Lets the policy learn what came of its last turn and asks it anew, if it is its turn.
    fn recommend(&mut self, observations: &mut Observations) -> Result<(), LapError> {
        let due = self.turns.due(self.episode.tick());
        self.turns.gather(observations, due);
        if !due {
            return Ok(());
        }
        if let Some(lessons) = &mut self.lessons {
            lessons.teach(self.policy, observations)?;
            lessons.begin(observations);
        }
        let explore = self.lessons.is_some();
        let fallback = self.fallback.as_deref_mut();
        self.turns.take(self.policy, fallback, observations, self.episode.roster(), explore);
        Ok(())
    }

    /// Lets one tick pass. Gives what is seen then, and whether the lap goes on.
    fn act(&mut self, before: Observations) -> Result<(Observations, bool), LapError> {
        let due = self.turns.due(self.episode.tick());
        let turns = &self.turns;
        let tick = self.episode.act(before, turns.standing(), |tick| turns.details(tick))?;
        let answered = due.then_some(turns.answered());
        self.ledger.record(&tick.pending.decisions, &tick.applied, answered);
        self.ledger.close(&tick.transitions(), &tick.pending.decisions, &tick.scores);
        if let Some(lessons) = &mut self.lessons {
            lessons.notice(&tick);
        }
        Ok((tick.after, tick.goes_on))
    }

    fn finish(mut self, last: &Observations) -> Result<Lap, LapError> {
        let mut steps = 0;
        if let Some(lessons) = &mut self.lessons {
            lessons.teach(self.policy, last)?;
            steps = lessons.steps();
        }
        let (overall, workloads) = self.ledger.measures(&self.episode.totals());
        Ok(Lap {
            period: self.turns.period(),
            ticks: self.episode.tick(),
            overall,
            workloads,
            series: self.ledger.series(self.tick),
            ids: self.ledger.ids(),
            steps,
            complaints: self.ledger.into_complaints(),
            remarks: self.episode.remarks(),
        })
    }
}

#[cfg(test)]
mod tests;
