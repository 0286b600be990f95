//! Scales by the arrival rate: up at once, down slowly.
//!
//! Each workload gets the replicas that its rate needs. A rate that rises counts at once; one that
//! falls counts bit by bit, so that a short lull does not cost a cold start.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sdk::{Advice, Batch, Needs, Policy, Recommendation, SettingError, recommendation};
use serde::Deserialize;

mod snapshot;

/// The settings. These comments become the descriptions in the settings' JSON Schema.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Requests per second that one replica serves, > 0.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub rate_per_replica: f64,
    /// How much of a fall counts at each turn, > 0 and at most 1: 1 follows at once.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub smoothing: f64,
    /// Time between two turns in milliseconds; 0 for every tick.
    pub period_milliseconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rate_per_replica: 10.0, smoothing: 0.5, period_milliseconds: 15_000 }
    }
}

/// The columns, in the order in which a batch has them.
const COLUMNS: [&str; 1] = ["arrival_rate_per_second"];

/// The reasons that recommendations name by index.
const REASONS: [&str; 3] = ["rate", "falling", "no-rate"];
const RATE: u32 = 0;
const FALLING: u32 = 1;
const NO_RATE: u32 = 2;

/// The most replicas that a host takes for meant.
const MOST_REPLICAS: f64 = 1e6;

/// The policy.
#[derive(Debug)]
pub struct ByRate {
    settings: Settings,
    /// Smoothed arrivals per second, by workload.
    rates: BTreeMap<u64, f64>,
}

impl Policy for ByRate {
    type Settings = Settings;

    const NAME: &'static str = "by-rate";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;
    const REASONS: &'static [&'static str] = &REASONS;

    fn check(settings: &Settings) -> Vec<SettingError> {
        let mut complaints = Vec::new();
        if settings.rate_per_replica <= 0.0 {
            complaints.push(SettingError::new("/rate_per_replica", "must be more than 0"));
        }
        if settings.smoothing <= 0.0 || settings.smoothing > 1.0 {
            complaints.push(SettingError::new("/smoothing", "must be more than 0 and at most 1"));
        }
        complaints
    }

    fn new(settings: Settings, _seed: u64) -> Self {
        Self { settings, rates: BTreeMap::new() }
    }

    fn needs(&self) -> Needs {
        Needs {
            period_milliseconds: self.settings.period_milliseconds,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            details: Vec::new(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let recommendations = (0..batch.rows())
            .map(|row| self.recommend(batch.workloads[row], batch.value(0, row)))
            .collect();
        Ok(Advice { recommendations, explanations: Vec::new() })
    }

    fn forget(&mut self, workloads: &[u64]) {
        for workload in workloads {
            self.rates.remove(workload);
        }
    }

    fn snapshot(&self, workloads: &[u64]) -> Vec<u8> {
        snapshot::write(&self.rates, workloads)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        self.rates.extend(snapshot::read(snapshot)?);
        Ok(())
    }
}

impl ByRate {
    fn recommend(&mut self, workload: u64, seen: Option<f64>) -> Recommendation {
        // Nothing is known, so the workload is left as it is.
        let Some(seen) = seen else { return recommendation(None, NO_RATE) };
        let before = self.rates.get(&workload).copied().unwrap_or(seen);
        let (rate, reason) = if seen < before {
            (before + self.settings.smoothing * (seen - before), FALLING)
        } else {
            (seen, RATE)
        };
        self.rates.insert(workload, rate);
        // One replica stays, so that the first request after a silence finds somebody.
        let replicas = (rate / self.settings.rate_per_replica).ceil().clamp(1.0, MOST_REPLICAS);
        recommendation(Some(replicas), reason)
    }
}

sdk::export!(ByRate);

#[cfg(test)]
mod tests;
