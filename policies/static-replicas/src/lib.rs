//! Asks for the same number of replicas at every tick: the baseline of a fixed provision.

use schemars::JsonSchema;
use sdk::{Advice, Batch, Needs, Policy, Recommendation, SettingError};
use serde::Deserialize;

/// What to ask for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Replicas of every workload, ≥ 0.
    pub replicas: u32,
    /// CPU limit of one replica in millicores, > 0. Left out, it is left alone.
    #[serde(default)]
    pub cpu_millicores: Option<u32>,
    /// Memory limit of one replica in bytes, > 0. Left out, it is left alone.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
}

/// The policy.
#[derive(Debug)]
pub struct StaticReplicas {
    recommendation: Recommendation,
}

impl Policy for StaticReplicas {
    type Settings = Settings;

    const NAME: &'static str = "static-replicas";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const REASONS: &'static [&'static str] = &["static"];

    fn check(settings: &Settings) -> Vec<SettingError> {
        let mut complaints = Vec::new();
        if settings.cpu_millicores == Some(0) {
            complaints.push(SettingError::new(
                "/cpu_millicores",
                "no replica runs on 0 millicores; choose 1 or more, or leave it out",
            ));
        }
        if settings.memory_bytes == Some(0) {
            complaints.push(SettingError::new(
                "/memory_bytes",
                "no replica runs in 0 bytes; choose 1 or more, or leave it out",
            ));
        }
        complaints
    }

    fn new(settings: Settings, _seed: u64) -> Self {
        Self {
            recommendation: Recommendation {
                replicas: Some(f64::from(settings.replicas)),
                cpu_millicores: settings.cpu_millicores.map(f64::from),
                memory_bytes: settings.memory_bytes.map(|bytes| bytes as f64),
                buffer_requests: None,
                reason: 0,
            },
        }
    }

    fn needs(&self) -> Needs {
        Needs { period_milliseconds: 0, columns: Vec::new(), details: Vec::new() }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        Ok(Advice {
            recommendations: vec![self.recommendation; batch.rows()],
            explanations: Vec::new(),
        })
    }
}

sdk::export!(StaticReplicas);

#[cfg(test)]
mod tests {
    use sdk::RawBatch;

    use super::*;

    fn batch(rows: u64) -> Batch {
        Batch::from(RawBatch {
            now_nanoseconds: 0,
            tick: 0,
            workloads: (0..rows).collect(),
            values: Vec::new(),
            explore: false,
            explain: false,
            details: Vec::new(),
        })
    }

    #[test]
    fn asks_every_workload_for_what_the_settings_say() {
        let rows: [(u32, Option<u32>, Option<u64>); 3] =
            [(3, None, None), (0, Some(500), None), (7, Some(1), Some(1 << 40))];
        for (replicas, cpu_millicores, memory_bytes) in rows {
            let settings = Settings { replicas, cpu_millicores, memory_bytes };
            assert_eq!(StaticReplicas::check(&settings), Vec::new());
            let advice = StaticReplicas::new(settings, 1).decide(&batch(2)).unwrap();
            assert_eq!(advice.recommendations.len(), 2);
            for recommendation in advice.recommendations {
                assert_eq!(recommendation.replicas, Some(f64::from(replicas)));
                assert_eq!(recommendation.cpu_millicores, cpu_millicores.map(f64::from));
                assert_eq!(recommendation.memory_bytes, memory_bytes.map(|bytes| bytes as f64));
            }
        }
    }

    #[test]
    fn complains_about_empty_replicas_with_their_place() {
        let settings = Settings { replicas: 1, cpu_millicores: Some(0), memory_bytes: Some(0) };
        let paths: Vec<_> =
            StaticReplicas::check(&settings).into_iter().map(|error| error.path).collect();
        assert_eq!(paths, ["/cpu_millicores", "/memory_bytes"]);
    }
}
