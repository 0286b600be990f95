//! Settings of the reward function.

use reward_sdk::SettingError;
use reward_sdk::schemars::JsonSchema;
use reward_sdk::serde::Deserialize;

/// Keeps every sum finite and far from where rounding hurts.
const LARGEST: f64 = 1e6;

/// Settings of `balanced`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "reward_sdk::schemars")]
pub struct Settings {
    /// α, what full utilisation earns, 0 to 1e6.
    #[schemars(range(min = 0, max = 1e6))]
    pub utilisation_weight: f64,
    /// β, what a kept latency objective earns, 0 to 1e6.
    #[schemars(range(min = 0, max = 1e6))]
    pub slo_weight: f64,
    /// What is subtracted for reversing the last move, 0 to 1e6; 0 lets reversals pass, as the
    /// yardsticks of the closed-form `mp3` environment do.
    #[schemars(range(min = 0, max = 1e6))]
    pub reversal_penalty: f64,
    /// A move in the other direction is a reversal for so long after a move, in seconds, 0 to 1e6.
    #[schemars(range(min = 0, max = 1e6))]
    pub reversal_window_seconds: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            utilisation_weight: 0.3,
            slo_weight: 0.7,
            reversal_penalty: 1.0,
            reversal_window_seconds: 60.0,
        }
    }
}

impl Settings {
    /// Everything that is wrong with these settings.
    pub fn complaints(&self) -> Vec<SettingError> {
        [
            ("/utilisation_weight", self.utilisation_weight),
            ("/slo_weight", self.slo_weight),
            ("/reversal_penalty", self.reversal_penalty),
            ("/reversal_window_seconds", self.reversal_window_seconds),
        ]
        .into_iter()
        .filter(|(_, value)| !(0.0..=LARGEST).contains(value))
        .map(|(path, _)| SettingError::new(path, "must be from 0 to 1e6"))
        .collect()
    }

    /// The window in nanoseconds.
    pub fn reversal_window(&self) -> i64 {
        (self.reversal_window_seconds * 1e9) as i64
    }
}
