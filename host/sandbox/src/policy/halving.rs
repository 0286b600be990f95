//! Halving: a batch that traps is asked again in halves, until the bad rows stand alone.

use std::ops::Range;

use scaling::{Advice, Batch, Explanation, Refusal, Scope};

use super::ComponentPolicy;
use super::answers::judged;
use crate::batch;
use crate::guest::{Budget, Trapped};
use crate::text::quoted;

impl ComponentPolicy {
    /// Asks for all rows of a batch. What a trap leaves unanswered is asked again in halves, within
    /// one deadline and so much fuel that one bad row is always found; then what is left is refused.
    pub(super) fn ask_in_halves(&mut self, batch: &Batch<'_>) -> Advice {
        let rows = batch.rows.len();
        if rows == 0 {
            return Advice { answers: Vec::new(), explanations: Vec::new() };
        }
        let mut budget = self.own_budget(rows);
        // The whole batch once more than it can be halved: a bad row spoils one part of each size.
        let levels = u64::from(rows.next_power_of_two().ilog2()) + 2;
        budget.fuel = budget.fuel.saturating_mul(levels);
        match self.ask(batch, 0..rows, &mut budget) {
            Ok(advice) => advice,
            Err(Unanswered::Trapped(_)) if self.divisible(&(0..rows), &budget) => {
                self.ask_parts(batch, &mut budget)
            }
            Err(unanswered) => {
                let refusal = unanswered.into_refusal();
                Advice { answers: vec![Err(refusal); rows], explanations: Vec::new() }
            }
        }
    }

    /// Asks for the halves of a batch, and for theirs, depth first and left to right, so that answers
    /// come in the order of rows.
    fn ask_parts(&mut self, batch: &Batch<'_>, budget: &mut Budget) -> Advice {
        let rows = batch.rows.len();
        // Starting anew costs fuel too, of which there is enough for one dear start or many cheap ones.
        let restart_limit = self.instance.restart_fuel.saturating_add(self.setup_fuel());
        let mut advice = Advice { answers: Vec::with_capacity(rows), explanations: Vec::new() };
        let mut parts: Vec<Range<usize>> = vec![rows / 2..rows, 0..rows / 2];
        while let Some(part) = parts.pop() {
            if budget.fuel == 0 || self.instance.restart_fuel > restart_limit {
                let refusal = Refusal::Failed { cause: "no fuel was left to ask again".into() };
                advice.answers.extend(part.map(|_| Err(refusal.clone())));
                continue;
            }
            match self.ask(batch, part.clone(), budget) {
                Ok(answer) => {
                    let offset = part.start as u32;
                    let moved = |said: Explanation| Explanation { row: said.row + offset, ..said };
                    advice.answers.extend(answer.answers);
                    advice.explanations.extend(answer.explanations.into_iter().map(moved));
                }
                Err(Unanswered::Trapped(_)) if self.divisible(&part, budget) => {
                    let middle = part.start + part.len() / 2;
                    parts.push(middle..part.end);
                    parts.push(part.start..middle);
                }
                Err(unanswered) => {
                    let refusal = unanswered.into_refusal();
                    advice.answers.extend(part.map(|_| Err(refusal.clone())));
                }
            }
        }
        advice
    }

    /// A joint agent stands or falls as a whole, and without fuel or time asking again is in vain.
    fn divisible(&self, part: &Range<usize>, budget: &Budget) -> bool {
        part.len() > 1
            && self.component.description().scope == Scope::Workload
            && self.component.0.shared.sandbox.epochs_until(budget.deadline_epoch) > 0
    }

    pub(super) fn ask(
        &mut self,
        batch: &Batch<'_>,
        part: Range<usize>,
        budget: &mut Budget,
    ) -> Result<Advice, Unanswered> {
        let part = Batch { rows: &batch.rows[part], ..*batch };
        let fuel = self.component.limits().fuel(part.rows.len()).min(budget.fuel);
        batch::lower(&part, &self.needs, &mut self.lowered);
        let lowered = &self.lowered;
        let answer = self.instance.call_within(Budget { fuel, ..*budget }, |world, store| {
            world.call_decide(store, lowered)
        });
        let used = answer.as_ref().map_or_else(|trapped| trapped.fuel, |(_, fuel)| *fuel);
        budget.fuel = budget.fuel.saturating_sub(used);
        let (said, _) = answer.map_err(Unanswered::Trapped)?;
        let said = said.map_err(Unanswered::Declined)?;
        judged(said, part.rows.len(), self.component.description().reasons.len())
            .map_err(Unanswered::Refused)
    }
}

/// Why a part of a batch has no answers.
pub(super) enum Unanswered {
    Trapped(Trapped),
    Declined(String),
    Refused(Refusal),
}

impl Unanswered {
    pub(super) fn into_refusal(self) -> Refusal {
        match self {
            Unanswered::Trapped(trapped) => Refusal::Failed { cause: trapped.cause() },
            Unanswered::Declined(message) => Refusal::Declined { message: quoted(&message) },
            Unanswered::Refused(refusal) => refusal,
        }
    }
}
