//! Rule: a policy that acts in a cluster world, or whose wishes are put as the choices of its card.

use std::time::Duration;

use agent::{Arrangement, Change, joint_index};
use scaling::{Column, Observations, Policy, Recommendation, recommend_or_fall_back};

use super::{ClusterWorld, not_begun, restrict};
use crate::{World, WorldError};

impl ClusterWorld {
    /// Asks a policy about all rows of the observations; where it gives no answer, the row holds.
    pub fn ask(&self, policy: &mut dyn Policy) -> Result<Vec<Recommendation>, WorldError> {
        let practice = self.practice.as_ref().ok_or_else(not_begun)?;
        let observations = practice.observations();
        let mut recommendations = vec![Recommendation::hold(); observations.rows()];
        let all: Vec<Vec<usize>> = match policy.scope() {
            scaling::Scope::Workload => vec![(0..observations.rows()).collect()],
            scaling::Scope::Group => practice.groups().to_vec(),
        };
        for rows in &all {
            let batch = scaling::Batch { observations, rows, explore: false, explain: false };
            let answers = recommend_or_fall_back(policy, None, &batch).advice.answers;
            for (&row, answer) in rows.iter().zip(answers) {
                recommendations[row] = answer.unwrap_or_else(|_| Recommendation::hold());
            }
        }
        Ok(recommendations)
    }

    /// Lets a policy decide instead of choices: what it does is learned from all the same, unless it is
    /// none of the card's changes.
    pub fn step_by(&mut self, policy: &mut dyn Policy) -> Result<bool, WorldError> {
        self.recommendations = self.ask(policy)?;
        self.pass()
    }

    /// The choices `[rows, heads]` that come nearest to recommendations, one for each row of the
    /// observations.
    ///
    /// Of the changes that are allowed now and lead nowhere away from what is wished, it is the one that
    /// leaves the least of the wish: where replicas change by one, a wish for three more becomes one more,
    /// and what is left of it is wished again at the next turn. So all that a rule does is among what an
    /// agent can do, and can be learned from and evaluated.
    pub fn choices_towards(
        &self,
        recommendations: &[Recommendation],
        choices: &mut Vec<u16>,
    ) -> Result<(), WorldError> {
        let practice = self.practice.as_ref().ok_or_else(not_begun)?;
        let observations = practice.observations();
        let card = self.scene.card();
        let columns = self.scene.columns();
        let mut allowed = vec![false; card.changes.len()];
        let mut parts = Vec::with_capacity(card.workloads());
        choices.clear();
        for group in &self.members {
            parts.clear();
            for &row in group {
                let value = |place: usize| observations.column(columns[place])[row];
                self.view.allowed(value, &mut allowed);
                restrict(&mut allowed, &self.view, value, practice.range(row));
                let wish = recommendations.get(row).map(|wish| wished(wish, observations, row));
                parts.push(nearest(&card.changes, &allowed, wish.unwrap_or_default()));
            }
            match card.arrangement {
                Arrangement::Joint { .. } => {
                    choices.push(joint_index(&parts, card.changes.len()) as u16);
                }
                _ => choices.extend(parts.iter().map(|&part| part as u16)),
            }
        }
        debug_assert_eq!(choices.len(), self.members.len() * self.shape().heads.len());
        Ok(())
    }

    /// Time from one turn to the next.
    pub fn period(&self) -> Duration {
        let (period, tick) = self.scene.period();
        if period.is_zero() { tick } else { period }
    }

    /// How many workloads have an objective now, and how many of them miss it.
    pub fn objectives(&self) -> (u32, u32) {
        let Some(practice) = &self.practice else { return (0, 0) };
        let kept = practice.observations().column(Column::SloPreservationRatio);
        let with = kept.iter().filter(|kept| !kept.is_nan()).count();
        (with as u32, kept.iter().filter(|&&kept| kept < 1.0).count() as u32)
    }
}

/// What a recommendation would change of a row: replicas, millicores, bytes. Nothing where it leaves
/// alone, or where what there is was not observed.
fn wished(wish: &Recommendation, observations: &Observations, row: usize) -> [f64; 3] {
    let change = |target: Option<f64>, column| {
        let now = observations.get(row, column).map(f64::round);
        target.zip(now).map_or(0.0, |(target, now)| target - now)
    };
    [
        change(wish.replicas.map(f64::from), Column::ReplicasDesired),
        change(wish.cpu_millicores.map(f64::from), Column::CpuLimitMillicores),
        change(wish.memory_bytes.map(|bytes| bytes as f64), Column::MemoryLimitBytes),
    ]
}

/// The allowed change that leaves the least of a wish without going against it; the first of equals.
/// Replicas, CPU and memory count in the largest step that the card has of each.
fn nearest(changes: &[Change], allowed: &[bool], wish: [f64; 3]) -> usize {
    let steps = |change: &Change| {
        [f64::from(change.replicas), f64::from(change.cpu_millicores), change.memory_bytes as f64]
    };
    let largest = changes.iter().map(steps).fold([0.0_f64; 3], |largest, one| {
        std::array::from_fn(|part| largest[part].max(one[part].abs()))
    });
    let left = |change: &Change| -> Option<f64> {
        let parts = steps(change).into_iter().zip(wish).zip(largest);
        // What the card cannot change is the same for all.
        let parts = parts.filter(|(_, largest)| *largest > 0.0);
        parts
            .map(|((step, wish), largest)| {
                (step * wish >= 0.0).then(|| (wish - step).abs() / largest)
            })
            .sum()
    };
    let mut best: Option<(usize, f64)> = None;
    for (place, (change, &allowed)) in changes.iter().zip(allowed).enumerate() {
        let Some(left) = left(change).filter(|_| allowed) else { continue };
        if best.is_none_or(|(_, least)| left < least) {
            best = Some((place, left));
        }
    }
    // To change nothing is always allowed and goes against nothing; without it, whatever is allowed.
    let any = || allowed.iter().position(|&allowed| allowed).unwrap_or(0);
    best.map_or_else(any, |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_change_in_the_same_direction_is_taken() {
        let steps: Vec<Change> = [0, 1, -1, 2].map(Change::replicas).to_vec();
        let all = [true; 4];
        for (wish, allowed, wanted) in [
            (0.0, all, 0),
            (1.0, all, 1),
            (3.0, all, 3),
            (-5.0, all, 2),
            (3.0, [true, true, true, false], 1),
            (3.0, [true, false, true, false], 0),
            (-1.0, [true, true, false, true], 0),
        ] {
            assert_eq!(nearest(&steps, &allowed, [wish, 0.0, 0.0]), wanted, "{wish} {allowed:?}");
        }
    }

    #[test]
    fn replicas_and_limits_count_by_their_steps() {
        let change =
            |replicas, cpu_millicores| Change { replicas, cpu_millicores, memory_bytes: 0 };
        let steps = [change(0, 0), change(1, 0), change(0, 100), change(1, 100), change(-1, 100)];
        let all = [true; 5];
        for (wish, wanted) in [
            ([1.0, 100.0, 0.0], 3),
            ([1.0, 20.0, 0.0], 1),
            ([2.0, 300.0, 0.0], 3),
            ([-2.0, 100.0, 0.0], 4),
            // Nobody asked for fewer millicores.
            ([-2.0, -100.0, 0.0], 0),
            // The card cannot change memory.
            ([1.0, 0.0, 1e9], 1),
        ] {
            assert_eq!(nearest(&steps, &all, wish), wanted, "{wish:?}");
        }
    }
}
