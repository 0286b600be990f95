//! Settings of proximal policy optimisation.

use serde::{Deserialize, Serialize};

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
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let natural = |value: f64| value >= 0.0 && value.is_finite();
        let layers = !self.hidden.is_empty() && self.hidden.iter().all(|&size| size > 0);
        #[rustfmt::skip]
        let rules = [
            ("hidden", format!("{:?}", self.hidden), layers, "one size or more, each at least 1"),
            ("learning-rate", self.learning_rate.to_string(), positive(self.learning_rate), "above 0"),
            ("turns", self.turns.to_string(), self.turns > 0, "at least 1"),
            ("minibatch", self.minibatch.to_string(), self.minibatch > 0, "at least 1"),
            ("epochs", self.epochs.to_string(), self.epochs > 0, "at least 1"),
            ("discount", self.discount.to_string(), share(self.discount), "from 0 to 1"),
            ("lambda", self.lambda.to_string(), share(self.lambda), "from 0 to 1"),
            ("clip", self.clip.to_string(), positive(self.clip), "above 0"),
            ("value-coefficient", self.value_coefficient.to_string(),
             natural(self.value_coefficient), "0 or more"),
            ("entropy-coefficient", self.entropy_coefficient.to_string(),
             natural(self.entropy_coefficient), "0 or more"),
            ("gradient-norm", format!("{:?}", self.gradient_norm),
             self.gradient_norm.is_none_or(positive), "above 0, or none"),
            ("target-divergence", format!("{:?}", self.target_divergence),
             self.target_divergence.is_none_or(positive), "above 0, or none"),
            ("normalise-clip", format!("{:?}", self.normalise_clip),
             self.normalise_clip.is_none_or(|clip| positive(clip.into())), "above 0, or none"),
            ("adam-epsilon", self.adam_epsilon.to_string(), positive(self.adam_epsilon), "above 0"),
        ];
        for (field, found, holds, wanted) in rules {
            if !holds {
                return Err(LearnError::Setting { field, found, wanted });
            }
        }
        Ok(())
    }
}
