//! The spec: settings resolved into the numbers that the algorithm reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::{SECOND, nanoseconds};
use crate::settings::{Cluster, Settings};
use crate::window::Aggregation;

/// Knative keeps one bucket a second.
pub const BUCKET: i64 = SECOND;

/// Time past the progress deadline that a revision may still use to report why it failed.
const ACTIVATION_BUFFER: i64 = 30 * SECOND;

/// No replica is asked to take less than this, however small the utilisation.
pub const TARGET_MINIMUM: f64 = 0.01;

/// Share of an rps target that is aimed at unless the revision says otherwise.
const RPS_UTILISATION: f64 = 0.7;

/// What is measured of a workload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Requests in the system, queued and executing.
    #[default]
    Concurrency,
    /// Requests that arrive, per second.
    Rps,
}

/// Everything that does not change from turn to turn. Spans are nanoseconds.
#[derive(Debug, Clone)]
pub struct Spec {
    /// What is measured.
    pub metric: Metric,
    /// How both windows average.
    pub aggregation: Aggregation,
    /// Span of the stable window.
    pub stable_window: i64,
    /// Span of the panic window, whole seconds.
    pub panic_window: i64,
    /// Wanted over ready replicas from which on it panics.
    pub panic_threshold: f64,
    /// Most replicas wanted for each ready one.
    pub max_scale_up_rate: f64,
    /// Most ready replicas for each wanted one.
    pub max_scale_down_rate: f64,
    /// Requests to be ready for beyond the load: ≥ 0, or −1 for unlimited.
    pub target_burst_capacity: f64,
    /// Requests that one activator carries.
    pub activator_capacity: f64,
    /// How long a smaller count must last before it counts; 0 for not at all.
    pub scale_down_delay: i64,
    /// The policy's period.
    pub tick: i64,
    /// Least replicas when there is any load; at most 1 means none.
    pub activation_scale: i32,
    /// Some route leads to the workload.
    pub reachable: bool,
    /// Zero replicas are allowed.
    pub scale_to_zero: bool,
    /// How long the activator must have carried the traffic before the last replica goes.
    pub grace: i64,
    /// How long the last replica stays after the decision.
    pub retention: i64,
    /// How long an activation may take.
    pub activation_timeout: i64,
    /// Fewest replicas, if the settings say so.
    pub min_scale: Option<i32>,
    /// Most replicas, if the settings say so; 0 for unlimited.
    pub max_scale: Option<i32>,
    /// Replicas to reach once before anything else.
    pub initial_scale: i32,
    /// Where a replica's target comes from.
    pub goal: Goal,
}

/// Where a replica's target comes from.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The revision's own target.
    pub target: Option<f64>,
    /// Requests that a replica takes at a time; 0 for unlimited, none for what is observed.
    pub container_concurrency: Option<f64>,
    /// What a replica carries when nobody says.
    pub default_total: f64,
    /// Share of the total that is aimed at, in (0, 1].
    pub utilisation: f64,
}

/// What one replica should carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The value of the metric to aim at for each replica.
    pub value: f64,
    /// The most that a replica can carry.
    pub total: f64,
}

impl Spec {
    /// Resolves settings that passed the check.
    pub fn new(settings: &Settings) -> Self {
        let cluster = &settings.cluster;
        let stable_window =
            nanoseconds(settings.window_seconds.unwrap_or(cluster.stable_window_seconds));
        let panic_percentage =
            settings.panic_window_percentage.unwrap_or(cluster.panic_window_percentage);
        let threshold =
            settings.panic_threshold_percentage.unwrap_or(cluster.panic_threshold_percentage);
        let deadline =
            settings.progress_deadline_seconds.unwrap_or(cluster.progress_deadline_seconds);
        Self {
            metric: settings.metric,
            aggregation: settings.metric_aggregation_algorithm,
            stable_window,
            panic_window: panic_window(stable_window, panic_percentage),
            panic_threshold: threshold / 100.0,
            max_scale_up_rate: cluster.max_scale_up_rate,
            max_scale_down_rate: cluster.max_scale_down_rate,
            target_burst_capacity: settings
                .target_burst_capacity
                .unwrap_or(cluster.target_burst_capacity),
            activator_capacity: cluster.activator_capacity,
            scale_down_delay: nanoseconds(
                settings.scale_down_delay_seconds.unwrap_or(cluster.scale_down_delay_seconds),
            ),
            tick: nanoseconds(cluster.tick_interval_seconds),
            activation_scale: settings.activation_scale.map_or(0, count),
            reachable: settings.reachable,
            scale_to_zero: cluster.enable_scale_to_zero,
            grace: nanoseconds(cluster.scale_to_zero_grace_period_seconds),
            retention: retention(settings),
            activation_timeout: nanoseconds(deadline).saturating_add(ACTIVATION_BUFFER),
            min_scale: settings.min_scale.or(cluster.min_scale).map(count),
            max_scale: settings.max_scale.or(cluster.max_scale).map(count),
            initial_scale: initial_scale(settings.initial_scale, cluster),
            goal: Goal::new(settings),
        }
    }
}

impl Goal {
    fn new(settings: &Settings) -> Self {
        let cluster = &settings.cluster;
        let (default_total, utilisation) = match settings.metric {
            Metric::Concurrency => {
                (cluster.container_concurrency_target_default, cluster.utilisation())
            }
            Metric::Rps => (cluster.requests_per_second_target_default, RPS_UTILISATION),
        };
        let container_concurrency = match settings.metric {
            Metric::Concurrency => settings.container_concurrency.map(|limit| limit as f64),
            // A limit on concurrency says nothing about a rate.
            Metric::Rps => Some(0.0),
        };
        Self {
            target: settings.target,
            container_concurrency,
            default_total,
            utilisation: settings
                .target_utilisation_percentage
                .map_or(utilisation, |percentage| percentage / 100.0),
        }
    }

    /// The target of a replica that was observed to take `limit` requests at a time.
    pub fn resolve(&self, limit: Option<f64>) -> Target {
        let limit = self.container_concurrency.or(limit).filter(|&limit| limit > 0.0);
        let total = match (self.target, limit) {
            (Some(target), Some(limit)) => target.min(limit),
            (Some(target), None) => target,
            (None, limit) => limit.unwrap_or(self.default_total),
        };
        Target { value: (total * self.utilisation).max(TARGET_MINIMUM), total }
    }
}

/// A share of the stable window, to the nearest whole bucket and at least one.
fn panic_window(stable_window: i64, percentage: f64) -> i64 {
    let share = (stable_window as f64 * percentage / 100.0) as i64;
    ((share + BUCKET / 2) / BUCKET * BUCKET).max(BUCKET)
}

/// Nobody waits for the last replica of a workload that no route leads to.
fn retention(settings: &Settings) -> i64 {
    if !settings.reachable {
        return 0;
    }
    let cluster = settings.cluster.scale_to_zero_pod_retention_period_seconds;
    nanoseconds(settings.scale_to_zero_pod_retention_period_seconds.unwrap_or(cluster))
}

fn initial_scale(revision: Option<i64>, cluster: &Cluster) -> i32 {
    match revision {
        Some(scale) if scale != 0 || cluster.allow_zero_initial_scale => count(scale),
        _ => count(cluster.initial_scale),
    }
}

fn count(scale: i64) -> i32 {
    i32::try_from(scale).expect("the check bounds every scale by 2147483647")
}

#[cfg(test)]
mod tests;
