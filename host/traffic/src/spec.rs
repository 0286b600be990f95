//! The settings of arrivals, as a file gives them.

mod plan;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// How requests arrive at one workload: a process and how it is scaled and cut. In a file they are
/// one map: `{ kind: poisson, rate_per_second: 30, scale: 2 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivalSpec {
    /// The process. It alone denies unknown fields, for itself and for the fields below, because
    /// it is handed whatever these do not take.
    #[serde(flatten)]
    pub process: ProcessSpec,
    /// Factor on every rate and every count, > 0.
    #[serde(default = "one")]
    pub scale: f64,
    /// Where in the pattern the arrivals begin, in seconds, ≥ 0: instant 0 is there.
    #[serde(default)]
    pub offset_seconds: f64,
    /// For how long requests arrive, in seconds, > 0; without it as long as the pattern goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_seconds: Option<f64>,
}

/// The process that makes the arrivals: `kind` in kebab case, settings in snake case with the unit
/// in the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProcessSpec {
    /// Equal gaps; the k-th request comes at k / rate, from k = 1.
    Constant {
        /// Requests per second, > 0.
        rate_per_second: f64,
    },
    /// A Poisson process.
    Poisson {
        /// Requests per second, > 0.
        rate_per_second: f64,
    },
    /// A Poisson process whose rate jumps between states (MMPP). The next state is any of the others
    /// with equal probability; the first is drawn from the long-run shares.
    Mmpp {
        /// At least one.
        states: Vec<StateSpec>,
    },
    /// A Poisson process with the rate `mean × (1 + amplitude × sin(2π (t + phase) / period))`.
    Diurnal {
        /// Requests per second over a whole period, > 0.
        mean_rate_per_second: f64,
        /// In `[0, 1]`.
        amplitude_ratio: f64,
        /// Length of a period in seconds, > 0; a day unless given.
        #[serde(default = "day")]
        period_seconds: f64,
        /// How far into the sine the pattern begins, in seconds, ≥ 0.
        #[serde(default)]
        phase_seconds: f64,
    },
    /// A Poisson process that rises from its base to a peak, stays there, and falls back, linearly.
    FlashCrowd(FlashCrowd),
    /// Given counts, one a minute.
    Counts {
        /// Requests in each minute, at least one of them above 0.
        counts_per_minute: Vec<u32>,
        /// How they are placed.
        #[serde(default)]
        placement: Placement,
    },
    /// The counts of one function of the Azure 2019 trace.
    #[serde(rename = "azure2019")]
    Azure2019 {
        /// The function's name; or else its rank.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        /// The function's place by number of invocations, the busiest at 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rank: Option<usize>,
        /// How its counts are placed.
        #[serde(default)]
        placement: Placement,
    },
    /// The invocations of the Azure 2021 trace, at their own instants and with their own durations.
    #[serde(rename = "azure2021")]
    Azure2021 {
        /// The function's name; all functions together without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        function: Option<String>,
        /// By how much a copy may come later than its original, in seconds, > 0; copies exist where
        /// `scale` is above 1.
        #[serde(default = "one")]
        jitter_seconds: f64,
    },
}

/// A state of a modulated process.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSpec {
    /// Requests per second, ≥ 0, and above 0 in at least one state.
    pub rate_per_second: f64,
    /// Mean of the exponential time spent in the state, in seconds, ≥ 0.001.
    pub mean_sojourn_seconds: f64,
}

/// How the counts of minutes become instants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// A Poisson process at the minute's rate: counts vary around the trace's.
    #[default]
    Poisson,
    /// Exactly as many as counted, at uniform places in the minute. A scale that makes a count
    /// fractional rounds it up with the probability of the fraction, so that the mean is exact.
    Exact,
}

/// A surge of requests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlashCrowd {
    /// Requests per second before and after, ≥ 0.
    pub base_rate_per_second: f64,
    /// Requests per second at the peak, > 0 and not below the base.
    pub peak_rate_per_second: f64,
    /// When the rise begins, in seconds, ≥ 0.
    pub start_seconds: f64,
    /// How long the rise takes, in seconds, ≥ 0.
    pub ramp_up_seconds: f64,
    /// How long the peak lasts, in seconds, ≥ 0.
    pub plateau_seconds: f64,
    /// How long the fall takes, in seconds, ≥ 0.
    pub decay_seconds: f64,
}

impl ArrivalSpec {
    /// The process as it is: not scaled, from its beginning, without a limit.
    pub fn new(process: ProcessSpec) -> Self {
        Self { process, scale: 1.0, offset_seconds: 0.0, limit_seconds: None }
    }
}

fn one() -> f64 {
    1.0
}

fn day() -> f64 {
    86_400.0
}
