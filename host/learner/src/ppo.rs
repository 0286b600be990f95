//! Proximal policy optimisation (Schulman et al. 2017), with the thirteen core details of Huang et al. 2022,
//! "The 37 implementation details of proximal policy optimization".
//!
//! Actor and critic are networks of their own, each of three fully connected layers. Of the details, 1
//! (several worlds at once) is the caller's, who steps them together; 2 (orthogonal weights) and 13
//! (separate networks) are in `actor_critic.rs`; 5 (advantages) is in `rollout.rs`; 3 (Adam's ε) is a
//! setting; the others are here.

mod settings;

use serde::{Deserialize, Serialize};
pub use settings::PpoSettings;
use tch::Device;

use crate::actor_critic::{ActorCritic, Build};
use crate::rollout::standardise;
use crate::{
    ActorCriticState, Agent, AgentState, Chance, LearnError, Lessons, Mlp, Normaliser, Purpose,
    Rollout, Shape, Turn,
};

/// An agent that follows proximal policy optimisation.
#[derive(Debug)]
pub struct Ppo {
    shape: Shape,
    settings: PpoSettings,
    networks: ActorCritic,
    shuffling: Chance,
    rollout: Rollout,
    /// Transitions that were learned from.
    learned: u64,
    updates: u64,
    /// Lessons of choices that the policy could not have made.
    impossible: u64,
    figures: Option<Figures>,
    batch: Batch,
}

/// The agent at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpoState {
    /// The networks.
    pub networks: ActorCriticState,
    /// The order of minibatches.
    pub shuffling: Chance,
    /// Transitions that wait for the next update.
    pub rollout: Rollout,
    /// Transitions that were learned from.
    pub learned: u64,
    /// Updates so far.
    pub updates: u64,
}

/// What the last update measured (detail 12).
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    policy_loss: f64,
    value_loss: f64,
    entropy: f64,
    divergence: f64,
    clipped: f64,
    gradient_norm: f64,
    minibatches: f64,
    learning_rate: f64,
    explained_variance: f64,
    mean_value: f64,
}

/// Room for one update and its minibatches.
#[derive(Debug, Default)]
struct Batch {
    /// Âₜ of the whole rollout.
    advantages: Vec<f64>,
    /// The order in which it is gone through.
    order: Vec<u32>,
    /// Columns of one minibatch.
    inputs: Vec<f32>,
    scaled: Vec<f32>,
    logit_gradient: Vec<f32>,
    value_gradient: Vec<f32>,
    logs: Vec<f32>,
}

/// The parts of one minibatch's loss.
#[derive(Debug, Clone, Copy, Default)]
struct Loss {
    policy: f64,
    value: f64,
    entropy: f64,
    divergence: f64,
    clipped: f64,
}

impl Ppo {
    /// An agent whose weights and choices come from the seed.
    ///
    /// # Errors
    /// When a setting cannot be meant.
    pub fn new(
        shape: Shape,
        settings: PpoSettings,
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
            shuffling: Chance::new(seed, Purpose::Shuffling),
            rollout: Rollout::default(),
            learned: 0,
            updates: 0,
            impossible: 0,
            figures: None,
            batch: Batch::default(),
            shape,
            settings,
        })
    }

    /// α falls in a straight line (detail 4).
    fn learning_rate(&self) -> f64 {
        let left = |total: u64| (1.0 - self.learned as f64 / total as f64).max(0.0);
        self.settings.learning_rate * self.settings.anneal_transitions.map_or(1.0, left)
    }

    /// Learns from the rollout (Schulman et al. 2017, algorithm 1), or changes no weight.
    fn update(&mut self) -> Result<(), LearnError> {
        self.rollout.cut();
        let before = (self.networks.actor.state(), self.networks.critic.state());
        self.estimate();
        let outcome = self.improve();
        match &outcome {
            Ok(()) => {
                self.learned += self.rollout.len() as u64;
                self.updates += 1;
            }
            Err(_) => {
                self.networks.actor.restore(&before.0);
                self.networks.critic.restore(&before.1);
                self.figures = None;
            }
        }
        self.rollout.clear();
        outcome
    }

    /// Estimates the advantages, asking the critic about what follows where a trajectory was cut.
    fn estimate(&mut self) {
        let Self { networks, rollout, batch, settings, .. } = self;
        let later = networks.later(rollout, &mut batch.inputs);
        let factors = (settings.discount, settings.lambda);
        rollout.advantages(later, factors, &mut batch.advantages);
    }

    /// Goes through the rollout in minibatches (detail 6), each of which changes the weights.
    fn improve(&mut self) -> Result<(), LearnError> {
        let count = self.rollout.len();
        let parts = ((count as f64 / self.settings.minibatch as f64).round() as usize).max(1);
        let learning_rate = self.learning_rate();
        let mut figures = self.first_figures(learning_rate);
        self.batch.order.clear();
        self.batch.order.extend(0..count as u32);
        for _ in 0..self.settings.epochs {
            self.shuffling.shuffle(&mut self.batch.order);
            let mut divergence = 0.0;
            for part in 0..parts {
                let (start, end) = (part * count / parts, (part + 1) * count / parts);
                let loss = self.gradients(start, end);
                let norm = self.networks.gradient_norm();
                self.check(&loss, norm)?;
                self.networks.step(norm, self.settings.gradient_norm, learning_rate);
                figures.add(&loss, norm);
                divergence = loss.divergence;
            }
            if self.settings.target_divergence.is_some_and(|target| divergence > target) {
                break;
            }
        }
        self.figures = Some(figures);
        Ok(())
    }

    /// The gradients of the loss of one minibatch, which go through the rollout in `order`:
    ///
    /// L = Lᴾ + c₁ Lⱽ − c₂ H, each the mean over the minibatch (equation 9; detail 10).
    fn gradients(&mut self, start: usize, end: usize) -> Loss {
        let Self { networks, rollout, batch, shape, settings, .. } = self;
        let (inputs, options, heads) = (shape.inputs, shape.options(), shape.heads.len());
        let order = &batch.order[start..end];
        let rows = order.len();
        batch.inputs.clear();
        for &place in order {
            let place = place as usize * inputs;
            batch.inputs.extend_from_slice(&rollout.inputs[place..][..inputs]);
        }
        batch.scaled.clear();
        batch.scaled.extend(order.iter().map(|&place| batch.advantages[place as usize] as f32));
        if settings.normalise_advantages && rows > 1 {
            // Detail 7.
            standardise(&mut batch.scaled);
        }
        batch.logs.clear();
        batch.logs.extend_from_slice(networks.actor.forward(&batch.inputs, rows));
        batch.logit_gradient.resize(rows * options, 0.0);
        batch.value_gradient.resize(rows, 0.0);
        let values = networks.critic.forward(&batch.inputs, rows);

        let mut loss = Loss::default();
        let share = 1.0 / rows as f32;
        let clip = settings.clip as f32;
        let spread = -settings.entropy_coefficient as f32 * share;
        for (row, &place) in order.iter().enumerate() {
            let place = place as usize;
            let logs = &mut batch.logs[row * options..][..options];
            networks.heads.normalise(&rollout.allowed[place * options..][..options], logs);
            let choice = &rollout.choices[place * heads..][..heads];

            // rₜ(θ) = π(aₜ | sₜ) / π_old(aₜ | sₜ), before equation 6.
            let log_ratio =
                networks.heads.log_probability(logs, choice) - rollout.log_probabilities[place];
            let ratio = log_ratio.exp();
            // Lᴾ = −min(r Â, clip(r, 1 − ε, 1 + ε) Â), equation 7 (detail 8). Its derivative by r is −Â
            // unless the clipped term alone is the smaller one, which does not depend on r. As
            // ∂r / ∂ ln π = r, the derivative by ln π is −r Â there.
            let advantage = batch.scaled[row];
            let plain = -advantage * ratio;
            let limited = -advantage * ratio.clamp(1.0 - clip, 1.0 + clip);
            let by_log = if limited > plain { 0.0 } else { plain };
            // −c₂ H for exploration. Masked options have no part in any of it.
            let to = &mut batch.logit_gradient[row * options..][..options];
            networks.heads.gradient(logs, choice, (by_log * share, spread), to);

            let (value, old) = (values[row], rollout.values[place]);
            let target = (batch.advantages[place] + f64::from(old)) as f32;
            let (squared, by_value) =
                value_loss(value, old, target, settings.clip_values.then_some(clip));
            batch.value_gradient[row] = settings.value_coefficient as f32 * by_value * share;

            loss.policy += f64::from(plain.max(limited));
            loss.value += f64::from(squared);
            loss.entropy += f64::from(networks.heads.entropy(logs));
            // E[r − 1 − ln r], an unbiased estimate with low variance (detail 12).
            loss.divergence += f64::from(ratio - 1.0 - log_ratio);
            loss.clipped += f64::from((ratio - 1.0).abs() > clip);
        }
        networks.actor.backward(&batch.inputs, rows, &batch.logit_gradient[..rows * options]);
        networks.critic.backward(&batch.inputs, rows, &batch.value_gradient[..rows]);
        loss.divided(rows as f64)
    }

    /// Refuses a loss or gradient that is no number, before it changes any weight.
    fn check(&self, loss: &Loss, norm: f64) -> Result<(), LearnError> {
        for (component, value) in [
            ("policy loss", loss.policy),
            ("value loss", loss.value),
            ("entropy", loss.entropy),
            ("gradient", norm),
        ] {
            if !value.is_finite() {
                return Err(LearnError::Diverged { component, update: self.updates, value });
            }
        }
        Ok(())
    }

    /// What can be told before the weights change: 1 − Var(R − V) / Var(R), and the mean of V.
    fn first_figures(&self, learning_rate: f64) -> Figures {
        let count = self.rollout.len() as f64;
        let variance = |numbers: &mut dyn Iterator<Item = f64>| {
            let (sum, squares) =
                numbers.fold((0.0, 0.0), |(sum, squares), one| (sum + one, squares + one * one));
            squares / count - (sum / count) * (sum / count)
        };
        let (advantages, values) = (&self.batch.advantages, &self.rollout.values);
        let returns = |(advantage, value): (&f64, &f32)| advantage + f64::from(*value);
        let whole = variance(&mut advantages.iter().zip(values).map(returns));
        let rest = variance(&mut advantages.iter().copied());
        Figures {
            learning_rate,
            explained_variance: if whole > 0.0 { 1.0 - rest / whole } else { 0.0 },
            mean_value: values.iter().map(|&value| f64::from(value)).sum::<f64>() / count,
            ..Figures::default()
        }
    }
}

/// Lⱽ = ½ max((V − R)², (V_old + clip(V − V_old, ±ε) − R)²) (detail 9) with R = Â + V_old, and its
/// derivative by V. Where the limited error is the larger one, V does not move it.
fn value_loss(value: f32, old: f32, target: f32, clip: Option<f32>) -> (f32, f32) {
    let plain = value - target;
    let limited = clip.map_or(plain, |clip| old + (value - old).clamp(-clip, clip) - target);
    if limited * limited > plain * plain {
        (0.5 * limited * limited, 0.0)
    } else {
        (0.5 * plain * plain, plain)
    }
}

impl Loss {
    fn divided(self, count: f64) -> Self {
        Self {
            policy: self.policy / count,
            value: self.value / count,
            entropy: self.entropy / count,
            divergence: self.divergence / count,
            clipped: self.clipped / count,
        }
    }
}

impl Figures {
    fn add(&mut self, loss: &Loss, norm: f64) {
        self.policy_loss += loss.policy;
        self.value_loss += loss.value;
        self.entropy += loss.entropy;
        self.divergence += loss.divergence;
        self.clipped += loss.clipped;
        self.gradient_norm += norm;
        self.minibatches += 1.0;
    }
}

impl Agent for Ppo {
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
        if self.rollout.turns < self.settings.turns || self.rollout.is_empty() {
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
        let Some(figures) = self.figures.take() else {
            return vec![("impossible choices", impossible)];
        };
        let mean = |sum: f64| sum / figures.minibatches;
        vec![
            ("policy loss", mean(figures.policy_loss)),
            ("value loss", mean(figures.value_loss)),
            ("entropy", mean(figures.entropy)),
            ("divergence", mean(figures.divergence)),
            ("clipped share", mean(figures.clipped)),
            ("gradient norm", mean(figures.gradient_norm)),
            ("learning rate", figures.learning_rate),
            ("explained variance", figures.explained_variance),
            ("mean value", figures.mean_value),
            ("impossible choices", impossible),
        ]
    }

    fn state(&self) -> AgentState {
        AgentState::Ppo(Box::new(PpoState {
            networks: self.networks.state(),
            shuffling: self.shuffling.clone(),
            rollout: self.rollout.clone(),
            learned: self.learned,
            updates: self.updates,
        }))
    }

    fn restore(&mut self, state: &AgentState) -> Result<(), LearnError> {
        let AgentState::Ppo(state) = state else {
            return Err(LearnError::Algorithm { found: state.algorithm(), wanted: "ppo" });
        };
        state.rollout.check(&self.shape)?;
        self.networks.restore(&state.networks)?;
        self.shuffling = state.shuffling.clone();
        self.rollout.clone_from(&state.rollout);
        (self.learned, self.updates) = (state.learned, state.updates);
        (self.figures, self.impossible) = (None, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
