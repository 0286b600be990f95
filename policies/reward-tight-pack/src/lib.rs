//! Rewards CPU utilisation, whatever it costs: the score is `min(1, utilisation)`.

use reward_sdk::schemars::JsonSchema;
use reward_sdk::serde::Deserialize;
use reward_sdk::{Reward, Terms, Transitions};

/// `tight-pack` has no settings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", deny_unknown_fields)]
#[schemars(crate = "reward_sdk::schemars")]
pub struct Settings {}

/// The reward function.
#[derive(Debug)]
pub struct TightPack;

const UTILISATION: usize = 0;
const READY: usize = 1;

impl Reward for TightPack {
    type Settings = Settings;

    const NAME: &'static str = "tight-pack";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn new(_: Settings) -> Self {
        Self
    }

    fn terms(&self) -> Terms {
        let columns = ["cpu_utilisation_ratio_mean", "replicas_ready"].map(str::to_owned).to_vec();
        Terms { columns, minimum: 0.0, maximum: 1.0 }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        let used: Vec<_> =
            (0..transitions.rows()).map(|row| utilisation(transitions, row)).collect();
        if !used.is_empty() && used.iter().all(Option::is_none) {
            return Err(
                "no workload of the group has `cpu_utilisation_ratio_mean`: give replicas a \
                        CPU request and see that their usage is sampled"
                    .to_owned(),
            );
        }
        Ok(used.into_iter().map(|ratio| ratio.unwrap_or(0.0)).collect())
    }
}

/// From 0 to 1. Where no replica is ready nothing is used, and that is known without a sample.
fn utilisation(transitions: &Transitions, row: usize) -> Option<f64> {
    let idle = || (transitions.after(READY, row) == Some(0.0)).then_some(0.0);
    transitions.after(UTILISATION, row).or_else(idle).map(|ratio| ratio.clamp(0.0, 1.0))
}

reward_sdk::export!(TightPack);

#[cfg(test)]
mod tests;
