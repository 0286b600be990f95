//! Off-policy evaluation: what a policy would have been worth, from what another one did.
//!
//! The value of a policy π is estimated from episodes under a behaviour μ whose probabilities are known,
//! with a model Q̂, V̂ of π to lean on. With ρ_t = π(a_t | s_t) ÷ μ(a_t | s_t) and ρ_{0:t} their product:
//!
//! - doubly robust: V_DR(t) = V̂(s_t) + ρ_t (r_t + γ V_DR(t + 1) − Q̂(s_t, a_t)) (Jiang and Li 2016, equation
//!   10), which is V̂(s_0) + Σ_t γᵗ ρ_{0:t} (r_t + γ V̂(s_{t+1}) − Q̂(s_t, a_t)). Its mean is right if either
//!   the probabilities are, or the model is;
//! - weighted doubly robust: the same with w_t = ρ_{0:t} ÷ Σ ρ_{0:t} over all episodes in place of ρ_{0:t} ÷ n
//!   (Thomas and Brunskill 2016, equation 10): a little bias for far less variance;
//! - per decision: Σ_t γᵗ ρ_{0:t} r_t (Precup, Sutton and Singh 2000), no model;
//! - the model alone: V̂(s_0), no correction.
//!
//! An episode that was cut short goes on with V̂ of where it was cut. After its end an episode keeps its
//! last ρ: it is padded with steps in which nothing happens, as Thomas and Brunskill do.

mod interval;
#[cfg(test)]
mod tests;

pub use interval::{Comparison, Confidence, Estimate, Interval};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Chance;

/// One step of an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OffPolicyStep {
    /// What came of it.
    pub reward: f64,
    /// Probability in `(0, 1]` of what was done, under who acted.
    pub behaviour: f64,
    /// Probability in `[0, 1]` of what was done, under the policy that is evaluated.
    pub target: f64,
    /// Q̂(s_t, a_t) of the policy that is evaluated.
    pub action_value: f64,
    /// V̂(s_t) of the policy that is evaluated.
    pub state_value: f64,
}

/// Steps that followed on each other.
#[derive(Debug, Clone, PartialEq)]
pub struct OffPolicyEpisode {
    /// Episodes of the same block happened together, so that intervals take all of them or none.
    pub block: u64,
    /// At least one.
    pub steps: Vec<OffPolicyStep>,
    /// V̂ of where it was cut; 0 after a true ending.
    pub value_after: f64,
}

/// How a value is estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Thomas and Brunskill's.
    #[default]
    WeightedDoublyRobust,
    /// Jiang and Li's.
    DoublyRobust,
    /// Importance sampling by decision.
    PerDecision,
    /// V̂ as it is.
    Model,
}

/// Episodes from which nothing can be estimated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OffPolicyError {
    /// Nobody knows how likely what was done was.
    #[error(
        "the probability of step {step} of episode {episode} under who acted is not known: only \
         experience that was stored with its probability can be evaluated"
    )]
    Unknown {
        /// Its position.
        episode: usize,
        /// The step's.
        step: usize,
    },
    /// No probability.
    #[error(
        "the {whose} probability of step {step} of episode {episode} is {value}: the behaviour's lies in \
         (0, 1], as it was done, and the target's in [0, 1]"
    )]
    Probability {
        /// Its position.
        episode: usize,
        /// The step's.
        step: usize,
        /// `behaviour` or `target`.
        whose: &'static str,
        /// What it is.
        value: f64,
    },
    /// A number that is not finite.
    #[error("the {which} of step {step} of episode {episode} is {value}: it must be finite")]
    NotFinite {
        /// Its position.
        episode: usize,
        /// The step's; one past the last for the value after it.
        step: usize,
        /// Which number.
        which: &'static str,
        /// What it is.
        value: f64,
    },
    /// An episode without steps.
    #[error("episode {episode} has no steps: leave it out")]
    Empty {
        /// Its position.
        episode: usize,
    },
    /// Not enough to tell how sure one is.
    #[error("an interval needs at least two blocks of episodes, and there are {found}: log more")]
    Few {
        /// Blocks.
        found: usize,
    },
    /// Two lists that are not of the same experience.
    #[error(
        "policies are compared on the same episodes, and episode {episode} is not of the same block, or \
         is missing in one of the lists"
    )]
    Unpaired {
        /// The first that differs.
        episode: usize,
    },
}

/// An episode made ready: what each estimator sums up.
struct Ready {
    block: u64,
    /// V̂(s_0).
    start: f64,
    /// ρ_{0:t} of each step.
    ratios: Vec<f64>,
    /// γᵗ (r_t + γ V̂(s_{t+1}) − Q̂(s_t, a_t)) of each step.
    corrections: Vec<f64>,
    /// Σ γᵗ ρ_{0:t} r_t, and what the cut is worth.
    per_decision: f64,
}

impl Ready {
    fn new(
        position: usize,
        episode: &OffPolicyEpisode,
        gamma: f64,
    ) -> Result<Self, OffPolicyError> {
        check(position, episode)?;
        let steps = &episode.steps;
        let mut ready = Self {
            block: episode.block,
            start: steps[0].state_value,
            ratios: Vec::with_capacity(steps.len()),
            corrections: Vec::with_capacity(steps.len()),
            per_decision: 0.0,
        };
        let (mut ratio, mut discount) = (1.0, 1.0);
        for (place, step) in steps.iter().enumerate() {
            ratio *= step.target / step.behaviour;
            let next = steps.get(place + 1).map_or(episode.value_after, |next| next.state_value);
            ready.ratios.push(ratio);
            ready.corrections.push(discount * (step.reward + gamma * next - step.action_value));
            ready.per_decision += discount * ratio * step.reward;
            discount *= gamma;
        }
        ready.per_decision += discount * ratio * episode.value_after;
        Ok(ready)
    }

    /// ρ_{0:t}, that of the end after it.
    fn ratio(&self, step: usize) -> f64 {
        self.ratios[step.min(self.ratios.len() - 1)]
    }
}

fn check(episode: usize, found: &OffPolicyEpisode) -> Result<(), OffPolicyError> {
    let finite = |step, which, value: f64| match value.is_finite() {
        true => Ok(()),
        false => Err(OffPolicyError::NotFinite { episode, step, which, value }),
    };
    if found.steps.is_empty() {
        return Err(OffPolicyError::Empty { episode });
    }
    for (step, one) in found.steps.iter().enumerate() {
        if one.behaviour.is_nan() {
            return Err(OffPolicyError::Unknown { episode, step });
        }
        for (whose, value, holds) in [
            ("behaviour", one.behaviour, one.behaviour > 0.0 && one.behaviour <= 1.0),
            ("target", one.target, (0.0..=1.0).contains(&one.target)),
        ] {
            if !holds {
                return Err(OffPolicyError::Probability { episode, step, whose, value });
            }
        }
        finite(step, "reward", one.reward)?;
        finite(step, "action value", one.action_value)?;
        finite(step, "state value", one.state_value)?;
    }
    finite(found.steps.len(), "value after the end", found.value_after)
}

fn ready(episodes: &[OffPolicyEpisode], gamma: f64) -> Result<Vec<Ready>, OffPolicyError> {
    let episodes = episodes.iter().enumerate();
    episodes.map(|(position, episode)| Ready::new(position, episode, gamma)).collect()
}

/// The value from the episodes at these places, which may repeat; there is at least one.
fn value(estimator: Estimator, episodes: &[Ready], places: &[usize]) -> f64 {
    let count = places.len() as f64;
    let mean = |of: fn(&Ready) -> f64| {
        places.iter().map(|&place| of(&episodes[place])).sum::<f64>() / count
    };
    let corrected = |ready: &Ready| {
        let terms = ready.ratios.iter().zip(&ready.corrections);
        ready.start + terms.map(|(ratio, correction)| ratio * correction).sum::<f64>()
    };
    match estimator {
        Estimator::Model => mean(|ready| ready.start),
        Estimator::PerDecision => mean(|ready| ready.per_decision),
        Estimator::DoublyRobust => {
            places.iter().map(|&place| corrected(&episodes[place])).sum::<f64>() / count
        }
        Estimator::WeightedDoublyRobust => {
            let longest = places.iter().map(|&place| episodes[place].ratios.len()).max();
            let weighted = (0..longest.unwrap_or(0)).map(|step| {
                let (mut whole, mut part) = (0.0, 0.0);
                for episode in places.iter().map(|&place| &episodes[place]) {
                    let ratio = episode.ratio(step);
                    whole += ratio;
                    part += episode.corrections.get(step).map_or(0.0, |one| ratio * one);
                }
                // Nobody got here by the policy's choices: the model is all that there is.
                if whole > 0.0 { part / whole } else { 0.0 }
            });
            mean(|ready| ready.start) + weighted.sum::<f64>()
        }
    }
}

/// (Σ ρ)² ÷ Σ ρ² over whole episodes (Kish 1965): as many episodes of the policy itself would say as much.
fn effective(episodes: &[Ready]) -> f64 {
    let ends = || episodes.iter().map(|episode| episode.ratio(usize::MAX));
    let (sum, squares) = (ends().sum::<f64>(), ends().map(|ratio| ratio * ratio).sum::<f64>());
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// A policy's value, with its interval.
pub fn evaluate_off_policy(
    estimator: Estimator,
    gamma: f64,
    episodes: &[OffPolicyEpisode],
    confidence: &Confidence,
    chance: &mut Chance,
) -> Result<Estimate, OffPolicyError> {
    let episodes = ready(episodes, gamma)?;
    let values = interval::resample(&episodes, confidence, chance, |places| {
        [value(estimator, &episodes, places)]
    })?;
    let [(value, interval)] = values;
    Ok(Estimate { value, interval, effective_episodes: effective(&episodes) })
}

/// Two policies' values from the same experience, and their difference, whose interval is narrower than
/// theirs would say: both begin where the same episodes began.
pub fn compare_off_policy(
    estimator: Estimator,
    gamma: f64,
    [first, second]: [&[OffPolicyEpisode]; 2],
    confidence: &Confidence,
    chance: &mut Chance,
) -> Result<Comparison, OffPolicyError> {
    let differs = (0..first.len().max(second.len())).find(|&place| {
        first.get(place).map(|one| one.block) != second.get(place).map(|one| one.block)
    });
    if let Some(episode) = differs {
        return Err(OffPolicyError::Unpaired { episode });
    }
    let (first, second) = (ready(first, gamma)?, ready(second, gamma)?);
    let values = interval::resample(&first, confidence, chance, |places| {
        let [one, other] = [&first, &second].map(|one| value(estimator, one, places));
        [one, other, one - other]
    })?;
    let [one, other, (difference, interval)] = values;
    let estimate = |(value, interval), episodes: &[Ready]| Estimate {
        value,
        interval,
        effective_episodes: effective(episodes),
    };
    Ok(Comparison {
        first: estimate(one, &first),
        second: estimate(other, &second),
        difference,
        interval,
        episodes: first.len(),
    })
}
