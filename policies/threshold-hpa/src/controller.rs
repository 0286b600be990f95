//! The controller's flags and feature gates.

use sdk::schemars::JsonSchema;
use sdk::serde::Deserialize;

/// What Kubernetes gives to the controller by flags, the same for every workload.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct Controller {
    /// Seconds between two turns, ≥ 1.
    pub sync_period_seconds: u32,
    /// By how much usage may miss the target without a change, as a ratio ≥ 0.
    pub tolerance: f64,
    /// For how many seconds a higher recommendation holds back a lower one, where a window is not set.
    pub downscale_stabilization_seconds: u32,
    /// For how many seconds after its start a pod's CPU samples are looked at with suspicion.
    pub cpu_initialization_period_seconds: u32,
    /// A pod that turned unready within so many seconds of its start was never ready.
    pub initial_readiness_delay_seconds: u32,
    /// Without `behavior`: at most this many times the replicas in one step, > 0.
    pub scale_up_limit_factor: f64,
    /// Without `behavior`: always allowed in one step, whatever the factor says, ≥ 0.
    pub scale_up_limit_minimum: f64,
    /// The gate HPAScaleToZero: zero replicas are left again if it was the autoscaler that chose them.
    pub scale_to_zero: bool,
    /// The gate HPAConfigurableTolerance: `behavior` may set tolerances.
    pub configurable_tolerance: bool,
    /// The gate PodLevelResources: a pod's own requests replace the sum of its containers'.
    pub pod_level_resources: bool,
    /// Refuse settings that the API server would refuse. Without, what it would never let through
    /// (an unknown metric type, zero replicas on CPU alone) meets the algorithm as it would there.
    pub admission: bool,
}

impl Default for Controller {
    /// The defaults of kube-controller-manager.
    fn default() -> Self {
        Self {
            sync_period_seconds: 15,
            tolerance: 0.1,
            downscale_stabilization_seconds: 300,
            cpu_initialization_period_seconds: 300,
            initial_readiness_delay_seconds: 30,
            scale_up_limit_factor: 2.0,
            scale_up_limit_minimum: 4.0,
            scale_to_zero: true,
            configurable_tolerance: true,
            pod_level_resources: true,
            admission: true,
        }
    }
}
