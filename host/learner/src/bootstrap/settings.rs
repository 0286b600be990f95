//! Settings of bootstrapping.

use serde::{Deserialize, Serialize};

use crate::rule::{check, natural, rule, share};
use crate::{Confidence, Estimator, LearnError};

/// When an agent takes over from a rule, and when it gives back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BootstrapSettings {
    /// Probability in `(0, 1]` that a row's choice is a random allowed one while the rule drives. Without
    /// it nobody knows what comes of anything that the rule does not do.
    pub explore: f64,
    /// The same while the agent drives, in `[0, 1]`.
    pub explore_after: f64,
    /// Whether the agent goes on learning while it drives.
    pub learn_after: bool,
    /// Rows decided by the rule from one check to the next, ≥ 1.
    pub check_every_steps: u64,
    /// Rows decided by the rule before the agent may take over; as many anew after each fall-back.
    pub minimum_steps: u64,
    /// Rows decided by the rule that are kept for checks, at least `minimum_steps`.
    pub log_steps: u64,
    /// Turns that are looked at as an episode, ≥ 1; what comes after them is the model's word. Over more
    /// turns less is left to the model, and fewer episodes go on as the agent would.
    pub horizon_turns: u64,
    /// How values are estimated.
    pub estimator: Estimator,
    /// How sure their intervals are.
    pub confidence: Confidence,
    /// By how much the lower end of the interval of the difference must pass 0, in discounted reward.
    pub margin: f64,
    /// The agent does not take over on the word of fewer effective episodes: intervals do not know how
    /// wrong a model is where nobody has been, and with few of them they are too narrow.
    pub minimum_effective_episodes: f64,
    /// Updates of each model for a check, ≥ 1.
    pub model_updates: u32,
    /// When it gives back.
    pub burn: BurnSettings,
    /// Turns after a fall-back in which the agent may not take over whatever it is worth.
    pub cooldown_turns: u64,
}

/// When an agent gives back what it drives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BurnSettings {
    /// The agent's last turns that are looked at, ≥ 1.
    pub window_turns: usize,
    /// The largest share of them, workload by workload, that may miss its objective, in `[0, 1]`.
    pub budget: f64,
    /// The agent is kept all the same while it misses no more than this many times what the rule, with its
    /// deviations, had missed, ≥ 0: what nobody can serve is not its fault. 0 to count the budget only.
    pub times_the_rule: f64,
}

impl Default for BootstrapSettings {
    fn default() -> Self {
        Self {
            explore: 0.1,
            explore_after: 0.0,
            learn_after: true,
            check_every_steps: 500,
            minimum_steps: 2_000,
            log_steps: 20_000,
            horizon_turns: 3,
            estimator: Estimator::default(),
            confidence: Confidence::default(),
            margin: 0.0,
            minimum_effective_episodes: 30.0,
            model_updates: 500,
            burn: BurnSettings::default(),
            cooldown_turns: 500,
        }
    }
}

impl Default for BurnSettings {
    fn default() -> Self {
        Self { window_turns: 60, budget: 0.1, times_the_rule: 1.0 }
    }
}

impl BootstrapSettings {
    /// Says which setting cannot be.
    pub fn check(&self) -> Result<(), LearnError> {
        let (level, burn) = (self.confidence.level, &self.burn);
        let resamples = self.confidence.resamples;
        let enough = self.log_steps >= self.minimum_steps;
        let effective = self.minimum_effective_episodes;
        let check_every = self.check_every_steps;
        check([
            rule("check_every_steps", check_every > 0, check_every, "at least 1"),
            rule("horizon_turns", self.horizon_turns > 0, self.horizon_turns, "at least 1"),
            rule("model_updates", self.model_updates > 0, self.model_updates, "at least 1"),
            rule("confidence.resamples", resamples > 0, resamples, "at least 1"),
            rule("burn.window_turns", burn.window_turns > 0, burn.window_turns, "at least 1"),
            rule("explore", share(self.explore) && self.explore > 0.0, self.explore, "in (0, 1]"),
            rule("explore_after", share(self.explore_after), self.explore_after, "in [0, 1]"),
            rule("confidence.level", level > 0.0 && level < 1.0, level, "in (0, 1)"),
            rule("margin", self.margin.is_finite(), self.margin, "finite"),
            rule("log_steps", enough, self.log_steps, "at least `minimum_steps`"),
            rule("minimum_effective_episodes", natural(effective), effective, "at least 0"),
            rule("burn.budget", share(burn.budget), burn.budget, "in [0, 1]"),
            rule(
                "burn.times_the_rule",
                natural(burn.times_the_rule),
                burn.times_the_rule,
                "at least 0",
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_are_named() {
        assert_eq!(BootstrapSettings::default().check(), Ok(()));
        for (text, wanted) in [
            (r#"{"explore": 0}"#, "explore"),
            (r#"{"explore_after": 2}"#, "explore_after"),
            (r#"{"check_every_steps": 0}"#, "check_every_steps"),
            (r#"{"horizon_turns": 0}"#, "horizon_turns"),
            (r#"{"log_steps": 10}"#, "log_steps"),
            (r#"{"confidence": {"level": 1}}"#, "confidence.level"),
            (r#"{"confidence": {"resamples": 0}}"#, "confidence.resamples"),
            (r#"{"minimum_effective_episodes": -1}"#, "minimum_effective_episodes"),
            (r#"{"burn": {"window_turns": 0}}"#, "burn.window_turns"),
            (r#"{"burn": {"budget": 1.5}}"#, "burn.budget"),
            (r#"{"burn": {"times_the_rule": -1}}"#, "burn.times_the_rule"),
        ] {
            let settings: BootstrapSettings = serde_json::from_str(text).unwrap();
            let refused = settings.check();
            let named =
                matches!(&refused, Err(LearnError::Setting { field, .. }) if *field == wanted);
            assert!(named, "{text}: {refused:?}");
        }
    }
}
