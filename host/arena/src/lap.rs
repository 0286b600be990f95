//! Lap: one policy drives one cluster from start to end. The loop is the one of every host: observe,
//! recommend, decide, scale, and at the next tick close and score.

mod account;
mod ledger;
mod lessons;
mod measure;
mod roster;
mod score;
mod track;
mod turns;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ledger::Ledger;
use lessons::Lessons;
use roster::Roster;
use scaling::{
    Cluster, ClusterError, Ending, Guard, Observations, Pending, Policy, PolicyError, Quota, Rails,
    Reward, TenantId, Transitions, WorkloadId, close, decide,
};
use score::score;
use thiserror::Error;
use turns::Turns;

use crate::results::{Measures, Series, WorkloadMeasures};

/// What every lap of a race has in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) tick: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) rails: &'a Rails,
    pub(crate) quotas: &'a BTreeMap<TenantId, Quota>,
}

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
    /// The cluster failed.
    #[error("{0}")]
    Cluster(#[from] ClusterError),
    /// The policy could not learn or forget.
    #[error("{0}")]
    Policy(#[from] PolicyError),
    /// A reward could not forget.
    #[error("a reward could not forget workloads that left: {cause}")]
    Reward {
        /// Why.
        cause: Arc<str>,
    },
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
    rules: Rules<'a>,
    crew: Crew<'a>,
    turns: Turns,
    lessons: Option<Lessons>,
    guard: Guard,
    ledger: Ledger,
    roster: Roster,
    tick: u64,
}

impl<'a> Running<'a> {
    fn new(rules: &Rules<'a>, crew: Crew<'a>) -> Result<Self, LapError> {
        let needs = crew.policy.needs();
        let turns = Turns::new(rules.tick, crew.period, needs, crew.fallback.as_deref())?;
        let lessons = crew.learns_from.map(|reward| Lessons::new(reward, &needs.columns));
        let guard = Guard::new(rules.rails.clone(), rules.quotas.clone(), rules.warm_up);
        let ledger = Ledger::new(crew.rewards.len());
        let (rules, roster, tick) = (*rules, Roster::default(), 0);
        Ok(Self { rules, crew, turns, lessons, guard, ledger, roster, tick })
    }

    fn observe(&mut self) -> Result<Observations, LapError> {
        Ok(self.crew.cluster.observe(self.turns.details(self.tick))?)
    }

    /// Takes note of who is there; whoever has left is forgotten by everybody.
    fn follow(&mut self, observations: &Observations) -> Result<(), LapError> {
        let crew = &mut self.crew;
        let left = self.roster.follow(crew.cluster.workloads());
        self.ledger.open(crew.cluster.workloads(), observations);
        self.turns.follow(&self.roster);
        if left.is_empty() {
            return Ok(());
        }
        self.guard.forget(&left);
        crew.policy.forget(&left)?;
        if let Some(fallback) = &mut crew.fallback {
            fallback.forget(&left)?;
        }
        for reward in &mut crew.rewards {
            reward
                .forget(&left)
                .map_err(|error| LapError::Reward { cause: error.to_string().into() })?;
        }
        Ok(())
    }

    /// Lets the policy learn what came of its last turn and asks it anew, if it is its turn.
    fn recommend(&mut self, observations: &mut Observations) -> Result<(), LapError> {
        let due = self.turns.due(self.tick);
        self.turns.gather(observations, due);
        if !due {
            return Ok(());
        }
        let crew = &mut self.crew;
        if let Some(lessons) = &mut self.lessons {
            lessons.teach(crew.policy, observations)?;
            lessons.begin(observations);
        }
        let explore = self.lessons.is_some();
        let fallback = crew.fallback.as_deref_mut();
        self.turns.take(crew.policy, fallback, observations, &self.roster, explore);
        Ok(())
    }

    /// Decides, scales, lets time go on and closes the tick. Gives what is seen then, and whether
    /// the lap goes on.
    fn act(&mut self, before: Observations) -> Result<(Observations, bool), LapError> {
        let workloads = self.crew.cluster.workloads();
        let decisions = decide(&before, self.turns.standing(), workloads, &mut self.guard);
        let applied = self.crew.cluster.scale(&decisions);
        let due = self.turns.due(self.tick);
        self.ledger.record(&decisions, &applied, due.then_some(self.turns.answered()));
        let goes_on = self.crew.cluster.advance()?;
        self.tick += 1;
        let after = self.observe()?;
        let ending = if goes_on { Ending::Running } else { Ending::Truncated };
        let pending = Pending { observations: before, decisions };
        let rows = close(&pending, &applied, &after, ending, self.rules.tick);
        let transitions = Transitions { before: &pending.observations, after: &after, rows: &rows };
        let rewards = self.crew.rewards.iter_mut();
        let scores: Vec<_> =
            rewards.map(|reward| score(reward.as_mut(), &transitions, &self.roster)).collect();
        self.ledger.close(&transitions, &pending.decisions, &scores);
        if let Some(lessons) = &mut self.lessons {
            lessons.notice(&rows, &scores[lessons.reward()].rewards);
        }
        Ok((after, goes_on))
    }

    fn finish(mut self, last: &Observations) -> Result<Lap, LapError> {
        let mut steps = 0;
        if let Some(lessons) = &mut self.lessons {
            lessons.teach(self.crew.policy, last)?;
            steps = lessons.steps();
        }
        let (overall, workloads) = self.ledger.measures(&self.crew.cluster.totals());
        Ok(Lap {
            period: self.turns.period(),
            ticks: self.tick,
            overall,
            workloads,
            series: self.ledger.series(self.rules.tick),
            ids: self.ledger.ids(),
            steps,
            complaints: self.ledger.into_complaints(),
            remarks: self.crew.cluster.remarks(),
        })
    }
}

#[cfg(test)]
mod tests;
