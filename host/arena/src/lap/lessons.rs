//! Lessons: what a policy learns from in one lap. An experience spans the policy's own period: from
//! one of its turns to the next, or to the end of the lap.

use scaling::{Column, Experiences, Observations, Policy, PolicyError};

use crate::episode::{Spans, Tick};

/// What a policy learns from in one lap.
pub(super) struct Lessons {
    columns: Vec<Column>,
    /// The observations of the last turn.
    before: Option<Observations>,
    spans: Spans,
    steps: u64,
}

impl Lessons {
    /// `reward` is the position of the one that is learned from.
    pub(super) fn new(reward: usize, columns: &[Column]) -> Self {
        let spans = Spans::new(vec![reward]);
        Self { columns: columns.to_vec(), before: None, spans, steps: 0 }
    }

    /// Experiences taught so far.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Begins anew at a turn.
    pub(super) fn begin(&mut self, before: &Observations) {
        self.spans.begin(before);
        self.before = Some(before.clone());
    }

    /// Takes note of a tick.
    pub(super) fn notice(&mut self, tick: &Tick) {
        self.spans.notice(&tick.rows, &tick.scores);
    }

    /// Teaches what came of the last turn, if there was one.
    pub(super) fn teach(
        &mut self,
        policy: &mut dyn Policy,
        after: &Observations,
    ) -> Result<(), PolicyError> {
        let Some(before) = self.before.take() else { return Ok(()) };
        let mut experiences = Experiences::new(&self.columns);
        for span in self.spans.whole() {
            let Some(after_row) = after.row_of(span.workload) else { continue };
            let reward = span.scores().next().expect("one reward is kept");
            let (before, after) = ((&before, span.before_row), (after, after_row));
            experiences.push(before, after, span.action, reward, span.ending);
        }
        if experiences.rows() == 0 {
            return Ok(());
        }
        self.steps += experiences.rows() as u64;
        policy.learn(&experiences)
    }
}
