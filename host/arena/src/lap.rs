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
    Cluster, ClusterError, Ending, Guard, Pending, Policy, PolicyError, Quota, Rails, Reward,
    TenantId, Transitions, WorkloadId, close, decide,
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
pub(crate) fn run(rules: &Rules<'_>, mut crew: Crew<'_>) -> Result<Lap, LapError> {
    let needs = crew.policy.needs();
    let mut turns = Turns::new(rules.tick, crew.period, needs, crew.fallback.as_deref())?;
    let mut lessons = crew.learns_from.map(|reward| Lessons::new(reward, &needs.columns));
    let mut guard = Guard::new(rules.rails.clone(), rules.quotas.clone(), rules.warm_up);
    let mut ledger = Ledger::new(crew.rewards.len());
    let mut roster = Roster::default();
    let mut tick = 0;
    let mut before = crew.cluster.observe(turns.details(tick))?;
    loop {
        let left = roster.follow(crew.cluster.workloads());
        if !left.is_empty() {
            guard.forget(&left);
            forget(&mut crew, &left)?;
        }
        ledger.open(crew.cluster.workloads(), &before);
        turns.follow(&roster);
        let due = turns.due(tick);
        turns.gather(&mut before, due);
        if due {
            if let Some(lessons) = &mut lessons {
                lessons.teach(crew.policy, &before)?;
            }
            let explore = crew.learns_from.is_some();
            turns.take(crew.policy, crew.fallback.as_deref_mut(), &before, &roster, explore);
        }
        let decisions = decide(&before, turns.standing(), crew.cluster.workloads(), &mut guard);
        let applied = crew.cluster.scale(&decisions);
        ledger.record(&decisions, &applied, due.then_some(turns.answered()));
        if due && let Some(lessons) = &mut lessons {
            lessons.begin(&before);
        }
        let goes_on = crew.cluster.advance()?;
        tick += 1;
        let after = crew.cluster.observe(turns.details(tick))?;
        let ending = if goes_on { Ending::Running } else { Ending::Truncated };
        let pending = Pending { observations: before, decisions };
        let rows = close(&pending, &applied, &after, ending, rules.tick);
        let transitions = Transitions { before: &pending.observations, after: &after, rows: &rows };
        let scores: Vec<_> = crew
            .rewards
            .iter_mut()
            .map(|reward| score(reward.as_mut(), &transitions, &roster))
            .collect();
        ledger.close(&transitions, &pending.decisions, &scores);
        if let Some(lessons) = &mut lessons {
            lessons.notice(&rows, &scores[lessons.reward()].rewards);
        }
        before = after;
        if !goes_on {
            break;
        }
    }
    let mut steps = 0;
    if let Some(lessons) = &mut lessons {
        lessons.teach(crew.policy, &before)?;
        steps = lessons.steps();
    }
    let (overall, workloads) = ledger.measures(&crew.cluster.totals());
    Ok(Lap {
        period: turns.period(),
        ticks: tick,
        overall,
        workloads,
        series: ledger.series(rules.tick),
        ids: ledger.ids(),
        steps,
        complaints: ledger.into_complaints(),
    })
}

/// Lets everybody forget workloads that have left.
fn forget(crew: &mut Crew<'_>, left: &[WorkloadId]) -> Result<(), LapError> {
    crew.policy.forget(left)?;
    if let Some(fallback) = &mut crew.fallback {
        fallback.forget(left)?;
    }
    for reward in &mut crew.rewards {
        reward
            .forget(left)
            .map_err(|error| LapError::Reward { cause: error.to_string().into() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
