//! The MP3 project's reward: α · utilisation + β · SLO preservation of the state moved to. An illegal
//! move scores −1 whatever the state, and reversing the last move costs a penalty.

use std::collections::BTreeMap;

use reward_sdk::{Reward, SettingError, Terms, Transitions};

mod moves;
pub mod settings;
mod snapshot;

use moves::Moves;
use settings::Settings;

const UTILISATION: usize = 0;
const PRESERVATION: usize = 1;
const READY: usize = 2;

/// What an illegal move scores.
const ILLEGAL: f64 = -1.0;

/// The reward function.
#[derive(Debug)]
pub struct Balanced {
    settings: Settings,
    moves: BTreeMap<u64, Moves>,
}

impl Reward for Balanced {
    type Settings = Settings;

    const NAME: &'static str = "balanced";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;

    fn check(settings: &Settings) -> Vec<SettingError> {
        settings.complaints()
    }

    fn new(settings: Settings) -> Self {
        Self { settings, moves: BTreeMap::new() }
    }

    fn terms(&self) -> Terms {
        let columns = ["cpu_utilisation_ratio_mean", "slo_preservation_ratio", "replicas_ready"];
        Terms {
            columns: columns.map(str::to_owned).to_vec(),
            minimum: ILLEGAL.min(self.value(0.0, 0.0, true)),
            maximum: self.value(1.0, 1.0, false),
        }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        // Moves are remembered even where the states cannot be judged.
        let reversed = self.remember(transitions);
        let rows = 0..transitions.rows();
        let used: Vec<_> = rows.clone().map(|row| utilisation(transitions, row)).collect();
        let kept: Vec<_> = rows.clone().map(|row| preservation(transitions, row)).collect();
        lacking(&used, self.settings.utilisation_weight, "cpu_utilisation_ratio_mean")?;
        lacking(&kept, self.settings.slo_weight, "slo_preservation_ratio")?;
        Ok(rows
            .map(|row| match transitions.actions[row].illegal {
                true => ILLEGAL,
                // Without an objective there is nothing to break.
                false => {
                    self.value(used[row].unwrap_or(0.0), kept[row].unwrap_or(1.0), reversed[row])
                }
            })
            .collect())
    }

    fn forget(&mut self, workloads: &[u64]) {
        for workload in workloads {
            self.moves.remove(workload);
        }
    }

    fn snapshot(&self, workloads: &[u64]) -> Vec<u8> {
        snapshot::written(&self.moves, workloads)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        self.moves.extend(snapshot::read(snapshot)?);
        Ok(())
    }
}

impl Balanced {
    /// Utilisation and preservation are from 0 to 1. Every step is monotone even after rounding, so
    /// that the extremes bound all other values exactly.
    fn value(&self, utilisation: f64, preservation: f64, reversed: bool) -> f64 {
        let earned = self.settings.utilisation_weight * utilisation
            + self.settings.slo_weight * preservation;
        if reversed { earned - self.settings.reversal_penalty } else { earned }
    }

    fn remember(&mut self, transitions: &Transitions) -> Vec<bool> {
        let window = self.settings.reversal_window();
        let rows = transitions.workloads.iter().zip(&transitions.actions);
        rows.map(|(&workload, action)| {
            let moves = self.moves.entry(workload).or_default();
            moves.reversed(action, transitions.now_nanoseconds, window)
        })
        .collect()
    }
}

/// From 0 to 1. Where no replica is ready nothing is used, and that is known without a sample.
fn utilisation(transitions: &Transitions, row: usize) -> Option<f64> {
    let idle = || (transitions.after(READY, row) == Some(0.0)).then_some(0.0);
    transitions.after(UTILISATION, row).or_else(idle).map(|ratio| ratio.clamp(0.0, 1.0))
}

/// From 0 to 1.
fn preservation(transitions: &Transitions, row: usize) -> Option<f64> {
    transitions.after(PRESERVATION, row).map(|ratio| ratio.clamp(0.0, 1.0))
}

/// Refuses a group that has nothing at all of what it is to be judged by.
fn lacking(values: &[Option<f64>], weight: f64, column: &str) -> Result<(), String> {
    if weight > 0.0 && !values.is_empty() && values.iter().all(Option::is_none) {
        return Err(format!(
            "no workload of the group has `{column}`: see that it is observed, or set its weight \
             to 0"
        ));
    }
    Ok(())
}

reward_sdk::export!(Balanced);

#[cfg(test)]
mod tests;
