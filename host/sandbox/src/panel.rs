//! Panel: who is asked in a tick: the live policy first, then the fallback where it must stand in,
//! then the shadows on what is left.

use scaling::{Advice, Answered, Batch, recommend_or_fall_back};

use crate::policy::{ComponentPolicy, Dropped, Turn};

/// The policies that look at one set of workloads: one acts, the others only recommend.
#[derive(Debug)]
pub struct Panel {
    /// The policy that acts.
    pub live: ComponentPolicy,
    /// Answers in its place where it does not.
    pub fallback: Option<ComponentPolicy>,
    /// Those that only recommend.
    pub shadows: Vec<ComponentPolicy>,
}

impl Panel {
    /// Asks the live policy, and the fallback in the same tick for rows without an answer. Nothing
    /// else runs before this is done.
    pub fn ask_live(&mut self, batch: &Batch<'_>, turn: &mut Turn) -> Answered {
        let before = self.live.usage().fuel;
        let fallback = self.fallback.as_mut().map(|fallback| fallback as &mut dyn scaling::Policy);
        let answered = recommend_or_fall_back(&mut self.live, fallback, batch);
        turn.charge(self.live.usage().fuel - before);
        let stood_in = answered
            .refusals
            .iter()
            .filter(|(position, _)| answered.advice.answers[*position].is_ok())
            .count();
        if stood_in > 0 {
            self.live.note_fallback(stood_in as u64);
        }
        answered
    }

    /// Asks the shadows, each within what is left of the tick: one answer or reason a shadow, in
    /// their order. Another one is asked first at each tick, so that it is not always the same who
    /// finds nothing left.
    pub fn ask_shadows(
        &mut self,
        batch: &Batch<'_>,
        turn: &mut Turn,
    ) -> Vec<Result<Advice, Dropped>> {
        let count = self.shadows.len();
        let mut answers: Vec<Result<Advice, Dropped>> = vec![Err(Dropped::NoTime); count];
        if count == 0 {
            return answers;
        }
        let first = (batch.observations.tick % count as u64) as usize;
        for place in (first..count).chain(0..first) {
            answers[place] = self.shadows[place].recommend_as_shadow(batch, turn);
        }
        answers
    }
}
