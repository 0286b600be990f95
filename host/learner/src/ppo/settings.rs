//! Settings of proximal policy optimisation.

use serde::{Deserialize, Serialize};

use crate::rule::{check, natural, positive, rule, share};
use crate::{Activation, LearnError};

/// Settings of proximal policy optimisation. The defaults are those of CleanRL's `ppo.py`, but for the
/// truncated episodes, which are bootstrapped, and for the activation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PpoSettings {
    /// Neurons of the hidden layers of actor and critic, which are networks of their own.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// Adam's.
    pub learning_rate: f64,
    /// Transitions over which the learning rate falls to 0 in a straight line; it stays if there are none.
    pub anneal_transitions: Option<u64>,
    /// Turns from one update to the next; those that gave no lesson do not count.
    pub turns: u64,
    /// Transitions of a minibatch. A rollout is divided evenly into parts of nearly this size.
    pub minibatch: usize,
    /// How often an update goes through its transitions.
    pub epochs: usize,
    /// γ, of one turn.
    pub discount: f64,
    /// λ of the advantage estimation.
    pub lambda: f64,
    /// How far the ratio of probabilities may leave 1 with profit.
    pub clip: f64,
    /// Whether a value may leave the one before by `clip` only, too.
    pub clip_values: bool,
    /// Weight of the value loss, which is half the squared error. (Where it is taken whole, as in
    /// Stable-Baselines3, the same update has half this weight.)
    pub value_coefficient: f64,
    /// Weight of the entropy.
    pub entropy_coefficient: f64,
    /// The largest norm of all gradients together.
    pub gradient_norm: Option<f64>,
    /// Whether advantages are brought to mean 0 and deviation 1 in each minibatch.
    pub normalise_advantages: bool,
    /// Ends an update after the epoch whose last minibatch has left the policy that acted by more than
    /// this, as the Kullback-Leibler divergence.
    pub target_divergence: Option<f64>,
    /// Takes a truncated episode for a terminated one, as CleanRL does, instead of bootstrapping.
    pub fold_truncation: bool,
    /// Normalises inputs by what was seen so far, and keeps them within ± this.
    pub normalise_clip: Option<f32>,
    /// Adam's ε.
    pub adam_epsilon: f64,
    /// Uses libtorch's autograd on the CPU too.
    pub autograd: bool,
}

impl Default for PpoSettings {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            activation: Activation::Relu,
            learning_rate: 2.5e-4,
            anneal_transitions: None,
            turns: 128,
            minibatch: 128,
            epochs: 4,
            discount: 0.99,
            lambda: 0.95,
            clip: 0.2,
            clip_values: true,
            value_coefficient: 0.5,
            entropy_coefficient: 0.01,
            gradient_norm: Some(0.5),
            normalise_advantages: true,
            target_divergence: None,
            fold_truncation: false,
            normalise_clip: None,
            adam_epsilon: 1e-5,
            autograd: false,
        }
    }
}

impl PpoSettings {
    /// Refuses what cannot be meant.
    pub fn check(&self) -> Result<(), LearnError> {
        let layers = !self.hidden.is_empty() && !self.hidden.contains(&0);
        let is_none_or = |value: Option<f64>| value.is_none_or(positive);
        check([
            rule("hidden", layers, &self.hidden, "one size or more, each at least 1"),
            rule("learning_rate", positive(self.learning_rate), self.learning_rate, "above 0"),
            rule("turns", self.turns > 0, self.turns, "at least 1"),
            rule("minibatch", self.minibatch > 0, self.minibatch, "at least 1"),
            rule("epochs", self.epochs > 0, self.epochs, "at least 1"),
            rule("discount", share(self.discount), self.discount, "from 0 to 1"),
            rule("lambda", share(self.lambda), self.lambda, "from 0 to 1"),
            rule("clip", positive(self.clip), self.clip, "above 0"),
            rule(
                "value_coefficient",
                natural(self.value_coefficient),
                self.value_coefficient,
                "0 or more",
            ),
            rule(
                "entropy_coefficient",
                natural(self.entropy_coefficient),
                self.entropy_coefficient,
                "0 or more",
            ),
            rule(
                "gradient_norm",
                is_none_or(self.gradient_norm),
                self.gradient_norm,
                "above 0, or none",
            ),
            rule(
                "target_divergence",
                is_none_or(self.target_divergence),
                self.target_divergence,
                "above 0, or none",
            ),
            rule(
                "normalise_clip",
                is_none_or(self.normalise_clip.map(f64::from)),
                self.normalise_clip,
                "above 0, or none",
            ),
            rule("adam_epsilon", positive(self.adam_epsilon), self.adam_epsilon, "above 0"),
        ])
    }
}
