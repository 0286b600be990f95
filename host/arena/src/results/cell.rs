//! Cell: what one entrant did on one course with one seed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::unbounded;

/// Which cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellName {
    /// Who raced.
    pub entrant: String,
    /// Where.
    pub course: String,
    /// The seed of the world, the same for every entrant.
    pub seed: u64,
}

impl fmt::Display for CellName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` on `{}` with seed {}", self.entrant, self.course, self.seed)
    }
}

/// What one entrant did on one course with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Which one.
    pub name: CellName,
    /// Digest of everything that it depends on, in hexadecimal.
    pub key: String,
    /// The entrant's period in seconds.
    pub period_seconds: f64,
    /// Ticks that passed, warm-up included.
    pub ticks: u64,
    /// All workloads together.
    pub overall: Measures,
    /// Each workload, in the order of the cluster.
    pub workloads: Vec<WorkloadMeasures>,
    /// The first complaint of each reward that could not score every tick, by its name.
    pub complaints: BTreeMap<String, String>,
    /// What the cluster says about the run: that it could not hold replicas to their limits, that its
    /// load was late. None of a simulated one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The run over time, one a workload in the same order.
    pub series: Vec<Series>,
}

/// The measures of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadMeasures {
    /// What people call it.
    pub workload: String,
    /// Its measures.
    pub measures: Measures,
}

/// What was measured between the end of the warm-up and the end of the run, for one workload or
/// for all together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// The time that is covered, in seconds.
    pub seconds: f64,
    /// One for each reward of the plan, in that order.
    pub rewards: Vec<RewardMeasure>,
    /// What became of requests.
    pub requests: Requests,
    /// How long requests took.
    pub latency: Latency,
    /// (Workload, tick) pairs whose objective could be judged.
    pub slo_ticks: u64,
    /// Of these, the ones whose tail latency missed the objective.
    pub slo_ticks_violated: u64,
    /// Replicas that existed, integrated over time.
    pub replica_seconds: f64,
    /// CPU that was used.
    pub cpu_core_seconds_used: f64,
    /// CPU that was set aside.
    pub cpu_core_seconds_allocated: f64,
    /// Memory that was set aside.
    pub memory_gib_seconds_allocated: f64,
    /// Replicas that began to start.
    pub cold_starts: u64,
    /// Replicas that crashed.
    pub crashes: u64,
    /// Replicas killed for memory.
    pub oom_kills: u64,
    /// What was changed.
    pub scaling: Scaling,
    /// What the policy answered.
    pub answers: Answers,
    /// Decisions that a guard rail changed, by the rail's name. A recommendation stands between a
    /// policy's turns, so every tick has its decision.
    pub rails: BTreeMap<String, u64>,
}

/// One reward over a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardMeasure {
    /// (Workload, tick) pairs that were scored.
    pub scored: u64,
    /// (Workload, tick) pairs that could not be scored.
    pub failed: u64,
    /// Sum of the rewards of all scored pairs: the return, not discounted.
    #[serde(rename = "return")]
    pub total: f64,
}

impl RewardMeasure {
    /// Mean reward of a workload's tick, if any was scored.
    pub fn mean(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.total / self.scored as f64)
    }
}

/// What became of the requests that arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// All that arrived: the sum of the next five.
    pub arrivals: u64,
    /// Ended well.
    pub completed: u64,
    /// Their caller gave up.
    pub timed_out: u64,
    /// Turned away by a full queue.
    pub rejected: u64,
    /// Lost to a crash, an OOM kill or a failing function.
    pub failed: u64,
    /// Still in the system at the end.
    pub unfinished: u64,
    /// Arrivals of workloads that have an objective.
    pub with_objective: u64,
    /// Of these, the ones that missed it.
    pub slo_violations: u64,
}

/// Latency from arrival to end in seconds. Percentiles count every arrival: timed-out and unfinished
/// ones with the time they waited, rejected and failed ones as infinite. They are upper bounds of
/// the histogram's bins. Absent without arrivals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Mean over requests that ended well.
    pub seconds_mean: Option<f64>,
    /// Median.
    #[serde(with = "unbounded::option")]
    pub seconds_p50: Option<f64>,
    /// 90th percentile.
    #[serde(with = "unbounded::option")]
    pub seconds_p90: Option<f64>,
    /// 95th percentile.
    #[serde(with = "unbounded::option")]
    pub seconds_p95: Option<f64>,
    /// 99th percentile.
    #[serde(with = "unbounded::option")]
    pub seconds_p99: Option<f64>,
    /// 99.9th percentile.
    #[serde(with = "unbounded::option")]
    pub seconds_p999: Option<f64>,
}

/// What was changed, as the cluster acknowledged it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// Changes to more replicas.
    pub up: u64,
    /// Changes to fewer replicas.
    pub down: u64,
    /// Of both, those that went the other way than the workload's change before.
    pub reversals: u64,
    /// Changes of CPU or memory limits.
    pub resizes: u64,
    /// Decisions that the cluster could not apply.
    pub failed: u64,
}

/// What the policy answered, one a workload and turn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Recommendations that were asked for.
    pub asked: u64,
    /// Answers that were refused, by kind (`not-a-number`, `declined`, …).
    pub refused: BTreeMap<String, u64>,
    /// Of the refused ones, those that the fallback policy answered instead. The others held.
    pub fallback: u64,
    /// Recommendations outside of the workload's bounds.
    pub illegal: u64,
}

/// One workload over time. Point `i` covers `step_seconds` from `start_seconds + i × step_seconds`;
/// the last point may cover less. Absent where nothing was observed, or nothing finite.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What people call the workload.
    pub workload: String,
    /// Start of the first point, warm-up included.
    pub start_seconds: f64,
    /// Time between points; a multiple of the tick.
    pub step_seconds: f64,
    /// The objective for the tail latency, if the workload has one.
    pub latency_slo_seconds: Option<f64>,
    /// Mean arrivals per second.
    pub arrival_rate_per_second: Vec<Option<f32>>,
    /// Mean of the replicas asked for.
    pub replicas_desired: Vec<Option<f32>>,
    /// Mean of the replicas that can serve.
    pub replicas_ready: Vec<Option<f32>>,
    /// Largest tail latency in seconds, at the objective's percentile or the 90th.
    pub latency_seconds_tail: Vec<Option<f32>>,
    /// Mean CPU used divided by CPU requested.
    pub cpu_utilisation_ratio: Vec<Option<f32>>,
    /// Mean of the main reward.
    pub reward: Vec<Option<f32>>,
}

/// A cell that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Which one.
    pub name: CellName,
    /// Why, with causes.
    pub message: String,
}
