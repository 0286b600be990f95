//! Settings of the reward function.

use reward_sdk::SettingError;
use reward_sdk::schemars::JsonSchema;
use reward_sdk::serde::Deserialize;

/// Keeps every sum finite and far from where rounding hurts.
const LARGEST: f64 = 1e6;

/// Settings of `cold-start`: the weight of each term, 0 to 1e6. Signs are fixed. With the defaults
/// the score lies between −1 and 1.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "reward_sdk::schemars")]
pub struct Settings {
    /// Earned by full CPU utilisation.
    #[schemars(range(min = 0, max = 1e6))]
    pub utilisation_weight: f64,
    /// Earned when every request that ended ended well.
    #[schemars(range(min = 0, max = 1e6))]
    pub success_weight: f64,
    /// Lost when every request that ended failed.
    #[schemars(range(min = 0, max = 1e6))]
    pub failure_weight: f64,
    /// Lost when there are as many replicas as there may be.
    #[schemars(range(min = 0, max = 1e6))]
    pub replicas_weight: f64,
    /// Lost when there is a cold start for every request that arrives.
    #[schemars(range(min = 0, max = 1e6))]
    pub cold_start_weight: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            utilisation_weight: 0.25,
            success_weight: 0.75,
            failure_weight: 0.5,
            replicas_weight: 0.25,
            cold_start_weight: 0.25,
        }
    }
}

impl Settings {
    /// Everything that is wrong with these settings.
    pub fn complaints(&self) -> Vec<SettingError> {
        [
            ("/utilisation_weight", self.utilisation_weight),
            ("/success_weight", self.success_weight),
            ("/failure_weight", self.failure_weight),
            ("/replicas_weight", self.replicas_weight),
            ("/cold_start_weight", self.cold_start_weight),
        ]
        .into_iter()
        .filter(|(_, weight)| !(0.0..=LARGEST).contains(weight))
        .map(|(path, _)| SettingError::new(path, "must be from 0 to 1e6"))
        .collect()
    }
}
