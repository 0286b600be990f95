//! Score: one reward's opinion of one tick.

use scaling::{Reward, RewardError, Transition, Transitions};

use super::roster::Roster;

/// One reward's opinion of one tick.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scores {
    /// One a transition; none where the reward could not score its group.
    pub(crate) rewards: Vec<Option<f64>>,
    /// The first complaint, if any.
    pub(crate) complaint: Option<RewardError>,
}

/// Scores a tick, one group a call, groups in their order.
pub(crate) fn score(
    reward: &mut dyn Reward,
    transitions: &Transitions<'_>,
    roster: &Roster,
) -> Scores {
    let mut scores = Scores { rewards: vec![None; transitions.rows.len()], complaint: None };
    let group_of = |&position: &usize| roster.group_of(transitions.rows[position].before_row);
    let mut positions: Vec<usize> = (0..transitions.rows.len()).collect();
    // Stable, so that the rows of a group keep their order.
    positions.sort_by_key(group_of);
    for positions in positions.chunk_by(|one, other| group_of(one) == group_of(other)) {
        let rows: Vec<Transition> =
            positions.iter().map(|&position| transitions.rows[position]).collect();
        match reward.score(&Transitions { rows: &rows, ..*transitions }) {
            Ok(given) if given.len() == rows.len() => {
                for (&position, reward) in positions.iter().zip(given) {
                    scores.rewards[position] = Some(reward);
                }
            }
            Ok(given) => {
                let error = RewardError::WrongLength { expected: rows.len(), given: given.len() };
                scores.complaint.get_or_insert(error);
            }
            Err(error) => {
                scores.complaint.get_or_insert(error);
            }
        }
    }
    scores
}
