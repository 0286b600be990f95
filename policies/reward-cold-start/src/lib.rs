//! Agarwal's reward against cold starts: a weighted sum in which CPU utilisation and success count
//! for the policy; failures, cold starts and replicas count against it.

use reward_sdk::{Reward, SettingError, Terms, Transitions};

pub mod settings;

use settings::Settings;

/// The reward function.
#[derive(Debug)]
pub struct ColdStart {
    settings: Settings,
}

const UTILISATION: usize = 0;
const SUCCESS: usize = 1;
const REPLICAS: usize = 2;
const MOST_REPLICAS: usize = 3;
const COLD_STARTS: usize = 4;
const ARRIVALS: usize = 5;

const COLUMNS: [&str; 6] = [
    "cpu_utilisation_ratio_mean",
    "success_ratio",
    "replicas_current",
    "replicas_max",
    "cold_starts_per_second",
    "arrival_rate_per_second",
];

/// The terms of the sum, each from 0 to 1.
#[derive(Debug, Clone, Copy)]
struct Shares {
    /// CPU used of CPU requested, at most 1.
    utilisation: f64,
    /// Requests that ended well, of those that ended.
    success: f64,
    /// Requests that ended badly, of those that ended.
    failure: f64,
    /// Replicas that exist, of the most allowed.
    replicas: f64,
    /// Cold starts, per arrival, at most 1.
    cold_starts: f64,
}

impl Reward for ColdStart {
    type Settings = Settings;

    const NAME: &'static str = "cold-start";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn check(settings: &Settings) -> Vec<SettingError> {
        settings.complaints()
    }

    fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn terms(&self) -> Terms {
        let (good, bad) = (
            Shares {
                utilisation: 1.0,
                success: 1.0,
                failure: 0.0,
                replicas: 0.0,
                cold_starts: 0.0,
            },
            Shares {
                utilisation: 0.0,
                success: 0.0,
                failure: 1.0,
                replicas: 1.0,
                cold_starts: 1.0,
            },
        );
        Terms {
            columns: COLUMNS.map(str::to_owned).to_vec(),
            minimum: self.value(bad),
            maximum: self.value(good),
        }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        let rows = transitions.rows();
        if rows > 0 && (0..rows).all(|row| transitions.after(REPLICAS, row).is_none()) {
            return Err("no workload of the group has `replicas_current`: see that its scale is \
                        observed"
                .to_owned());
        }
        Ok((0..rows).map(|row| self.value(shares(transitions, row))).collect())
    }
}

impl ColdStart {
    /// Every step is monotone even after rounding, so that the extremes bound all other values
    /// exactly.
    fn value(&self, shares: Shares) -> f64 {
        let weights = &self.settings;
        weights.utilisation_weight * shares.utilisation + weights.success_weight * shares.success
            - weights.failure_weight * shares.failure
            - weights.replicas_weight * shares.replicas
            - weights.cold_start_weight * shares.cold_starts
    }
}

fn shares(transitions: &Transitions, row: usize) -> Shares {
    let after = |column: usize| transitions.after(column, row);
    // Where no request ended there was neither success nor failure.
    let success = after(SUCCESS).map(|ratio| ratio.clamp(0.0, 1.0));
    Shares {
        utilisation: after(UTILISATION).unwrap_or(0.0).clamp(0.0, 1.0),
        success: success.unwrap_or(0.0),
        failure: success.map_or(0.0, |ratio| 1.0 - ratio),
        // Replicas that cannot be counted are taken for as many as there may be.
        replicas: after(REPLICAS).map_or(1.0, |count| part(count, after(MOST_REPLICAS))),
        cold_starts: after(COLD_STARTS).map_or(0.0, |starts| part(starts, after(ARRIVALS))),
    }
}

/// `amount / whole` from 0 to 1; all of it where there is an amount and no whole to divide by.
fn part(amount: f64, whole: Option<f64>) -> f64 {
    match whole {
        _ if amount <= 0.0 => 0.0,
        Some(whole) if amount < whole => amount / whole,
        _ => 1.0,
    }
}

reward_sdk::export!(ColdStart);

#[cfg(test)]
mod tests;
