//! Rewards keeping the latency objective, whatever it costs: the score is the SLO preservation.

use reward_sdk::schemars::JsonSchema;
use reward_sdk::serde::Deserialize;
use reward_sdk::{Reward, Terms, Transitions};

/// `overprovision` has no settings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", deny_unknown_fields)]
#[schemars(crate = "reward_sdk::schemars")]
pub struct Settings {}

/// The reward function.
#[derive(Debug)]
pub struct Overprovision;

const PRESERVATION: usize = 0;

impl Reward for Overprovision {
    type Settings = Settings;

    const NAME: &'static str = "overprovision";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn new(_: Settings) -> Self {
        Self
    }

    fn terms(&self) -> Terms {
        Terms { columns: vec!["slo_preservation_ratio".to_owned()], minimum: 0.0, maximum: 1.0 }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        let preserved: Vec<_> =
            (0..transitions.rows()).map(|row| transitions.after(PRESERVATION, row)).collect();
        if !preserved.is_empty() && preserved.iter().all(Option::is_none) {
            return Err(
                "no workload of the group has `slo_preservation_ratio`: give at least one \
                        a latency objective"
                    .to_owned(),
            );
        }
        // Without an objective there is nothing to break.
        Ok(preserved.into_iter().map(|ratio| ratio.unwrap_or(1.0).clamp(0.0, 1.0)).collect())
    }
}

reward_sdk::export!(Overprovision);

#[cfg(test)]
mod tests;
