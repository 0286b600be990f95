//! Settings of REINFORCE.

use serde::{Deserialize, Serialize};

use crate::rule::{check, natural, positive, rule, share};
use crate::{Activation, LearnError};

/// Settings of REINFORCE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReinforceSettings {
    /// Neurons of the hidden layers of policy and baseline, which are networks of their own.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// Adam's, of the policy.
    pub learning_rate: f64,
    /// Episodes from one update to the next.
    pub episodes: u64,
    /// Transitions that are waited for at most: beyond them, episodes that still go on are cut and
    /// bootstrapped.
    pub most_transitions: usize,
    /// γ, of one turn.
    pub discount: f64,
    /// Weight of the baseline's loss, which is half the squared error.
    pub value_coefficient: f64,
    /// Weight of the entropy.
    pub entropy_coefficient: f64,
    /// The largest norm of all gradients together.
    pub gradient_norm: Option<f64>,
    /// Whether returns above the baseline are brought to mean 0 and deviation 1 in each update.
    pub normalise_advantages: bool,
    /// Takes a truncated episode for a terminated one instead of bootstrapping from the baseline.
    pub fold_truncation: bool,
    /// Normalises inputs by what was seen so far, and keeps them within ± this.
    pub normalise_clip: Option<f32>,
    /// Adam's ε.
    pub adam_epsilon: f64,
    /// Uses libtorch's autograd on the CPU too.
    pub autograd: bool,
}

impl Default for ReinforceSettings {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            activation: Activation::Relu,
            learning_rate: 1e-3,
            episodes: 8,
            most_transitions: 20_000,
            discount: 0.99,
            value_coefficient: 0.5,
            entropy_coefficient: 0.0,
            gradient_norm: None,
            normalise_advantages: false,
            fold_truncation: false,
            normalise_clip: None,
            adam_epsilon: 1e-8,
            autograd: false,
        }
    }
}

impl ReinforceSettings {
    /// Refuses what cannot be meant.
    pub fn check(&self) -> Result<(), LearnError> {
        let layers = !self.hidden.is_empty() && !self.hidden.contains(&0);
        let is_none_or = |value: Option<f64>| value.is_none_or(positive);
        check([
            rule("hidden", layers, &self.hidden, "one size or more, each at least 1"),
            rule("learning_rate", positive(self.learning_rate), self.learning_rate, "above 0"),
            rule("episodes", self.episodes > 0, self.episodes, "at least 1"),
            rule(
                "most_transitions",
                self.most_transitions > 0,
                self.most_transitions,
                "at least 1",
            ),
            rule("discount", share(self.discount), self.discount, "from 0 to 1"),
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
                "normalise_clip",
                is_none_or(self.normalise_clip.map(f64::from)),
                self.normalise_clip,
                "above 0, or none",
            ),
            rule("adam_epsilon", positive(self.adam_epsilon), self.adam_epsilon, "above 0"),
        ])
    }
}
