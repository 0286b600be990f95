//! REINFORCE with a learned baseline (Williams 1992, "Simple statistical gradient-following algorithms for
//! connectionist reinforcement learning"; Sutton et al. 1999, "Policy gradient methods for reinforcement
//! learning with function approximation").
//!
//! It learns from the returns of whole episodes. Two things differ from the papers: the factor γᵗ before
//! each term is left out, as is common, so that late decisions count as much as early ones; and an
//! episode that others have to wait for may have begun under the weights of one update before.

mod settings;

use serde::{Deserialize, Serialize};
pub use settings::ReinforceSettings;
use tch::Device;

use crate::actor_critic::{ActorCritic, Build};
use crate::rollout::standardise;
use crate::{
    ActorCriticState, Agent, AgentState, LearnError, Lessons, Mlp, Normaliser, Rollout, Shape, Turn,
};

/// An agent that follows REINFORCE.
#[derive(Debug)]
pub struct Reinforce {
    shape: Shape,
    settings: ReinforceSettings,
    /// The policy and the baseline.
    networks: ActorCritic,
    rollout: Rollout,
    updates: u64,
    /// Lessons of choices that the policy could not have made.
    impossible: u64,
    figures: Option<Loss>,
    room: Room,
}

/// The agent at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinforceState {
    /// The networks; the critic is the baseline.
    pub networks: ActorCriticState,
    /// Transitions of episodes that go on, and of those that wait for the next update.
    pub rollout: Rollout,
    /// Updates so far.
    pub updates: u64,
}

/// Room for one update.
#[derive(Debug, Default)]
struct Room {
    later: Vec<f32>,
    advantages: Vec<f64>,
    places: Vec<usize>,
    inputs: Vec<f32>,
    /// G − b(s), perhaps normalised.
    gains: Vec<f32>,
    logs: Vec<f32>,
    logit_gradient: Vec<f32>,
    value_gradient: Vec<f32>,
}

/// What an update measured: the parts of its loss, and the mean return.
#[derive(Debug, Clone, Copy, Default)]
struct Loss {
    policy: f64,
    value: f64,
    entropy: f64,
    gain: f64,
    norm: f64,
}

impl Reinforce {
    /// An agent whose weights and choices come from the seed.
    ///
    /// # Errors
    /// When a setting cannot be meant.
    pub fn new(
        shape: Shape,
        settings: ReinforceSettings,
        seed: u64,
        device: Device,
    ) -> Result<Self, LearnError> {
        settings.check()?;
        let build = Build {
            hidden: &settings.hidden,
            activation: settings.activation,
            adam_epsilon: settings.adam_epsilon,
            normalise_clip: settings.normalise_clip,
            autograd: settings.autograd,
        };
        Ok(Self {
            networks: ActorCritic::new(&shape, &build, seed, device),
            rollout: Rollout::default(),
            updates: 0,
            impossible: 0,
            figures: None,
            room: Room::default(),
            shape,
            settings,
        })
    }

    /// Learns from the finished episodes, or changes no weight.
    fn update(&mut self) -> Result<(), LearnError> {
        let Self { networks, rollout, room, settings, .. } = self;
        rollout.finished_places(&mut room.places);
        let later = networks.later(rollout, &mut room.later);
        // With λ = 1 the advantages are Gₜ − b(sₜ) at the time, where Gₜ = rₜ + γ Gₜ₊₁, and Gₜ₊₁ is the
        // baseline's value where an episode was cut short.
        rollout.advantages(later, (settings.discount, 1.0), &mut room.advantages);
        let mut loss = self.gradients();
        loss.norm = self.networks.gradient_norm();
        for (component, value) in [
            ("policy loss", loss.policy),
            ("value loss", loss.value),
            ("entropy", loss.entropy),
            ("gradient", loss.norm),
        ] {
            if !value.is_finite() {
                self.rollout.clear();
                return Err(LearnError::Diverged { component, update: self.updates, value });
            }
        }
        let Self { networks, settings, .. } = self;
        networks.step(loss.norm, settings.gradient_norm, settings.learning_rate);
        self.rollout.keep_open();
        self.updates += 1;
        self.figures = Some(loss);
        Ok(())
    }

    /// The gradients of L = −(G − b(s)) ln π(a | s) + c₁ ½ (b(s) − G)² − c₂ H, the mean over all
    /// transitions of finished episodes (Williams 1992, equation 4, with b as reinforcement baseline;
    /// Sutton et al. 1999, theorem 1). G − b(s) is a constant for the policy.
    fn gradients(&mut self) -> Loss {
        let Self { networks, rollout, room, shape, settings, .. } = self;
        let (inputs, options, heads) = (shape.inputs, shape.options(), shape.heads.len());
        let rows = room.places.len();
        room.inputs.clear();
        for &place in &room.places {
            room.inputs.extend_from_slice(&rollout.inputs[place * inputs..][..inputs]);
        }
        let gain = |place: usize| room.advantages[place] + f64::from(rollout.values[place]);
        let values = networks.critic.forward(&room.inputs, rows);
        room.gains.clear();
        room.gains.extend(room.places.iter().map(|&place| gain(place) as f32));
        room.value_gradient.resize(rows, 0.0);
        let mut loss = Loss::default();
        let share = 1.0 / rows as f32;
        for ((gain, &value), to) in room.gains.iter_mut().zip(values).zip(&mut room.value_gradient)
        {
            let error = value - *gain;
            loss.gain += f64::from(*gain);
            loss.value += 0.5 * f64::from(error * error);
            *to = settings.value_coefficient as f32 * error * share;
            *gain = -error;
        }
        if settings.normalise_advantages && rows > 1 {
            standardise(&mut room.gains);
        }
        room.logs.clear();
        room.logs.extend_from_slice(networks.actor.forward(&room.inputs, rows));
        room.logit_gradient.resize(rows * options, 0.0);
        let spread = -settings.entropy_coefficient as f32 * share;
        for (row, &place) in room.places.iter().enumerate() {
            let logs = &mut room.logs[row * options..][..options];
            networks.heads.normalise(&rollout.allowed[place * options..][..options], logs);
            let choice = &rollout.choices[place * heads..][..heads];
            let gain = room.gains[row];
            let to = &mut room.logit_gradient[row * options..][..options];
            networks.heads.gradient(logs, choice, (-gain * share, spread), to);
            loss.policy -= f64::from(gain * networks.heads.log_probability(logs, choice));
            loss.entropy += f64::from(networks.heads.entropy(logs));
        }
        networks.actor.backward(&room.inputs, rows, &room.logit_gradient[..rows * options]);
        networks.critic.backward(&room.inputs, rows, &room.value_gradient[..rows]);
        let mean = |sum: f64| sum / rows as f64;
        Loss {
            policy: mean(loss.policy),
            value: mean(loss.value),
            entropy: mean(loss.entropy),
            gain: mean(loss.gain),
            norm: 0.0,
        }
    }
}

impl Agent for Reinforce {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn act(&mut self, turn: &Turn, choices: &mut Vec<u16>) {
        self.networks.act(turn, choices);
    }

    fn learn(&mut self, turn: &Turn, lessons: &Lessons) -> Result<(), LearnError> {
        LearnError::check(&self.shape, turn, lessons)?;
        let fold = self.settings.fold_truncation;
        self.impossible += self.networks.remember(&mut self.rollout, turn, lessons, fold);
        let is_full = self.rollout.len() >= self.settings.most_transitions;
        if is_full {
            self.rollout.cut();
        }
        if self.rollout.is_empty() || !(is_full || self.rollout.finished >= self.settings.episodes)
        {
            return Ok(());
        }
        self.update()
    }

    fn greedy(&self, inputs: &[f32], allowed: &[bool], choices: &mut Vec<u16>) {
        self.networks.greedy(inputs, allowed, choices);
    }

    fn policy(&self) -> (Mlp, Option<&Normaliser>) {
        self.networks.policy()
    }

    fn statistics(&mut self) -> Vec<(&'static str, f64)> {
        let impossible = std::mem::take(&mut self.impossible) as f64;
        let Some(loss) = self.figures.take() else {
            return vec![("impossible choices", impossible)];
        };
        vec![
            ("policy loss", loss.policy),
            ("value loss", loss.value),
            ("entropy", loss.entropy),
            ("mean return", loss.gain),
            ("gradient norm", loss.norm),
            ("impossible choices", impossible),
        ]
    }

    fn state(&self) -> AgentState {
        AgentState::Reinforce(Box::new(ReinforceState {
            networks: self.networks.state(),
            rollout: self.rollout.clone(),
            updates: self.updates,
        }))
    }

    fn restore(&mut self, state: &AgentState) -> Result<(), LearnError> {
        let AgentState::Reinforce(state) = state else {
            return Err(LearnError::Algorithm { found: state.algorithm(), wanted: "reinforce" });
        };
        state.rollout.check(&self.shape)?;
        self.networks.restore(&state.networks)?;
        self.rollout.clone_from(&state.rollout);
        self.updates = state.updates;
        (self.figures, self.impossible) = (None, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
