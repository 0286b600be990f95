//! Spans: what came of a turn for each workload, until the next turn or the end of the episode.
//!
//! A span's action is what was applied at the turn, its scores the means of the ticks in between, so
//! that nobody is paid by how seldom they are asked. If any of these ticks may not be learned from
//! (warm-up, a gap, a decision that could not be applied) or lacks the first score, the whole span
//! teaches nothing.

use scaling::{Action, Ending, Observations, Transition, WorkloadId};

use super::Scores;

/// The spans since the last turn, one a row that was there then.
#[derive(Debug, Clone)]
pub(crate) struct Spans {
    /// Positions of the rewards whose scores are kept, the one that must be there first.
    rewards: Vec<usize>,
    rows: Vec<Row>,
    /// `[rows, rewards]`
    sums: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Row {
    workload: WorkloadId,
    /// What was applied at the turn; none before its consequence is known.
    action: Option<Action>,
    ticks: u32,
    ending: Ending,
    spoilt: bool,
}

/// What came of a turn for one workload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span<'a> {
    /// Its row when the turn began.
    pub(crate) before_row: usize,
    /// The workload.
    pub(crate) workload: WorkloadId,
    /// What was applied.
    pub(crate) action: Action,
    /// Sums of the kept scores over the span's ticks; NaN where one is missing.
    sums: &'a [f64],
    ticks: u32,
    /// How the episode goes on.
    pub(crate) ending: Ending,
}

impl Span<'_> {
    /// Means of the kept scores.
    pub(crate) fn scores(&self) -> impl Iterator<Item = f64> {
        self.sums.iter().map(|sum| sum / f64::from(self.ticks))
    }
}

impl Spans {
    /// Spans of the rewards at these positions, the one that must be there first.
    pub(crate) fn new(rewards: Vec<usize>) -> Self {
        Self { rewards, rows: Vec::new(), sums: Vec::new() }
    }

    /// Begins anew at a turn.
    pub(crate) fn begin(&mut self, before: &Observations) {
        let row = |&workload| Row {
            workload,
            action: None,
            ticks: 0,
            ending: Ending::Running,
            spoilt: false,
        };
        self.rows.clear();
        self.rows.extend(before.workloads().iter().map(row));
        self.sums.clear();
        self.sums.resize(self.rows.len() * self.rewards.len(), 0.0);
    }

    /// Takes note of a tick.
    pub(crate) fn notice(&mut self, transitions: &[Transition], scores: &[Scores]) {
        let sums = self.sums.chunks_exact_mut(self.rewards.len());
        for ((position, row), sums) in self.rows.iter_mut().enumerate().zip(sums) {
            let of_row = |transition: &Transition| transition.workload == row.workload;
            // Rows seldom move, so the same position is looked at first.
            let at = match transitions.get(position) {
                Some(transition) if of_row(transition) => Some(position),
                _ => transitions.iter().position(of_row),
            };
            let score = |at: usize, reward: usize| scores[reward].rewards[at];
            match at.map(|at| (at, &transitions[at], score(at, self.rewards[0]))) {
                Some((at, transition, Some(_))) if transition.learnable => {
                    row.action.get_or_insert(transition.action);
                    row.ticks += 1;
                    row.ending = transition.ending;
                    for (sum, &reward) in sums.iter_mut().zip(&self.rewards) {
                        *sum += score(at, reward).unwrap_or(f64::NAN);
                    }
                }
                _ => row.spoilt = true,
            }
        }
    }

    /// What may be learned from.
    pub(crate) fn whole(&self) -> impl Iterator<Item = Span<'_>> {
        let sums = self.sums.chunks_exact(self.rewards.len());
        self.rows.iter().zip(sums).enumerate().filter_map(|(before_row, (row, sums))| {
            let action = row.action.filter(|_| !row.spoilt)?;
            let Row { workload, ticks, ending, .. } = *row;
            Some(Span { before_row, workload, action, sums, ticks, ending })
        })
    }
}
