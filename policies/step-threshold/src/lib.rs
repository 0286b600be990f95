//! Steps up above and down below a threshold of CPU and of memory per replica: the heuristic that the
//! PRIMES study shows as the way production systems scale.

use schemars::JsonSchema;
use sdk::{Advice, Batch, Needs, Policy, SettingError, recommendation};
use serde::Deserialize;

/// Thresholds, step, and how the two thresholds combine.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// CPU used by one replica in millicores, ≥ 0, above which there should be more replicas.
    pub cpu_threshold_millicores: f64,
    /// Memory used by one replica in bytes, ≥ 0, above which there should be more replicas.
    pub memory_threshold_bytes: f64,
    /// Replicas added or removed by one step, ≥ 1.
    pub step: u32,
    /// How the two thresholds combine.
    pub combine: Combine,
    /// Time between two decisions in milliseconds; 0 for every tick.
    pub period_milliseconds: u64,
}

/// How the two thresholds combine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// A step for CPU, then a step for memory, each up or down and each within the bounds.
    #[default]
    Sequential,
    /// One step: up if either is above its threshold, else down.
    Any,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cpu_threshold_millicores: 250.0,
            memory_threshold_bytes: 256.0 * 1024.0 * 1024.0,
            step: 1,
            combine: Combine::default(),
            period_milliseconds: 0,
        }
    }
}

/// The policy.
#[derive(Debug)]
pub struct StepThreshold {
    settings: Settings,
}

/// The columns, in the order of [`Policy::needs`].
const COLUMNS: [&str; 5] = [
    "cpu_usage_millicores_mean",
    "memory_usage_bytes_mean",
    "replicas_desired",
    "replicas_min",
    "replicas_max",
];

/// The first four say CPU and memory as two bits, the others which column is missing.
const REASONS: [&str; 9] = [
    "cpu-low-memory-low",
    "cpu-low-memory-high",
    "cpu-high-memory-low",
    "cpu-high-memory-high",
    "missing-cpu",
    "missing-memory",
    "missing-replicas",
    "missing-minimum",
    "missing-maximum",
];

/// Index of the first reason for a missing column.
const MISSING: u32 = 4;

impl Policy for StepThreshold {
    type Settings = Settings;

    const NAME: &'static str = "step-threshold";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const REASONS: &'static [&'static str] = &REASONS;

    fn check(settings: &Settings) -> Vec<SettingError> {
        let mut complaints = Vec::new();
        for (fine, path, remedy) in [
            (
                settings.cpu_threshold_millicores >= 0.0,
                "/cpu_threshold_millicores",
                "usage is never negative; choose 0 or more",
            ),
            (
                settings.memory_threshold_bytes >= 0.0,
                "/memory_threshold_bytes",
                "usage is never negative; choose 0 or more",
            ),
            (settings.step >= 1, "/step", "a step of 0 never moves; choose 1 or more"),
        ] {
            if !fine {
                complaints.push(SettingError::new(path, remedy));
            }
        }
        complaints
    }

    fn new(settings: Settings, _seed: u64) -> Self {
        Self { settings }
    }

    fn needs(&self) -> Needs {
        Needs {
            period_milliseconds: self.settings.period_milliseconds,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            details: Vec::new(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        let decide = |row| match observe(batch, row) {
            Ok(observed) => {
                let (replicas, reason) = self.settings.decide(observed);
                recommendation(Some(replicas), reason)
            }
            Err(reason) => recommendation(None, reason),
        };
        let recommendations = (0..batch.rows()).map(decide).collect();
        Ok(Advice { recommendations, explanations: Vec::new() })
    }
}

/// Every column of a row, or the reason that names the first missing one.
fn observe(batch: &Batch, row: usize) -> Result<[f64; COLUMNS.len()], u32> {
    let mut observed = [0.0; COLUMNS.len()];
    for (column, value) in observed.iter_mut().enumerate() {
        *value = batch.value(column, row).ok_or(MISSING + column as u32)?;
    }
    Ok(observed)
}

impl Settings {
    fn decide(&self, observed: [f64; COLUMNS.len()]) -> (f64, u32) {
        let [cpu_millicores, memory_bytes, replicas, minimum, maximum] = observed;
        let cpu_high = cpu_millicores > self.cpu_threshold_millicores;
        let memory_high = memory_bytes > self.memory_threshold_bytes;
        // Without a replica there is nothing to measure and no way back, so one always stays.
        let lowest = minimum.max(1.0);
        let step = |replicas: f64, up: bool| {
            let step = f64::from(self.step);
            let moved = if up { replicas + step } else { replicas - step };
            moved.min(maximum).max(lowest)
        };
        let replicas = match self.combine {
            Combine::Sequential => step(step(replicas, cpu_high), memory_high),
            Combine::Any => step(replicas, cpu_high || memory_high),
        };
        (replicas, u32::from(cpu_high) * 2 + u32::from(memory_high))
    }
}

sdk::export!(StepThreshold);

#[cfg(test)]
mod tests;
