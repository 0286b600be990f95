//! A metric: where a proposal comes from, ready for use.

use crate::condition::Reason;
use crate::spec::{MetricIdentifier, MetricSpec, TargetSpec};

/// A metric of the settings, ready for use.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Where it is read.
    pub source: Source,
    /// What it should be; none if the settings give nothing that suits it.
    pub target: Option<Target>,
    /// What a rescale calls it; for an unknown kind, the kind.
    pub title: String,
}

/// Where a metric is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Samples of a resource, of whole pods or of one container in each.
    Resource { name: String, container: Option<String> },
    /// A custom metric of each pod.
    Pods { name: String, selector: String },
    /// A metric of one object, written `Kind/name`.
    Object { name: String, selector: String, object: String },
    /// A metric from outside.
    External { name: String, selector: String },
    /// The settings name a kind that does not exist.
    Unknown,
}

/// What a metric should be. Thousandths, > 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Percent of the requests.
    Utilisation(i32),
    /// Mean over pods.
    AverageValue(i64),
    /// The value itself.
    Value(i64),
}

impl Metric {
    /// CPU at 80 % of the request, which the API server fills in where there is no metric.
    pub fn default_one() -> Self {
        let target = TargetSpec { average_utilization: Some(80), ..TargetSpec::default() };
        Self::of_resource("cpu", None, &target)
    }

    fn of_resource(name: &str, container: Option<&str>, target: &TargetSpec) -> Self {
        let title = match (target.average_value, container) {
            (Some(_), _) => format!("{name} resource"),
            (None, None) => format!("{name} resource utilization (percentage of request)"),
            (None, Some(_)) => {
                format!("{name} container resource utilization (percentage of request)")
            }
        };
        let source =
            Source::Resource { name: name.to_owned(), container: container.map(str::to_owned) };
        let target = average(target).or(target.average_utilization.map(Target::Utilisation));
        Self { source, target, title }
    }

    /// The metric's name.
    pub fn name(&self) -> &str {
        match &self.source {
            Source::Resource { name, .. }
            | Source::Pods { name, .. }
            | Source::Object { name, .. }
            | Source::External { name, .. } => name,
            Source::Unknown => &self.title,
        }
    }

    /// The kind, as the settings spell it.
    pub fn kind(&self) -> &str {
        match &self.source {
            Source::Resource { container: None, .. } => "Resource",
            Source::Resource { container: Some(_), .. } => "ContainerResource",
            Source::Pods { .. } => "Pods",
            Source::Object { .. } => "Object",
            Source::External { .. } => "External",
            Source::Unknown => &self.title,
        }
    }

    /// The condition's reason when it fails.
    pub fn failure_reason(&self) -> Reason {
        match &self.source {
            Source::Resource { container: None, .. } => Reason::FailedGetResourceMetric,
            Source::Resource { container: Some(_), .. } => Reason::FailedGetContainerResourceMetric,
            Source::Pods { .. } => Reason::FailedGetPodsMetric,
            Source::Object { .. } => Reason::FailedGetObjectMetric,
            Source::External { .. } => Reason::FailedGetExternalMetric,
            Source::Unknown => Reason::InvalidMetricSourceType,
        }
    }

    /// What messages call it.
    pub fn noun(&self) -> String {
        let name = self.name();
        match &self.source {
            Source::Resource { .. } => format!("metrics for resource {name}"),
            Source::Object { object, .. } => format!("metric {name} on {object}"),
            Source::External { .. } => format!("external metric {name}"),
            Source::Pods { .. } | Source::Unknown => format!("metric {name}"),
        }
    }

    /// Which API serves it.
    pub fn api(&self) -> &'static str {
        match &self.source {
            Source::Resource { .. } => "resource metrics API",
            Source::External { .. } => "external metrics API",
            _ => "custom metrics API",
        }
    }

    /// Whether the pods matter to it: a value for each replica that exists needs only their number.
    pub fn reads_pods(&self) -> bool {
        let averaged = matches!(self.target, Some(Target::AverageValue(_)));
        !(self.source == Source::Unknown || (self.outlives_pods() && averaged))
    }

    /// Whether it has samples of its own, beside those of the pods.
    pub fn reads_samples(&self) -> bool {
        !matches!(self.source, Source::Resource { .. } | Source::Unknown)
    }

    /// Whether it can lead away from zero replicas, because it does not need pods to be read.
    pub fn outlives_pods(&self) -> bool {
        matches!(self.source, Source::Object { .. } | Source::External { .. })
    }
}

fn average(target: &TargetSpec) -> Option<Target> {
    target.average_value.map(|value| Target::AverageValue(value.milli))
}

fn value(target: &TargetSpec) -> Option<Target> {
    target.value.map(|value| Target::Value(value.milli))
}

fn selector(metric: &MetricIdentifier) -> String {
    metric.selector.as_ref().map(|selector| selector.canonical()).unwrap_or_default()
}

fn averaged_title(metric: &MetricIdentifier) -> String {
    let printed = metric.selector.as_ref().map_or("nil".to_owned(), |one| one.printed());
    format!("external metric {}({printed})", metric.name)
}

impl From<&MetricSpec> for Metric {
    /// A spec whose type and source do not agree becomes an unknown kind.
    fn from(spec: &MetricSpec) -> Self {
        let unknown = || Self { source: Source::Unknown, target: None, title: spec.r#type.clone() };
        match spec.r#type.as_str() {
            "Resource" => spec
                .resource
                .as_ref()
                .map_or_else(unknown, |one| Self::of_resource(&one.name, None, &one.target)),
            "ContainerResource" => spec.container_resource.as_ref().map_or_else(unknown, |one| {
                Self::of_resource(&one.name, Some(&one.container), &one.target)
            }),
            "Pods" => spec.pods.as_ref().map_or_else(unknown, |one| Self {
                source: Source::Pods {
                    name: one.metric.name.clone(),
                    selector: selector(&one.metric),
                },
                target: average(&one.target),
                title: format!("pods metric {}", one.metric.name),
            }),
            "Object" => spec.object.as_ref().map_or_else(unknown, |one| {
                let reference = &one.described_object;
                // The type of the target decides here, and only here.
                let target = match one.target.r#type.as_str() {
                    "Value" => value(&one.target),
                    "AverageValue" => average(&one.target),
                    _ => None,
                };
                Self {
                    source: Source::Object {
                        name: one.metric.name.clone(),
                        selector: selector(&one.metric),
                        object: format!("{}/{}", reference.kind, reference.name),
                    },
                    target,
                    title: match target {
                        Some(Target::AverageValue(_)) => averaged_title(&one.metric),
                        _ => format!("{} metric {}", reference.kind, one.metric.name),
                    },
                }
            }),
            "External" => spec.external.as_ref().map_or_else(unknown, |one| Self {
                source: Source::External {
                    name: one.metric.name.clone(),
                    selector: selector(&one.metric),
                },
                target: average(&one.target).or(value(&one.target)),
                title: averaged_title(&one.metric),
            }),
            _ => unknown(),
        }
    }
}
