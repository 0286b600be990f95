//! Settings: what Knative reads from a revision's annotations and from its config maps.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::Metric;
use crate::window::Aggregation;

/// The knobs of one revision, named after the annotations `autoscaling.knative.dev/…`. One that is
/// left out takes its value from `cluster`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `metric`: what to scale on.
    pub metric: Metric,
    /// `target`: value of the metric that one replica should carry before utilisation, ≥ 0.01. With
    /// `concurrency`, the container's own limit is never exceeded.
    pub target: Option<f64>,
    /// `target-utilization-percentage`: share of the target that is aimed at, 1 to 100.
    pub target_utilisation_percentage: Option<f64>,
    /// `containerConcurrency` of the revision: requests that one replica takes at a time, 0 for
    /// unlimited. Left out, the column `concurrency_limit` says it.
    pub container_concurrency: Option<i64>,
    /// `window`: span of the stable window in whole seconds, 6 to 3600.
    pub window_seconds: Option<f64>,
    /// `panic-window-percentage`: span of the panic window as a share of the stable one, 1 to 100.
    pub panic_window_percentage: Option<f64>,
    /// `panic-threshold-percentage`: panic when the replicas wanted are this share of the ready ones,
    /// 110 to 1000.
    pub panic_threshold_percentage: Option<f64>,
    /// `metric-aggregation-algorithm`: how the buckets of both windows are averaged.
    pub metric_aggregation_algorithm: Aggregation,
    /// `min-scale`: fewest replicas, ≥ 0. Left out here and in `cluster`, the column `replicas_min`
    /// says it.
    pub min_scale: Option<i64>,
    /// `max-scale`: most replicas, 0 for unlimited. Left out here and in `cluster`, the column
    /// `replicas_max` says it.
    pub max_scale: Option<i64>,
    /// `initial-scale`: replicas that a new workload must reach once before it may shrink, ≥ 1, or 0
    /// where the cluster allows it.
    pub initial_scale: Option<i64>,
    /// `activation-scale`: fewest replicas while there is any load, ≥ 2.
    pub activation_scale: Option<i64>,
    /// `scale-down-delay`: whole seconds that a smaller count must last before it is followed, 0 to
    /// 3600.
    pub scale_down_delay_seconds: Option<f64>,
    /// `target-burst-capacity`: requests to be ready for beyond the load; 0 for none, −1 for
    /// unlimited.
    pub target_burst_capacity: Option<f64>,
    /// `scale-to-zero-pod-retention-period`: seconds that the last replica stays after the decision
    /// to remove it, 0 to 3600.
    pub scale_to_zero_pod_retention_period_seconds: Option<f64>,
    /// `serving.knative.dev/progress-deadline`: whole seconds that an activation may take, to which
    /// Knative adds 30.
    pub progress_deadline_seconds: Option<f64>,
    /// Some route leads to the workload. Without one there is no minimum, no initial scale, no delay,
    /// no retention and no limit on shrinking.
    pub reachable: bool,
    /// The cluster-wide configuration.
    pub cluster: Cluster,
}

/// The keys of the config maps `config-autoscaler` and `config-deployment`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cluster {
    /// `enable-scale-to-zero`: without it one replica always stays.
    pub enable_scale_to_zero: bool,
    /// `allow-zero-initial-scale`.
    pub allow_zero_initial_scale: bool,
    /// `max-scale-up-rate`: most replicas wanted for each ready one, > 1.
    pub max_scale_up_rate: f64,
    /// `max-scale-down-rate`: most ready replicas for each one wanted, > 1.
    pub max_scale_down_rate: f64,
    /// `container-concurrency-target-percentage`: share of the concurrency target that is aimed at.
    /// In (0, 100]; up to 1 it is read as a fraction, as Knative does.
    pub container_concurrency_target_percentage: f64,
    /// `container-concurrency-target-default`: concurrency target of a container without a limit.
    pub container_concurrency_target_default: f64,
    /// `requests-per-second-target-default`: rps target, ≥ 0.01; 70 % of it are aimed at.
    pub requests_per_second_target_default: f64,
    /// `target-burst-capacity`: ≥ 0, or −1 for unlimited.
    pub target_burst_capacity: f64,
    /// `activator-capacity`: requests that one activator carries, ≥ 1.
    pub activator_capacity: f64,
    /// `stable-window` in whole seconds, 6 to 3600.
    pub stable_window_seconds: f64,
    /// `panic-window-percentage`, 1 to 100.
    pub panic_window_percentage: f64,
    /// `panic-threshold-percentage`, > 0.
    pub panic_threshold_percentage: f64,
    /// `initial-scale`, ≥ 1, or 0 where it is allowed.
    pub initial_scale: i64,
    /// `min-scale`, ≥ 0.
    pub min_scale: Option<i64>,
    /// `max-scale`, 0 for unlimited.
    pub max_scale: Option<i64>,
    /// `max-scale-limit`: most that any `max_scale` may say; 0 for no limit.
    pub max_scale_limit: i64,
    /// `scale-down-delay` in whole seconds, ≥ 0.
    pub scale_down_delay_seconds: f64,
    /// `scale-to-zero-grace-period` in seconds, > 0: how long the activator must have carried the
    /// traffic before the last replica goes.
    pub scale_to_zero_grace_period_seconds: f64,
    /// `scale-to-zero-pod-retention-period` in seconds, ≥ 0.
    pub scale_to_zero_pod_retention_period_seconds: f64,
    /// `progress-deadline` of `config-deployment` in seconds, > 0.
    pub progress_deadline_seconds: f64,
    /// `tick-interval` in whole seconds, 1 to 60: the policy's period and the grain of the delay.
    pub tick_interval_seconds: f64,
}

impl Cluster {
    /// The concurrency target's share as a fraction.
    pub fn utilisation(&self) -> f64 {
        let percentage = self.container_concurrency_target_percentage;
        if percentage > 1.0 { percentage / 100.0 } else { percentage }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            metric: Metric::default(),
            target: None,
            target_utilisation_percentage: None,
            container_concurrency: None,
            window_seconds: None,
            panic_window_percentage: None,
            panic_threshold_percentage: None,
            metric_aggregation_algorithm: Aggregation::default(),
            min_scale: None,
            max_scale: None,
            initial_scale: None,
            activation_scale: None,
            scale_down_delay_seconds: None,
            target_burst_capacity: None,
            scale_to_zero_pod_retention_period_seconds: None,
            progress_deadline_seconds: None,
            reachable: true,
            cluster: Cluster::default(),
        }
    }
}

/// Knative's own defaults.
impl Default for Cluster {
    fn default() -> Self {
        Self {
            enable_scale_to_zero: true,
            allow_zero_initial_scale: false,
            max_scale_up_rate: 1000.0,
            max_scale_down_rate: 2.0,
            container_concurrency_target_percentage: 70.0,
            container_concurrency_target_default: 100.0,
            requests_per_second_target_default: 200.0,
            target_burst_capacity: 211.0,
            activator_capacity: 100.0,
            stable_window_seconds: 60.0,
            panic_window_percentage: 10.0,
            panic_threshold_percentage: 200.0,
            initial_scale: 1,
            min_scale: None,
            max_scale: None,
            max_scale_limit: 0,
            scale_down_delay_seconds: 0.0,
            scale_to_zero_grace_period_seconds: 30.0,
            scale_to_zero_pod_retention_period_seconds: 0.0,
            progress_deadline_seconds: 600.0,
            tick_interval_seconds: 2.0,
        }
    }
}
