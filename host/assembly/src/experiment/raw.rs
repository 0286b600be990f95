//! A race file as it is written. Every map denies fields that it does not know.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use scaling::{Quota, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use simulator::{ClusterSpec, Mp3Spec, WorkloadSpec};

use super::ExperimentError;
use crate::processes::ProcessesSpec;

/// A race file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raw {
    /// What the race is called.
    pub(crate) name: String,
    /// What it is about, for the report.
    #[serde(default)]
    pub(crate) about: String,
    /// It shows something and is to decide nothing: the report gives no verdict.
    #[serde(default)]
    pub(crate) demonstration: bool,
    /// How many seeds, or which.
    #[serde(default)]
    pub(crate) seeds: Seeds,
    /// The simulated cluster.
    #[serde(default)]
    pub(crate) cluster: ClusterSpec,
    /// The closed-form environment instead of a simulated cluster.
    #[serde(default)]
    pub(crate) mp3: Option<Mp3Spec>,
    /// Workloads, one by one.
    #[serde(default)]
    pub(crate) workloads: Vec<WorkloadSpec>,
    /// Workloads made of a trace's functions.
    #[serde(default)]
    pub(crate) functions: Option<Functions>,
    /// What `regatta calibrate` measured, as a path from here: it takes the place of what is said
    /// here of the same workloads.
    #[serde(default)]
    pub(crate) profile: Option<PathBuf>,
    /// What a cluster of processes runs for the workloads.
    #[serde(default)]
    pub(crate) processes: Option<ProcessesSpec>,
    /// Other workloads to train and tune on.
    #[serde(default)]
    pub(crate) training: TrainingSplit,
    /// Who races.
    pub(crate) policies: Vec<PolicyEntry>,
    /// What they are scored by, the main one first.
    pub(crate) rewards: Vec<RewardEntry>,
    /// The same for every policy.
    #[serde(default)]
    pub(crate) guard_rails: Rails,
    /// Quotas by tenant.
    #[serde(default)]
    pub(crate) quotas: BTreeMap<TenantId, Quota>,
    /// Who answers for a policy that does not.
    #[serde(default)]
    pub(crate) fallback: Option<PolicyEntry>,
    /// The policy that the others are compared with; the first one unless named.
    #[serde(default)]
    pub(crate) reference: Option<String>,
}

/// How many seeds, or which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "must be how many seeds, such as 5, or a list of them, such as [1, 2, 3]"
)]
pub(crate) enum Seeds {
    /// So many, from 1.
    Count(u32),
    /// These.
    List(Vec<u64>),
}

impl Default for Seeds {
    /// Five: the fewest that an interval should be made of.
    fn default() -> Self {
        Seeds::Count(5)
    }
}

impl Seeds {
    /// The seeds, or what is wrong with them.
    pub(crate) fn list(&self) -> Result<Vec<u64>, &'static str> {
        let seeds: Vec<u64> = match self {
            Seeds::Count(count) => (1..=u64::from(*count)).collect(),
            Seeds::List(seeds) => seeds.clone(),
        };
        let mut sorted = seeds.clone();
        sorted.sort_unstable();
        sorted.dedup();
        match seeds.len() {
            0 => Err("there must be at least one seed"),
            count if count > 10_000 => Err("there may be at most 10,000 seeds"),
            count if sorted.len() < count => Err("each seed may be named only once"),
            _ => Ok(seeds),
        }
    }
}

/// Workloads made of the busiest functions of a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Functions {
    /// The trace's format; without a folder of it, a generator fitted to it stands in.
    pub(crate) trace: TraceFormat,
    /// How many of the busiest functions to take, ≥ 2. They go in turn to the race (the busiest
    /// first) and to training and tuning.
    pub(crate) busiest: usize,
    /// Only functions whose mean duration lies in here, in seconds.
    #[serde(default)]
    pub(crate) mean_duration_seconds: Option<(f64, f64)>,
    /// Only functions whose counts of minutes vary at least so much (standard deviation divided by
    /// mean), ≥ 0: the others are timers.
    #[serde(default)]
    pub(crate) least_variation: f64,
    /// Scales each function's rate so that it keeps so many cores busy on average, > 0.
    #[serde(default)]
    pub(crate) offered_cores: Option<f64>,
    /// Scales to no more than so many requests per second on average, > 0.
    #[serde(default)]
    pub(crate) most_requests_per_second: Option<f64>,
    /// Gives each function a latency objective of so many times its mean duration, > 0.
    #[serde(default)]
    pub(crate) slo_of_mean_duration: Option<f64>,
    /// The other settings of every workload, as under `workloads` but for `name` and `arrivals`;
    /// without `service` requests take as long as the trace says.
    pub(crate) template: Map<String, Value>,
}

/// The format of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TraceFormat {
    /// The Azure Functions 2019 trace.
    Azure2019,
}

/// What training and tuning run on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TrainingSplit {
    /// Other workloads than the race's; without them the same ones with other seeds.
    pub(crate) workloads: Vec<WorkloadSpec>,
    /// How many seeds to tune with, ≥ 1.
    pub(crate) tuning_seeds: Option<u32>,
}

/// Who races.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyEntry {
    /// Its name in the report; the module's unless given.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// A built-in's name, or the path of a component or core module.
    pub(crate) module: String,
    /// The policy's settings.
    #[serde(default)]
    pub(crate) settings: Map<String, Value>,
    /// Its period, if not its own.
    #[serde(default)]
    pub(crate) period_seconds: Option<f64>,
    /// Train it first; it races frozen.
    #[serde(default)]
    pub(crate) train: Option<Training>,
    /// Let it learn during the race.
    #[serde(default)]
    pub(crate) learn_online: Option<Online>,
    /// Choose among settings on the training split; the best one races.
    #[serde(default)]
    pub(crate) tune: Option<Tuning>,
}

impl PolicyEntry {
    /// What the report calls it.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.module)
    }
}

/// How a policy is trained before it races.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Training {
    /// How many episodes, ≥ 1.
    pub(crate) episodes: u32,
    /// How many different seeds they go through; as many as episodes unless given.
    #[serde(default)]
    pub(crate) seeds: Option<u32>,
    /// The reward that it learns from; the main one unless given.
    #[serde(default)]
    pub(crate) reward: Option<String>,
}

/// How a policy learns during the race.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Online {
    /// The reward that it learns from; the main one unless given.
    pub(crate) reward: Option<String>,
}

/// Settings to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tuning {
    /// Values to try at each place (a JSON Pointer into the settings), in every combination.
    pub(crate) vary: BTreeMap<String, Vec<Value>>,
    /// The metric that decides; the main reward's mean unless given.
    #[serde(default)]
    pub(crate) by: Option<String>,
}

/// What they are scored by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardEntry {
    /// Its name in the report; the module's unless given.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// A built-in's name, or the path of a component or core module.
    pub(crate) module: String,
    /// The reward function's settings.
    #[serde(default)]
    pub(crate) settings: Map<String, Value>,
}

impl RewardEntry {
    /// What the report calls it.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.module)
    }
}

/// Guard rails, in seconds and replicas.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rails {
    /// Hold while the newest sample is older.
    pub(crate) stale_after_seconds: Option<f64>,
    /// Window for going up.
    pub(crate) stabilisation_up_seconds: f64,
    /// Window for going down.
    pub(crate) stabilisation_down_seconds: f64,
    /// For so long after a change, none the other way.
    pub(crate) cooldown_after_reversal_seconds: f64,
    /// The most replicas added at once.
    pub(crate) step_up: Option<u32>,
    /// The most replicas removed at once.
    pub(crate) step_down: Option<u32>,
}

impl Rails {
    /// The rails, once their numbers make sense.
    pub(crate) fn checked(&self, file: &Path) -> Result<scaling::Rails, ExperimentError> {
        for (field, step) in [("step_up", self.step_up), ("step_down", self.step_down)] {
            if step == Some(0) {
                return Err(ExperimentError::invalid(
                    file,
                    format!("guard_rails.{field}"),
                    "is 0, which forbids every change; leave it out for no limit",
                ));
            }
        }
        let span = |field: &str, seconds| duration(file, &format!("guard_rails.{field}"), seconds);
        Ok(scaling::Rails {
            stale_after: self
                .stale_after_seconds
                .map(|seconds| span("stale_after_seconds", seconds))
                .transpose()?,
            stabilisation_up: span("stabilisation_up_seconds", self.stabilisation_up_seconds)?,
            stabilisation_down: span(
                "stabilisation_down_seconds",
                self.stabilisation_down_seconds,
            )?,
            cooldown_after_reversal: span(
                "cooldown_after_reversal_seconds",
                self.cooldown_after_reversal_seconds,
            )?,
            step_up: self.step_up,
            step_down: self.step_down,
        })
    }
}

/// A span of time from seconds, if that is what they are.
pub(crate) fn duration(
    file: &Path,
    field: &str,
    seconds: f64,
) -> Result<Duration, ExperimentError> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        ExperimentError::invalid(
            file,
            field,
            format!("is {seconds}, but must be a number of seconds, 0 or more"),
        )
    })
}
