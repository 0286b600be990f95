//! Charges for missed objectives and for replicas: nothing missed with nothing running costs nothing,
//! and everything else costs something, so that the best policy misses little with few replicas.

use reward_sdk::{Reward, SettingError, Terms, Transitions};
use schemars::JsonSchema;
use serde::Deserialize;

/// The settings. These comments become the descriptions in the settings' JSON Schema.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Charged when the latency objective is missed wholly, 0 to 1000.
    #[schemars(range(min = 0, max = 1000))]
    pub slo_weight: f64,
    /// Charged when as many replicas run as are allowed, 0 to 1000.
    #[schemars(range(min = 0, max = 1000))]
    pub replicas_weight: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { slo_weight: 1.0, replicas_weight: 0.25 }
    }
}

/// The columns, in the order in which transitions have them.
const COLUMNS: [&str; 3] = ["slo_preservation_ratio", "replicas_current", "replicas_max"];
const PRESERVATION: usize = 0;
const REPLICAS: usize = 1;
const MOST_REPLICAS: usize = 2;

/// The reward function.
#[derive(Debug)]
pub struct SloAndCost {
    settings: Settings,
}

impl Reward for SloAndCost {
    type Settings = Settings;

    const NAME: &'static str = "slo-and-cost";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn check(settings: &Settings) -> Vec<SettingError> {
        [("/slo_weight", settings.slo_weight), ("/replicas_weight", settings.replicas_weight)]
            .into_iter()
            .filter(|(_, weight)| !(0.0..=1000.0).contains(weight))
            .map(|(path, _)| SettingError::new(path, "must be from 0 to 1000"))
            .collect()
    }

    fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn terms(&self) -> Terms {
        Terms {
            columns: COLUMNS.map(str::to_owned).to_vec(),
            minimum: self.value(1.0, 1.0),
            maximum: self.value(0.0, 0.0),
        }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        Ok((0..transitions.rows()).map(|row| self.row(transitions, row)).collect())
    }
}

impl SloAndCost {
    fn row(&self, transitions: &Transitions, row: usize) -> f64 {
        // What the bounds do not allow was not applied; it costs as much as the worst that could be.
        if transitions.actions[row].illegal {
            return self.value(1.0, 1.0);
        }
        let after = |column| transitions.after(column, row);
        // Where there is no objective, none is missed.
        let missed = after(PRESERVATION).map_or(0.0, |kept| (1.0 - kept).clamp(0.0, 1.0));
        // Replicas that cannot be counted are taken for as many as there may be.
        let running = match (after(REPLICAS), after(MOST_REPLICAS)) {
            (Some(replicas), Some(most)) if replicas < most => replicas / most,
            _ => 1.0,
        };
        self.value(missed, running)
    }

    /// The reward for these shares, 0 to 1 each, of the objective missed and of replicas running.
    fn value(&self, missed: f64, running: f64) -> f64 {
        0.0 - self.settings.slo_weight * missed - self.settings.replicas_weight * running
    }
}

reward_sdk::export!(SloAndCost);

#[cfg(test)]
mod tests;
