//! Settings of REINFORCE.

use serde::{Deserialize, Serialize};

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
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let natural = |value: f64| value >= 0.0 && value.is_finite();
        let layers = !self.hidden.is_empty() && self.hidden.iter().all(|&size| size > 0);
        #[rustfmt::skip]
        let rules = [
            ("hidden", format!("{:?}", self.hidden), layers, "one size or more, each at least 1"),
            ("learning-rate", self.learning_rate.to_string(), positive(self.learning_rate), "above 0"),
            ("episodes", self.episodes.to_string(), self.episodes > 0, "at least 1"),
            ("most-transitions", self.most_transitions.to_string(),
             self.most_transitions > 0, "at least 1"),
            ("discount", self.discount.to_string(), share(self.discount), "from 0 to 1"),
            ("value-coefficient", self.value_coefficient.to_string(),
             natural(self.value_coefficient), "0 or more"),
            ("entropy-coefficient", self.entropy_coefficient.to_string(),
             natural(self.entropy_coefficient), "0 or more"),
            ("gradient-norm", format!("{:?}", self.gradient_norm),
             self.gradient_norm.is_none_or(positive), "above 0, or none"),
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
