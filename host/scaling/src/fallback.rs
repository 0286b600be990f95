//! Fallback: who answers when a policy does not.

use crate::{Advice, Answer, Batch, Policy, Refusal};

/// The answers to a batch after the fallback policy stood in where it had to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What stands: the policy's own answers, or the fallback's, or refusals if both failed.
    pub advice: Advice,
    /// Positions in the batch that the policy itself did not answer, with its refusals.
    pub refusals: Vec<(usize, Refusal)>,
}

/// Asks `policy`, and asks `fallback` for the rows that it refused, in the same tick.
///
/// The rows of a joint agent stand or fall together, but that is for the policy to say: it refuses
/// all of them.
pub fn recommend_or_fall_back(
    policy: &mut dyn Policy,
    fallback: Option<&mut (dyn Policy + '_)>,
    batch: &Batch<'_>,
) -> Answered {
    let mut advice = policy.recommend(batch);
    let refusals: Vec<(usize, Refusal)> = advice
        .answers
        .iter()
        .enumerate()
        .filter_map(|(position, answer)| Some((position, answer.as_ref().err()?.clone())))
        .collect();
    if let Some(fallback) = fallback.filter(|_| !refusals.is_empty()) {
        let rows: Vec<usize> = refusals.iter().map(|(position, _)| batch.rows[*position]).collect();
        let stand_in = fallback.recommend(&Batch { rows: &rows, explore: false, ..*batch });
        for ((position, _), answer) in refusals.iter().zip(stand_in.answers) {
            let place: &mut Answer = &mut advice.answers[*position];
            *place = answer.or_else(|_| place.clone());
        }
    }
    Answered { advice, refusals }
}
