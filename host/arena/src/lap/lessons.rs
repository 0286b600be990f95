//! Lessons: what a policy learns from in one lap.
//!
//! An experience spans the policy's own period: from one of its turns to the next, or to the end of
//! the lap. Its action is what was applied at the turn, its reward the mean of the rewards of the
//! ticks in between, so that a policy is not paid by how seldom it is asked. If any of these ticks
//! may not be learned from (warm-up, a gap, a decision that could not be applied) or has no reward,
//! the whole experience is dropped.

use scaling::{
    Action, Column, Ending, Experiences, Observations, Policy, PolicyError, Transition, WorkloadId,
};

/// What a policy learns from in one lap.
pub(super) struct Lessons {
    reward: usize,
    columns: Vec<Column>,
    /// The observations of the last turn, with one span a row.
    before: Option<Observations>,
    spans: Vec<Span>,
    steps: u64,
}

/// The time since the last turn for one workload.
#[derive(Debug, Clone)]
struct Span {
    workload: WorkloadId,
    /// What was applied at the turn; none before its consequence is known.
    action: Option<Action>,
    reward_sum: f64,
    ticks: u32,
    ending: Ending,
    spoilt: bool,
}

impl Lessons {
    /// `reward` is the position of the one that is learned from.
    pub(super) fn new(reward: usize, columns: &[Column]) -> Self {
        Self { reward, columns: columns.to_vec(), before: None, spans: Vec::new(), steps: 0 }
    }

    pub(super) fn reward(&self) -> usize {
        self.reward
    }

    /// Experiences taught so far.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Begins anew at a turn.
    pub(super) fn begin(&mut self, before: &Observations) {
        let span = |&workload| Span {
            workload,
            action: None,
            reward_sum: 0.0,
            ticks: 0,
            ending: Ending::Running,
            spoilt: false,
        };
        self.spans = before.workloads().iter().map(span).collect();
        self.before = Some(before.clone());
    }

    /// Takes note of a tick. `rewards` has one entry for each transition.
    pub(super) fn notice(&mut self, transitions: &[Transition], rewards: &[Option<f64>]) {
        for (row, span) in self.spans.iter_mut().enumerate() {
            let of_span = |transition: &Transition| transition.workload == span.workload;
            // Rows seldom move, so the same position is looked at first.
            let at = match transitions.get(row) {
                Some(transition) if of_span(transition) => Some(row),
                _ => transitions.iter().position(of_span),
            };
            match at.map(|at| (&transitions[at], rewards[at])) {
                Some((transition, Some(reward))) if transition.learnable => {
                    span.action.get_or_insert(transition.action);
                    span.reward_sum += reward;
                    span.ticks += 1;
                    span.ending = transition.ending;
                }
                _ => span.spoilt = true,
            }
        }
    }

    /// Teaches what came of the last turn, if there was one.
    pub(super) fn teach(
        &mut self,
        policy: &mut dyn Policy,
        after: &Observations,
    ) -> Result<(), PolicyError> {
        let Some(before) = self.before.take() else { return Ok(()) };
        let mut experiences = Experiences::new(&self.columns);
        for (row, span) in self.spans.drain(..).enumerate() {
            let (Some(action), false) = (span.action, span.spoilt) else { continue };
            let Some(after_row) = after.row_of(span.workload) else { continue };
            let reward = span.reward_sum / f64::from(span.ticks);
            experiences.push((&before, row), (after, after_row), action, reward, span.ending);
        }
        if experiences.rows() == 0 {
            return Ok(());
        }
        self.steps += experiences.rows() as u64;
        policy.learn(&experiences)
    }
}
