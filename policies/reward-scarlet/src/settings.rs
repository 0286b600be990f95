//! Settings of the reward function.

use reward_sdk::SettingError;
use reward_sdk::schemars::JsonSchema;
use reward_sdk::serde::Deserialize;

/// Settings of `scarlet`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", default, deny_unknown_fields)]
#[schemars(crate = "reward_sdk::schemars")]
pub struct Settings {
    /// Which percentile of latency is held against the objective.
    pub tail: Tail,
    /// One objective for every workload, in seconds, above 0; without it each workload's own
    /// (`latency_slo_seconds`) counts.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub slo_seconds: Option<f64>,
    /// The exponent, above 0: the smaller it is, the more the last bit of speed is worth.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub exponent: f64,
    /// What requests are that wait in the queue while none has ended.
    pub unserved: Unserved,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tail: Tail::P90, slo_seconds: None, exponent: 0.4, unserved: Unserved::Violation }
    }
}

/// A percentile of latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", rename_all = "lowercase")]
#[schemars(crate = "reward_sdk::schemars")]
pub enum Tail {
    /// The median.
    P50,
    /// The 90th percentile.
    P90,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
    /// The 99.9th percentile.
    P999,
}

impl Tail {
    /// The column that holds it.
    pub fn column(self) -> &'static str {
        match self {
            Tail::P50 => "latency_seconds_p50",
            Tail::P90 => "latency_seconds_p90",
            Tail::P95 => "latency_seconds_p95",
            Tail::P99 => "latency_seconds_p99",
            Tail::P999 => "latency_seconds_p999",
        }
    }
}

/// What requests are that wait while none has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "reward_sdk::serde", rename_all = "lowercase")]
#[schemars(crate = "reward_sdk::schemars")]
pub enum Unserved {
    /// A violation.
    Violation,
    /// Nothing to judge by until one ends.
    Ignore,
}

impl Settings {
    /// Everything that is wrong with these settings.
    pub fn complaints(&self) -> Vec<SettingError> {
        let above = |value: f64| value > 0.0 && value.is_finite();
        [("/slo_seconds", self.slo_seconds.is_none_or(above)), ("/exponent", above(self.exponent))]
            .into_iter()
            .filter(|(_, right)| !right)
            .map(|(path, _)| SettingError::new(path, "must be above 0"))
            .collect()
    }
}
