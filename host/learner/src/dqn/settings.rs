//! Settings of deep Q-learning; the defaults are SCARLET's.

use serde::{Deserialize, Serialize};

use super::Exploration;
use crate::rule::{check, positive, rule, share};
use crate::{LearnError, MemoryError, Shape, StoredMemory};

/// How a Q-network is trained.
///
/// The defaults are Table 4 of SCARLET with its §4.4: two hidden layers of 128 ReLU neurons, Huber loss,
/// Adam at 10⁻⁴, γ = 0.99, target network at τ = 0.005, ε from 0.9 with decay 150, 10⁶ experiences. It does
/// not say its batch, nor ε's end; these are 128 and 0.05.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DqnSettings {
    /// Neurons of each hidden layer, each ≥ 1.
    pub hidden: Vec<usize>,
    /// Adam's step, > 0.
    pub learning_rate: f64,
    /// Adam's ε, > 0.
    pub adam_epsilon: f64,
    /// Discount of a step, in `[0, 1]`.
    pub gamma: f64,
    /// What an error costs.
    pub loss: Loss,
    /// How the target network follows.
    pub target: Target,
    /// How often something is tried at random.
    pub exploration: Exploration,
    /// Experiences that the memory holds, ≥ the batch.
    pub buffer: usize,
    /// Experiences of an update, ≥ 1.
    pub batch: usize,
    /// Turns before the first update; there is none either before the memory holds a batch.
    pub learning_starts: u64,
    /// Turns from one training to the next, ≥ 1.
    pub train_every: u64,
    /// Updates of a training, ≥ 1.
    pub gradient_steps: u32,
    /// Steps whose rewards are summed before the value is bootstrapped, ≥ 1.
    pub n_step: usize,
    /// The network chooses and the target network judges (van Hasselt, Guez and Silver 2016).
    pub double: bool,
    /// A value and an advantage for each head (Wang et al. 2016).
    pub duelling: bool,
    /// Sampling by priority (Schaul et al. 2016); without it, uniform.
    pub prioritised: Option<Prioritised>,
    /// The largest norm of all gradients together, > 0; without it they are not clipped.
    pub gradient_clip: Option<f64>,
    /// Inputs are normalised and clipped at this distance from 0, > 0; without it they are taken as given.
    pub normalise: Option<f32>,
    /// Who computes gradients.
    pub gradients: Gradients,
}

/// What an error δ costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// δ² / 2 within ± 1, |δ| − 1/2 beyond (Huber 1964).
    #[default]
    Huber,
    /// δ².
    Mse,
}

/// How the target network follows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Target {
    /// By a share of the difference after each update (Lillicrap et al. 2016).
    Soft {
        /// The share, in `(0, 1]`.
        tau: f64,
    },
    /// All at once (Mnih et al. 2015).
    Hard {
        /// Turns from one copy to the next, ≥ 1.
        every: u64,
    },
}

/// Sampling by priority.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prioritised {
    /// How much priorities count, in `[0, 1]`.
    pub alpha: f64,
    /// How much of the bias is corrected at the start, in `[0, 1]`.
    pub beta: f64,
    /// Updates until all of it is corrected, ≥ 1.
    pub beta_updates: u64,
}

impl Default for Prioritised {
    fn default() -> Self {
        Self { alpha: 0.6, beta: 0.4, beta_updates: 100_000 }
    }
}

impl Prioritised {
    /// How priorities are kept.
    pub fn kept(self) -> replay::Prioritised {
        replay::Prioritised { alpha: self.alpha, epsilon: 1e-6 }
    }

    /// β of an update: from its start to 1, linearly (Schaul et al. 2016, §3.4).
    pub(super) fn beta(&self, update: u64) -> f64 {
        let share = (update as f64 / self.beta_updates as f64).min(1.0);
        self.beta + (1.0 - self.beta) * share
    }
}

/// Who computes gradients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gradients {
    /// By hand on the CPU, else libtorch.
    #[default]
    Auto,
    /// libtorch.
    Autograd,
}

impl Default for DqnSettings {
    fn default() -> Self {
        Self {
            hidden: vec![128, 128],
            learning_rate: 1e-4,
            adam_epsilon: 1e-8,
            gamma: 0.99,
            loss: Loss::Huber,
            target: Target::Soft { tau: 0.005 },
            exploration: Exploration::Exponential { start: 0.9, end: 0.05, decay_turns: 150.0 },
            buffer: 1_000_000,
            batch: 128,
            learning_starts: 0,
            train_every: 1,
            gradient_steps: 1,
            n_step: 1,
            double: false,
            duelling: false,
            prioritised: None,
            gradient_clip: None,
            normalise: None,
            gradients: Gradients::Auto,
        }
    }
}

impl DqnSettings {
    /// Says which setting cannot be.
    pub fn check(&self) -> Result<(), LearnError> {
        let target = match self.target {
            Target::Soft { tau } => positive(tau) && tau <= 1.0,
            Target::Hard { every } => every > 0,
        };
        let prioritised = self.prioritised.is_none_or(|prioritised| {
            share(prioritised.alpha) && share(prioritised.beta) && prioritised.beta_updates > 0
        });
        let clip = self.gradient_clip.is_none_or(positive);
        let normalise = self.normalise.is_none_or(|clip| positive(clip.into()));
        check([
            rule("hidden", !self.hidden.contains(&0), &self.hidden, "at least 1 each"),
            rule("learning_rate", positive(self.learning_rate), self.learning_rate, "above 0"),
            rule("adam_epsilon", positive(self.adam_epsilon), self.adam_epsilon, "above 0"),
            rule("gamma", share(self.gamma), self.gamma, "in [0, 1]"),
            rule("target", target, self.target, "tau in (0, 1], or every at least 1"),
            self.exploration.rule(),
            rule("batch", self.batch > 0, self.batch, "at least 1"),
            rule("buffer", self.buffer >= self.batch, self.buffer, "at least the batch"),
            rule("train_every", self.train_every > 0, self.train_every, "at least 1"),
            rule("gradient_steps", self.gradient_steps > 0, self.gradient_steps, "at least 1"),
            rule("n_step", self.n_step > 0, self.n_step, "at least 1"),
            rule(
                "prioritised",
                prioritised,
                self.prioritised,
                "alpha and beta in [0, 1] and beta_updates at least 1",
            ),
            rule("gradient_clip", clip, self.gradient_clip, "above 0"),
            rule("normalise", normalise, self.normalise, "above 0"),
        ])
    }

    /// A memory of these settings without a log.
    pub fn memory(&self, shape: &Shape) -> Result<StoredMemory, MemoryError> {
        let prioritised = self.prioritised.map(Prioritised::kept);
        let n_step = self.n_step as u32;
        StoredMemory::volatile(self.buffer, n_step, self.gamma, prioritised, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_scarlets() {
        let settings = DqnSettings::default();
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(serde_json::from_str::<DqnSettings>("{}").unwrap(), settings);
        for (turn, epsilon) in [(0, 0.9), (30, 0.745_921_140), (150, 0.362_697_525)] {
            assert!((settings.exploration.at(turn) - epsilon).abs() < 1e-8, "{turn}");
        }
    }

    #[test]
    fn settings_that_cannot_be_are_named() {
        for (text, field) in [
            (r#"{"hidden": [8, 0]}"#, "hidden"),
            (r#"{"learning_rate": 0}"#, "learning_rate"),
            (r#"{"adam_epsilon": -1}"#, "adam_epsilon"),
            (r#"{"gamma": 1.5}"#, "gamma"),
            (r#"{"target": {"soft": {"tau": 0}}}"#, "target"),
            (r#"{"target": {"hard": {"every": 0}}}"#, "target"),
            (
                r#"{"exploration": {"kind": "linear", "start": 1.5, "end": 0, "turns": 9}}"#,
                "exploration",
            ),
            (r#"{"batch": 0}"#, "batch"),
            (r#"{"buffer": 16, "batch": 32}"#, "buffer"),
            (r#"{"train_every": 0}"#, "train_every"),
            (r#"{"gradient_steps": 0}"#, "gradient_steps"),
            (r#"{"n_step": 0}"#, "n_step"),
            (r#"{"prioritised": {"alpha": 2}}"#, "prioritised"),
            (r#"{"gradient_clip": 0}"#, "gradient_clip"),
            (r#"{"normalise": 0}"#, "normalise"),
        ] {
            let settings: DqnSettings = serde_json::from_str(text).unwrap();
            let refused = settings.check();
            let named =
                matches!(&refused, Err(LearnError::Setting { field: f, .. }) if *f == field);
            assert!(named, "{text}: {refused:?}");
        }
        assert!(serde_json::from_str::<DqnSettings>(r#"{"tau": 1}"#).is_err());
    }

    #[test]
    fn beta_grows_to_one() {
        let prioritised = Prioritised { alpha: 0.6, beta: 0.4, beta_updates: 10 };
        let betas = [0, 5, 10, 99].map(|update| prioritised.beta(update));
        for (beta, wanted) in betas.iter().zip([0.4, 0.7, 1.0, 1.0]) {
            assert!((beta - wanted).abs() < 1e-12, "{betas:?}");
        }
    }
}
