//! The settings: an autoscaling/v2 HorizontalPodAutoscaler spec with the controller's flags.

use std::collections::BTreeMap;

use sdk::schemars::JsonSchema;
use sdk::serde::Deserialize;

use crate::controller::Controller;
use crate::quantity::Quantity;

/// Settings of `threshold-hpa`: the `spec` of a HorizontalPodAutoscaler (autoscaling/v2), as users of
/// Kubernetes know it, and what the controller is told by flags.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct Settings {
    /// Accepted so that a spec can be pasted, and not used: the host knows what it scales.
    pub scale_target_ref: Option<ObjectReference>,
    /// The fewest replicas. Absent: the column `replicas_min` of each workload, or 1.
    pub min_replicas: Option<i32>,
    /// The most replicas. Absent: the column `replicas_max` of each workload.
    pub max_replicas: Option<i32>,
    /// What to scale on; the largest proposal wins. Empty: CPU at 80 % of the request.
    pub metrics: Vec<MetricSpec>,
    /// How fast to scale. Absent: the older rules (300 s of down-scale stabilisation, at most doubling).
    pub behavior: Option<BehaviorSpec>,
    /// Where usage is read: from every pod, or from the columns' means.
    pub pods: PodsFrom,
    /// The flags of the controller and its feature gates.
    pub controller: Controller,
}

/// Where usage is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "lowercase")]
#[schemars(crate = "sdk::schemars")]
pub enum PodsFrom {
    /// From pods, metrics and faults: the whole algorithm.
    #[default]
    Details,
    /// From columns: every ready replica is taken to use the mean, every starting one is unready.
    Columns,
}

/// A reference to an object in the workload's namespace.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct ObjectReference {
    /// API group and version.
    #[serde(default)]
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// One metric to scale on. Exactly the field that `type` names is set.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct MetricSpec {
    /// `Resource`, `ContainerResource`, `Pods`, `Object` or `External`.
    pub r#type: String,
    /// A resource, over whole pods.
    pub resource: Option<ResourceSource>,
    /// A resource of one container in each pod.
    pub container_resource: Option<ContainerResourceSource>,
    /// A custom metric of each pod.
    pub pods: Option<PodsSource>,
    /// A metric of one object.
    pub object: Option<ObjectSource>,
    /// A metric from outside the cluster.
    pub external: Option<ExternalSource>,
}

/// A resource, over whole pods.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct ResourceSource {
    /// `cpu`, `memory` or an extended resource.
    pub name: String,
    /// `averageUtilization` or `averageValue`.
    #[serde(default)]
    pub target: TargetSpec,
}

/// A resource of one container in each pod.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct ContainerResourceSource {
    /// `cpu`, `memory` or an extended resource.
    pub name: String,
    /// The container's name.
    pub container: String,
    /// `averageUtilization` or `averageValue`.
    #[serde(default)]
    pub target: TargetSpec,
}

/// A custom metric of each pod.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct PodsSource {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// `averageValue`.
    #[serde(default)]
    pub target: TargetSpec,
}

/// A metric of one object.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct ObjectSource {
    /// The object.
    pub described_object: ObjectReference,
    /// Which metric.
    pub metric: MetricIdentifier,
    /// `value` or `averageValue`.
    #[serde(default)]
    pub target: TargetSpec,
}

/// A metric from outside the cluster.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct ExternalSource {
    /// Which metric. With `pods: columns`, its name is that of a column.
    pub metric: MetricIdentifier,
    /// `value` or `averageValue`.
    #[serde(default)]
    pub target: TargetSpec,
}

/// The name of a metric and the labels that narrow it down.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct MetricIdentifier {
    /// The metric's name.
    pub name: String,
    /// Labels of the series.
    pub selector: Option<LabelSelector>,
}

/// A Kubernetes label selector.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct LabelSelector {
    /// Labels with these values.
    pub match_labels: BTreeMap<String, String>,
    /// Conditions on labels.
    pub match_expressions: Vec<LabelExpression>,
}

/// A condition on one label.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct LabelExpression {
    /// The label.
    pub key: String,
    /// How it relates to the values.
    pub operator: LabelOperator,
    /// The values; empty for `Exists` and `DoesNotExist`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// How a label relates to values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde")]
#[schemars(crate = "sdk::schemars")]
pub enum LabelOperator {
    /// One of them.
    In,
    /// None of them.
    NotIn,
    /// Is there.
    Exists,
    /// Is not there.
    DoesNotExist,
}

/// What a metric should be.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct TargetSpec {
    /// `Utilization`, `Value` or `AverageValue`.
    pub r#type: String,
    /// Percent of the pods' requests.
    pub average_utilization: Option<i32>,
    /// Mean over pods.
    pub average_value: Option<Quantity>,
    /// The value itself.
    pub value: Option<Quantity>,
}

/// How fast to scale in each direction.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct BehaviorSpec {
    /// Up. Absent: window 0 s, the larger of 4 pods and 100 % in 15 s.
    pub scale_up: Option<RulesSpec>,
    /// Down. Absent: the controller's window, 100 % in 15 s.
    pub scale_down: Option<RulesSpec>,
}

/// How fast to scale in one direction; what is absent keeps its default.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct RulesSpec {
    /// For how long past recommendations hold back a change, 0 to 3600 s.
    pub stabilization_window_seconds: Option<i32>,
    /// Which policy counts.
    pub select_policy: Option<SelectPolicy>,
    /// The limits; they replace the default ones.
    pub policies: Option<Vec<PolicySpec>>,
    /// By how much usage may miss the target without a change, as a ratio.
    pub tolerance: Option<Quantity>,
}

/// Which of several policies counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde")]
#[schemars(crate = "sdk::schemars")]
pub enum SelectPolicy {
    /// The one that allows the largest change.
    #[default]
    Max,
    /// The one that allows the smallest change.
    Min,
    /// No change in this direction.
    Disabled,
}

/// At most this change in this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct PolicySpec {
    /// What `value` counts.
    pub r#type: PolicyType,
    /// How many, > 0.
    pub value: i32,
    /// In how many seconds, 1 to 1800.
    pub period_seconds: i32,
}

/// What a policy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde")]
#[schemars(crate = "sdk::schemars")]
pub enum PolicyType {
    /// Replicas.
    Pods,
    /// Percent of the replicas at the start of the period.
    Percent,
}
