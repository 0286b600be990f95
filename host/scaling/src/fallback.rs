//! Fallback: who answers when a policy does not.

use crate::{Advice, Batch, Explanation, Policy, Refusal};

/// The answers to a batch after the fallback policy stood in where it had to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What stands: the policy's own answers, or the fallback's, or refusals if both failed. The
    /// reason of an answer is the fallback's where `refusals` has its position.
    pub advice: Advice,
    /// Positions in the batch that the policy itself did not answer, with its refusals.
    pub refusals: Vec<(usize, Refusal)>,
}

/// Asks `policy`, and asks `fallback` for the rows that it refused, in the same tick. Explanations
/// come from both, as positions in the whole batch.
///
/// The rows of a joint agent stand or fall together, but that is for the policy to say: it refuses
/// all of them.
pub fn recommend_or_fall_back(
    policy: &mut dyn Policy,
    fallback: Option<&mut (dyn Policy + '_)>,
    batch: &Batch<'_>,
) -> Answered {
    let mut advice = ask(policy, batch);
    let refusals: Vec<(usize, Refusal)> = advice
        .answers
        .iter()
        .enumerate()
        .filter_map(|(position, answer)| Some((position, answer.as_ref().err()?.clone())))
        .collect();
    if let Some(fallback) = fallback.filter(|_| !refusals.is_empty()) {
        let rows: Vec<usize> = refusals.iter().map(|(position, _)| batch.rows[*position]).collect();
        let stand_in = ask(fallback, &Batch { rows: &rows, explore: false, ..*batch });
        for ((position, _), answer) in refusals.iter().zip(stand_in.answers) {
            if answer.is_ok() {
                advice.answers[*position] = answer;
            }
        }
        for explanation in stand_in.explanations {
            if let Some((position, _)) = refusals.get(explanation.row as usize) {
                advice.explanations.push(Explanation { row: *position as u32, ..explanation });
            }
        }
    }
    Answered { advice, refusals }
}

/// Asks a policy. Answers that do not match the batch cannot be assigned to rows, so all are refused.
fn ask(policy: &mut dyn Policy, batch: &Batch<'_>) -> Advice {
    let mut advice = policy.recommend(batch);
    let (expected, given) = (batch.rows.len(), advice.answers.len());
    if given != expected {
        advice.answers = vec![Err(Refusal::WrongLength { expected, given }); expected];
    }
    advice
}

#[cfg(test)]
mod tests;
