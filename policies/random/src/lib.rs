//! Draws by chance: the baseline that a policy must beat to have learned anything.

mod draw;

use schemars::JsonSchema;
use sdk::{Advice, Batch, Needs, Policy, recommendation};
use serde::Deserialize;

use crate::draw::Draws;

/// What is drawn.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What is drawn.
    pub draw: Draw,
    /// Time between two draws in milliseconds; 0 for every tick.
    pub period_milliseconds: u64,
}

/// What is drawn, each outcome as likely as the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Draw {
    /// One replica less, none, or one more; what would leave the bounds stays at them.
    #[default]
    Step,
    /// Any number of replicas within the bounds.
    Uniform,
}

/// The policy.
#[derive(Debug)]
pub struct Random {
    settings: Settings,
    seed: u64,
}

/// The columns, in the order of [`Policy::needs`].
const COLUMNS: [&str; 3] = ["replicas_desired", "replicas_min", "replicas_max"];

/// The first is every draw's, the others name the missing column.
const REASONS: [&str; 4] = ["drawn", "missing-replicas", "missing-minimum", "missing-maximum"];

impl Policy for Random {
    type Settings = Settings;

    const NAME: &'static str = "random";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const REASONS: &'static [&'static str] = &REASONS;

    fn new(settings: Settings, seed: u64) -> Self {
        Self { settings, seed }
    }

    fn needs(&self) -> Needs {
        Needs {
            period_milliseconds: self.settings.period_milliseconds,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            details: Vec::new(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let draws = Draws::new(self.seed, batch.tick);
        let decide = |(row, &id)| match observe(batch, row) {
            Ok(observed) => recommendation(Some(self.draw(&draws, id, observed)), 0),
            Err(reason) => recommendation(None, reason),
        };
        let recommendations = batch.workloads.iter().enumerate().map(decide).collect();
        Ok(Advice { recommendations, explanations: Vec::new() })
    }
}

impl Random {
    fn draw(&self, draws: &Draws, id: u64, [replicas, minimum, maximum]: [f64; 3]) -> f64 {
        match self.settings.draw {
            Draw::Step => {
                let step = draws.below(id, 3) as f64 - 1.0;
                (replicas + step).min(maximum).max(minimum)
            }
            Draw::Uniform => {
                let choices = (maximum - minimum).max(0.0) as u64 + 1;
                minimum + draws.below(id, choices) as f64
            }
        }
    }
}

/// Every column of a row, or the reason that names the first missing one.
fn observe(batch: &Batch, row: usize) -> Result<[f64; COLUMNS.len()], u32> {
    let mut observed = [0.0; COLUMNS.len()];
    for (column, value) in observed.iter_mut().enumerate() {
        *value = batch.value(column, row).ok_or(1 + column as u32)?;
    }
    Ok(observed)
}

sdk::export!(Random);

#[cfg(test)]
mod tests;
