//! Practice: an episode that is decided from outside, turn by turn: by a learner, or by a program in
//! another language. It runs the same loop as a race.

use std::time::Duration;

use scaling::{
    Action, Cluster, Column, DetailSet, Ending, Observations, Recommendation, Reward, RewardError,
    Totals, Workload, WorkloadId,
};
use thiserror::Error;

use crate::episode::{Episode, EpisodeError, Rules, Spans};
use crate::ledger::Ledger;
use crate::results::Measures;

/// An episode between two turns of whoever decides.
pub struct Practice {
    episode: Episode,
    period_ticks: u64,
    /// What is observed beyond columns.
    details: DetailSet,
    /// What is seen at this turn.
    observations: Observations,
    /// What stands for each row.
    standing: Vec<Recommendation>,
    spans: Spans,
    consequences: Vec<Consequence>,
    ledger: Ledger,
    complaint: Option<(usize, RewardError)>,
    slo_preservation: Mean,
    over: bool,
}

/// What came of a turn for one workload, for somebody to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequence {
    /// The workload.
    pub workload: WorkloadId,
    /// Its row at the turn.
    pub before_row: usize,
    /// Its row at the next turn.
    pub after_row: usize,
    /// What was applied.
    pub action: Action,
    /// The mean of each reward over the ticks in between; NaN where one could not score.
    pub scores: Vec<f64>,
    /// How the episode goes on.
    pub ending: Ending,
}

/// A practice that makes no sense or cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PracticeError {
    /// Its cluster or a reward failed.
    #[error(transparent)]
    Episode(#[from] EpisodeError),
    /// A period that no number of ticks makes up.
    #[error("the period of {period:?} is no multiple of the tick of {tick:?}: change one of them")]
    Period {
        /// Whoever decides asks for this.
        period: Duration,
        /// The race's.
        tick: Duration,
    },
    /// There is no reward to learn from.
    #[error("there is no reward to learn from: name at least one")]
    NoReward,
    /// It is over.
    #[error("the episode is over: begin another one")]
    Over,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Practice {
    /// Begins an episode: the first turn can be seen afterwards. The first reward is the one that is
    /// learned from. A period of zero is that of the ticks. `details` are observed beside the columns.
    pub fn begin(
        cluster: Box<dyn Cluster>,
        rewards: Vec<Box<dyn Reward>>,
        rules: &Rules<'_>,
        period: Duration,
        details: DetailSet,
    ) -> Result<Self, PracticeError> {
        let tick = rules.tick;
        let period = if period.is_zero() { tick } else { period };
        if rewards.is_empty() {
            return Err(PracticeError::NoReward);
        }
        if !period.as_nanos().is_multiple_of(tick.as_nanos()) {
            return Err(PracticeError::Period { period, tick });
        }
        let scores = rewards.len();
        let mut episode = Episode::new(cluster, rewards, rules);
        let observations = episode.observe(details)?;
        let mut practice = Self {
            episode,
            period_ticks: (period.as_nanos() / tick.as_nanos()) as u64,
            details,
            observations,
            standing: Vec::new(),
            spans: Spans::new((0..scores).collect()),
            consequences: Vec::new(),
            ledger: Ledger::new(scores),
            complaint: None,
            slo_preservation: Mean::default(),
            over: false,
        };
        practice.follow()?;
        Ok(practice)
    }

    /// What is seen at this turn.
    pub fn observations(&self) -> &Observations {
        &self.observations
    }

    /// The workloads at this turn, one a row.
    pub fn workloads(&self) -> &[Workload] {
        self.episode.workloads()
    }

    /// Rows of each group, groups in the order of their ids.
    pub fn groups(&self) -> &[Vec<usize>] {
        self.episode.roster().groups()
    }

    /// The fewest and the most replicas that guard rails would let a row's workload have now, quotas and
    /// stabilisation left out.
    pub fn range(&self, row: usize) -> (u32, u32) {
        self.episode.range(&self.observations, row)
    }

    /// Whether the episode is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What came of the last turn, one for each workload that may be learned from, in the order of
    /// its rows.
    pub fn consequences(&self) -> &[Consequence] {
        &self.consequences
    }

    /// The first time that a reward could not score after the warm-up: its position and why.
    pub fn complaint(&self) -> Option<&(usize, RewardError)> {
        self.complaint.as_ref()
    }

    /// Lets a period pass under these recommendations, one a row; false when the episode is over.
    /// Rows without one hold.
    pub fn step(&mut self, recommendations: &[Recommendation]) -> Result<bool, PracticeError> {
        if self.over {
            return Err(PracticeError::Over);
        }
        self.standing.clear();
        self.standing.extend_from_slice(recommendations);
        self.standing.resize(self.observations.rows(), Recommendation::hold());
        self.spans.begin(&self.observations);
        loop {
            self.tick()?;
            if self.over || self.episode.tick().is_multiple_of(self.period_ticks) {
                break;
            }
        }
        self.consequences.clear();
        for span in self.spans.whole() {
            let Some(after_row) = self.observations.row_of(span.workload) else { continue };
            self.consequences.push(Consequence {
                workload: span.workload,
                before_row: span.before_row,
                after_row,
                action: span.action,
                scores: span.scores().collect(),
                ending: span.ending,
            });
        }
        Ok(!self.over)
    }

    /// What each workload has cost and given so far, the warm-up left out.
    pub fn totals(&mut self) -> Vec<Totals> {
        self.episode.totals()
    }

    /// What the episode has cost and given so far, all workloads together, the warm-up left out.
    pub fn measures(&mut self) -> Measures {
        self.ledger.measures(&self.episode.totals()).0
    }

    /// Mean of `slo_preservation_ratio` over ticks and workloads after the warm-up, if there was any.
    pub fn slo_preservation(&self) -> Option<f64> {
        let Mean { sum, count } = self.slo_preservation;
        (count > 0).then(|| sum / count as f64)
    }

    fn tick(&mut self) -> Result<(), PracticeError> {
        let nobody = Observations::missing(self.observations.now, 0, Vec::new());
        let before = std::mem::replace(&mut self.observations, nobody);
        let details = self.details;
        let tick = self.episode.act(before, &self.standing, |_| details)?;
        let decisions = &tick.pending.decisions;
        self.ledger.record(decisions, &tick.applied, None);
        self.ledger.close(&tick.transitions(), decisions, &tick.scores);
        self.spans.notice(&tick.rows, &tick.scores);
        if decisions.iter().any(|decision| !decision.warming_up) {
            self.note(&tick);
        }
        self.over = !tick.goes_on;
        let ids_before = tick.pending.observations.workloads();
        if tick.after.workloads() != ids_before {
            self.standing = moved(ids_before, &self.standing, tick.after.workloads());
        }
        self.observations = tick.after;
        self.follow()
    }

    fn note(&mut self, tick: &crate::episode::Tick) {
        for (position, scores) in tick.scores.iter().enumerate() {
            if let (Some(complaint), None) = (&scores.complaint, &self.complaint) {
                self.complaint = Some((position, complaint.clone()));
            }
        }
        for row in &tick.rows {
            if let Some(kept) = tick.after.get(row.after_row, Column::SloPreservationRatio) {
                self.slo_preservation.sum += kept;
                self.slo_preservation.count += 1;
            }
        }
    }

    fn follow(&mut self) -> Result<(), PracticeError> {
        self.episode.follow()?;
        self.ledger.open(self.episode.workloads(), &self.observations);
        Ok(())
    }
}

/// Recommendations in the order of other rows: who has joined holds.
fn moved(
    before: &[WorkloadId],
    standing: &[Recommendation],
    after: &[WorkloadId],
) -> Vec<Recommendation> {
    let of = |id| before.iter().position(|other| other == id).map(|row| standing[row]);
    after.iter().map(|id| of(id).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests;
