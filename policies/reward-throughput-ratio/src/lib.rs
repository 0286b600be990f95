//! Schuler's reward: a workload's throughput relative to the best that it has reached so far.

use std::collections::BTreeMap;

use reward_sdk::schemars::JsonSchema;
use reward_sdk::serde::Deserialize;
use reward_sdk::{Reward, SettingError, Terms, Transitions};

mod snapshot;

/// Settings of `throughput-ratio`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "reward_sdk::schemars")]
pub struct Settings {
    /// Throughput to be measured against until a better one is seen, requests per second, 0 to
    /// 1e12. With 0 the first throughput is the best, whatever it is.
    #[schemars(range(min = 0, max = 1e12))]
    pub reference_per_second: f64,
}

/// The reward function.
#[derive(Debug)]
pub struct ThroughputRatio {
    settings: Settings,
    /// The best throughput of each workload, per second.
    best: BTreeMap<u64, f64>,
}

const THROUGHPUT: usize = 0;

impl Reward for ThroughputRatio {
    type Settings = Settings;

    const NAME: &'static str = "throughput-ratio";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;

    fn check(settings: &Settings) -> Vec<SettingError> {
        let right = (0.0..=1e12).contains(&settings.reference_per_second);
        let complaint = || SettingError::new("/reference_per_second", "must be from 0 to 1e12");
        (!right).then(complaint).into_iter().collect()
    }

    fn new(settings: Settings) -> Self {
        Self { settings, best: BTreeMap::new() }
    }

    fn terms(&self) -> Terms {
        Terms { columns: vec!["throughput_per_second".to_owned()], minimum: 0.0, maximum: 1.0 }
    }

    fn score(&mut self, transitions: &Transitions) -> Result<Vec<f64>, String> {
        let reached: Vec<_> = (0..transitions.rows())
            .map(|row| transitions.after(THROUGHPUT, row).filter(|rate| rate.is_finite()))
            .collect();
        if !reached.is_empty() && reached.iter().all(Option::is_none) {
            return Err("no workload of the group has `throughput_per_second`: see that requests \
                        are counted"
                .to_owned());
        }
        let rows = transitions.workloads.iter().zip(reached);
        Ok(rows.map(|(&workload, reached)| self.ratio(workload, reached.unwrap_or(0.0))).collect())
    }

    fn forget(&mut self, workloads: &[u64]) {
        for workload in workloads {
            self.best.remove(workload);
        }
    }

    fn snapshot(&self, workloads: &[u64]) -> Vec<u8> {
        snapshot::written(&self.best, workloads)
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        self.best.extend(snapshot::read(snapshot)?);
        Ok(())
    }
}

impl ThroughputRatio {
    /// From 0 to 1; 0 while nothing was ever served. The best is taken before the division, so that
    /// a record scores 1 and not more.
    fn ratio(&mut self, workload: u64, reached: f64) -> f64 {
        let reached = reached.max(0.0);
        let best = self.best.entry(workload).or_insert(self.settings.reference_per_second);
        *best = best.max(reached);
        if *best > 0.0 { reached / *best } else { 0.0 }
    }
}

reward_sdk::export!(ThroughputRatio);

#[cfg(test)]
mod tests;
