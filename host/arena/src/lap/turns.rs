//! Turns: when a policy is asked, with what it sees then, and what stands in between.

use std::time::Duration;

use scaling::{
    Batch, Bucket, Detail, DetailSet, Needs, Observations, Policy, Recommendation, Refusal, Scope,
    WorkloadId, recommend_or_fall_back,
};

use super::LapError;
use crate::episode::Roster;

/// A policy's turns in one lap.
pub(super) struct Turns {
    period: Duration,
    period_ticks: u64,
    /// What the policy and its fallback read when it is their turn.
    details: DetailSet,
    /// Buckets of the ticks since the last turn, in the order of time.
    buckets: Vec<(WorkloadId, Bucket)>,
    /// The workloads that `standing` belongs to.
    ids: Vec<WorkloadId>,
    standing: Vec<Recommendation>,
    answered: Vec<Row>,
}

/// How one row was answered at the last turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    /// Why the policy's own answer was refused, if it was.
    pub(crate) refusal: Option<Refusal>,
    /// The fallback answered instead.
    pub(crate) fell_back: bool,
}

impl Turns {
    pub(super) fn new(
        tick: Duration,
        period: Option<Duration>,
        needs: &Needs,
        fallback: Option<&dyn Policy>,
    ) -> Result<Self, LapError> {
        let asked = period.unwrap_or(needs.period);
        let period = if asked.is_zero() { tick } else { asked };
        if period.as_nanos() % tick.as_nanos() != 0 {
            return Err(LapError::Period { period, tick });
        }
        let fallback = fallback.map_or(DetailSet::NONE, |fallback| fallback.needs().details);
        Ok(Self {
            period,
            period_ticks: (period.as_nanos() / tick.as_nanos()) as u64,
            details: needs.details.union(fallback),
            buckets: Vec::new(),
            ids: Vec::new(),
            standing: Vec::new(),
            answered: Vec::new(),
        })
    }

    pub(super) fn period(&self) -> Duration {
        self.period
    }

    pub(super) fn due(&self, tick: u64) -> bool {
        tick.is_multiple_of(self.period_ticks)
    }

    /// What is to be observed at a tick. Buckets cover the time since the last observation, so they
    /// are gathered at every tick; everything else is read only when it is somebody's turn.
    pub(super) fn details(&self, tick: u64) -> DetailSet {
        if self.due(tick) {
            self.details
        } else if self.details.contains(Detail::Buckets) {
            DetailSet::NONE.with(Detail::Buckets)
        } else {
            DetailSet::NONE
        }
    }

    /// Keeps what stands with its workload; one that has joined holds until the next turn.
    pub(super) fn follow(&mut self, roster: &Roster) {
        if self.ids == roster.ids() {
            return;
        }
        let mut old = std::mem::take(&mut self.standing);
        self.standing = roster
            .ids()
            .iter()
            .map(|id| {
                let position = self.ids.iter().position(|other| other == id);
                position.map_or_else(Recommendation::hold, |at| std::mem::take(&mut old[at]))
            })
            .collect();
        self.ids = roster.ids().to_vec();
    }

    /// Takes a tick's buckets; at a turn the observations get back all since the last one.
    pub(super) fn gather(&mut self, observations: &mut Observations, due: bool) {
        let fresh = std::mem::take(&mut observations.details.buckets);
        let ids = observations.workloads();
        self.buckets.extend(fresh.into_iter().map(|bucket| (ids[bucket.row as usize], bucket)));
        if !due {
            return;
        }
        let gathered = self.buckets.drain(..).filter_map(|(workload, bucket)| {
            let row = observations.row_of(workload)? as u32;
            Some(Bucket { row, ..bucket })
        });
        let mut gathered: Vec<Bucket> = gathered.collect();
        // Stable, so that each row keeps the order of time.
        gathered.sort_by_key(|bucket| bucket.row);
        observations.details.buckets = gathered;
    }

    /// Asks the policy about every row, one group a batch if it is a joint agent.
    pub(super) fn take(
        &mut self,
        policy: &mut dyn Policy,
        mut fallback: Option<&mut (dyn Policy + 'static)>,
        observations: &Observations,
        roster: &Roster,
        explore: bool,
    ) {
        self.answered = vec![Row::default(); observations.rows()];
        let everyone: Vec<usize>;
        let batches: Vec<&[usize]> = match policy.scope() {
            Scope::Group => roster.groups().iter().map(Vec::as_slice).collect(),
            Scope::Workload => {
                everyone = (0..observations.rows()).collect();
                vec![&everyone]
            }
        };
        for rows in batches.into_iter().filter(|rows| !rows.is_empty()) {
            let batch = Batch { observations, rows, explore, explain: false };
            let fallback = fallback.as_mut().map(|fallback| &mut **fallback as &mut dyn Policy);
            let answered = recommend_or_fall_back(policy, fallback, &batch);
            for (position, refusal) in answered.refusals {
                let fell_back = answered.advice.answers[position].is_ok();
                self.answered[rows[position]] = Row { refusal: Some(refusal), fell_back };
            }
            for (&row, answer) in rows.iter().zip(answered.advice.answers) {
                self.standing[row] = answer.unwrap_or_else(|_| Recommendation::hold());
            }
        }
    }

    /// What stands, one a row.
    pub(super) fn standing(&self) -> &[Recommendation] {
        &self.standing
    }

    /// How each row was answered at the last turn.
    pub(super) fn answered(&self) -> &[Row] {
        &self.answered
    }
}
