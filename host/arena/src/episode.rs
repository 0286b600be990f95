//! Episode: a cluster under guard rails, scored tick by tick. Who recommends stands outside: a policy
//! in a lap, a learner or a Python program in a practice.

mod roster;
mod score;
mod spans;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use roster::Roster;
use scaling::{
    Applied, Cluster, ClusterError, DetailSet, Ending, Guard, Observations, Pending, Quota, Rails,
    Recommendation, Reward, TenantId, Totals, Transition, Transitions, Workload, WorkloadId, close,
    decide,
};
pub(crate) use score::Scores;
use score::score;
pub(crate) use spans::Spans;
use thiserror::Error;

/// What every episode of an experiment has in common.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Base step of the loop, > 0.
    pub tick: Duration,
    /// How long a workload warms up: not measured, never learned from.
    pub warm_up: Duration,
    /// Guard rails.
    pub rails: &'a Rails,
    /// Quotas of tenants.
    pub quotas: &'a BTreeMap<TenantId, Quota>,
}

/// An episode that cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EpisodeError {
    /// The cluster failed.
    #[error("{0}")]
    Cluster(#[from] ClusterError),
    /// A reward could not forget.
    #[error("a reward could not forget workloads that left: {cause}")]
    Reward {
        /// Why.
        cause: Arc<str>,
    },
}

/// A cluster on its way.
pub(crate) struct Episode {
    cluster: Box<dyn Cluster>,
    rewards: Vec<Box<dyn Reward>>,
    guard: Guard,
    roster: Roster,
    tick_length: Duration,
    tick: u64,
}

/// What happened in one tick.
pub(crate) struct Tick {
    /// What was seen before, and what was decided then.
    pub(crate) pending: Pending,
    /// What was made of it.
    pub(crate) applied: Vec<Applied>,
    /// What came of it, with the rows of `pending` and `after`.
    pub(crate) rows: Vec<Transition>,
    /// What each reward says of it.
    pub(crate) scores: Vec<Scores>,
    /// What is seen now.
    pub(crate) after: Observations,
    /// Whether the episode goes on.
    pub(crate) goes_on: bool,
}

impl Tick {
    pub(crate) fn transitions(&self) -> Transitions<'_> {
        Transitions { before: &self.pending.observations, after: &self.after, rows: &self.rows }
    }
}

impl Episode {
    pub(crate) fn new(
        cluster: Box<dyn Cluster>,
        rewards: Vec<Box<dyn Reward>>,
        rules: &Rules<'_>,
    ) -> Self {
        let guard = Guard::new(rules.rails.clone(), rules.quotas.clone(), rules.warm_up);
        let roster = Roster::default();
        Self { cluster, rewards, guard, roster, tick_length: rules.tick, tick: 0 }
    }

    /// Ticks so far.
    pub(crate) fn tick(&self) -> u64 {
        self.tick
    }

    pub(crate) fn workloads(&self) -> &[Workload] {
        self.cluster.workloads()
    }

    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The fewest and the most replicas that guard rails would let a row have now.
    pub(crate) fn range(&self, observations: &Observations, row: usize) -> (u32, u32) {
        self.guard.range(observations, row, &self.cluster.workloads()[row])
    }

    pub(crate) fn totals(&mut self) -> Vec<Totals> {
        self.cluster.totals()
    }

    pub(crate) fn remarks(&self) -> Vec<String> {
        self.cluster.remarks()
    }

    pub(crate) fn observe(&mut self, details: DetailSet) -> Result<Observations, EpisodeError> {
        Ok(self.cluster.observe(details)?)
    }

    /// Takes note of who is there. Gives who has left, whom guard and rewards have forgotten.
    pub(crate) fn follow(&mut self) -> Result<Vec<WorkloadId>, EpisodeError> {
        let left = self.roster.follow(self.cluster.workloads());
        if !left.is_empty() {
            self.guard.forget(&left);
            for reward in &mut self.rewards {
                reward
                    .forget(&left)
                    .map_err(|error| EpisodeError::Reward { cause: error.to_string().into() })?;
            }
        }
        Ok(left)
    }

    /// What is longer is a gap. In real time a tick is some milliseconds more or less than its length, and
    /// one that was missed is as long as two.
    fn longest_gap(&self) -> Duration {
        self.tick_length + self.tick_length / 2
    }

    /// Decides, scales, lets time go on, and closes and scores the tick. `details` says what is to be
    /// seen at a tick.
    pub(crate) fn act(
        &mut self,
        before: Observations,
        standing: &[Recommendation],
        details: impl FnOnce(u64) -> DetailSet,
    ) -> Result<Tick, EpisodeError> {
        let decisions = decide(&before, standing, self.cluster.workloads(), &mut self.guard);
        let applied = self.cluster.scale(&decisions);
        let goes_on = self.cluster.advance()?;
        self.tick += 1;
        let after = self.observe(details(self.tick))?;
        let ending = if goes_on { Ending::Running } else { Ending::Truncated };
        let pending = Pending { observations: before, decisions };
        let rows = close(&pending, &applied, &after, ending, self.longest_gap());
        let transitions = Transitions { before: &pending.observations, after: &after, rows: &rows };
        let rewards = self.rewards.iter_mut();
        let scores =
            rewards.map(|reward| score(reward.as_mut(), &transitions, &self.roster)).collect();
        Ok(Tick { pending, applied, rows, scores, after, goes_on })
    }
}
