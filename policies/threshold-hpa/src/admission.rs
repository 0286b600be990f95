//! Admission: what the API server would refuse, with the remedy.

use sdk::SettingError;

use crate::controller::Controller;
use crate::metric::{Metric, Source, Target};
use crate::spec::{
    MetricIdentifier, MetricSpec, ObjectReference, PodsFrom, RulesSpec, Settings, TargetSpec,
};

/// The longest period of a policy.
const LONGEST_PERIOD_SECONDS: i32 = 1800;
/// The longest stabilisation window.
const LONGEST_WINDOW_SECONDS: i32 = 3600;

/// Complaints, gathered along the settings.
#[derive(Default)]
struct Complaints(Vec<SettingError>);

impl Complaints {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(SettingError::new(path, message));
    }

    fn unless(&mut self, holds: bool, path: impl Into<String>, message: impl Into<String>) {
        if !holds {
            self.add(path, message);
        }
    }
}

/// What is wrong with settings that could be parsed.
pub fn check(settings: &Settings) -> Vec<SettingError> {
    let mut complaints = Complaints::default();
    flags(&settings.controller, &mut complaints);
    if settings.pods == PodsFrom::Columns {
        served_by_columns(settings, &mut complaints);
    }
    if settings.controller.admission {
        bounds(settings, &mut complaints);
        for (position, metric) in settings.metrics.iter().enumerate() {
            source(metric, &format!("/metrics/{position}"), &mut complaints);
        }
        if let Some(behavior) = &settings.behavior {
            let directions = [("scaleUp", &behavior.scale_up), ("scaleDown", &behavior.scale_down)];
            for (name, direction) in directions {
                if let Some(direction) = direction {
                    rules(direction, &format!("/behavior/{name}"), &mut complaints);
                }
            }
        }
    }
    complaints.0
}

fn flags(controller: &Controller, complaints: &mut Complaints) {
    let Controller { sync_period_seconds, tolerance, .. } = *controller;
    let (factor, minimum) = (controller.scale_up_limit_factor, controller.scale_up_limit_minimum);
    complaints.unless(
        sync_period_seconds >= 1,
        "/controller/syncPeriodSeconds",
        "the period must be at least 1 second",
    );
    let tolerable = tolerance.is_finite() && tolerance >= 0.0;
    complaints.unless(tolerable, "/controller/tolerance", "must not be negative");
    let grows = factor.is_finite() && factor > 0.0;
    complaints.unless(grows, "/controller/scaleUpLimitFactor", "must be greater than 0");
    let starts = minimum.is_finite() && minimum >= 0.0;
    complaints.unless(starts, "/controller/scaleUpLimitMinimum", "must not be negative");
}

fn served_by_columns(settings: &Settings, complaints: &mut Complaints) {
    for (position, spec) in settings.metrics.iter().enumerate() {
        let served = match Metric::from(spec).source {
            Source::Resource { name, container } => {
                container.is_none() && matches!(name.as_str(), "cpu" | "memory")
            }
            Source::External { .. } => true,
            Source::Pods { .. } | Source::Object { .. } => false,
            // An unknown type is admission's to refuse.
            Source::Unknown => true,
        };
        complaints.unless(
            served,
            format!("/metrics/{position}"),
            "no column carries this metric: with `pods: columns` use Resource for cpu or memory, \
             or External named after a column; or set `pods: details`",
        );
    }
}

fn bounds(settings: &Settings, complaints: &mut Complaints) {
    let lowest = i32::from(!settings.controller.scale_to_zero);
    if let Some(min) = settings.min_replicas {
        complaints.unless(
            min >= lowest,
            "/minReplicas",
            format!("{min} is too low: it must be at least {lowest}"),
        );
        let wakes = settings.metrics.iter().any(|metric| Metric::from(metric).outlives_pods());
        complaints.unless(
            min != 0 || wakes,
            "/metrics",
            "zero replicas need a metric that exists without pods: add an Object or External \
             metric, or raise `minReplicas`",
        );
    }
    if let Some(max) = settings.max_replicas {
        complaints.unless(max >= 1, "/maxReplicas", format!("{max} is too low: at least 1"));
        let min = settings.min_replicas.unwrap_or(max);
        complaints.unless(
            max >= min,
            "/maxReplicas",
            format!("{max} is below `minReplicas`, which is {min}: raise it or lower that"),
        );
    }
    if let Some(reference) = &settings.scale_target_ref {
        object(reference, "/scaleTargetRef", complaints);
    }
}

fn object(reference: &ObjectReference, path: &str, complaints: &mut Complaints) {
    segment(&reference.kind, &format!("{path}/kind"), complaints);
    segment(&reference.name, &format!("{path}/name"), complaints);
    let grouped = reference.api_version.matches('/').count() <= 1;
    complaints.unless(
        grouped,
        format!("{path}/apiVersion"),
        "write group/version, for example apps/v1",
    );
}

fn segment(name: &str, path: &str, complaints: &mut Complaints) {
    let usable = !matches!(name, "" | "." | "..") && !name.contains(['/', '%']);
    complaints.unless(usable, path, "must be a name, and without `/` and `%`");
}

fn source(spec: &MetricSpec, path: &str, complaints: &mut Complaints) {
    let given = [
        ("resource", "Resource", spec.resource.is_some()),
        ("containerResource", "ContainerResource", spec.container_resource.is_some()),
        ("pods", "Pods", spec.pods.is_some()),
        ("object", "Object", spec.object.is_some()),
        ("external", "External", spec.external.is_some()),
    ];
    if !given.iter().any(|(_, kind, _)| *kind == spec.r#type) {
        complaints.add(
            format!("{path}/type"),
            format!(
                "`{}` is no kind of metric: write Resource, ContainerResource, Pods, Object or \
                 External",
                spec.r#type
            ),
        );
    }
    for (field, kind, is_given) in given {
        let expected = kind == spec.r#type;
        if expected && !is_given {
            complaints.add(format!("{path}/{field}"), format!("type {kind} needs this field"));
        } else if is_given && !expected {
            complaints.add(
                format!("{path}/{field}"),
                format!(
                    "type {} does not use this field: remove it or change the type",
                    spec.r#type
                ),
            );
        }
    }
    if let Some(one) = &spec.resource {
        complaints.unless(!one.name.is_empty(), format!("{path}/resource/name"), "name a resource");
        targets(&one.target, &format!("{path}/resource/target"), RESOURCE, complaints);
    }
    if let Some(one) = &spec.container_resource {
        let path = format!("{path}/containerResource");
        complaints.unless(!one.name.is_empty(), format!("{path}/name"), "name a resource");
        complaints.unless(
            is_label(&one.container),
            format!("{path}/container"),
            "name a container: at most 63 lower case letters, digits and inner hyphens",
        );
        targets(&one.target, &format!("{path}/target"), RESOURCE, complaints);
    }
    if let Some(one) = &spec.pods {
        identified(&one.metric, &one.target, &format!("{path}/pods"), PODS, complaints);
    }
    if let Some(one) = &spec.object {
        object(&one.described_object, &format!("{path}/object/describedObject"), complaints);
        identified(&one.metric, &one.target, &format!("{path}/object"), OBJECT, complaints);
    }
    if let Some(one) = &spec.external {
        identified(&one.metric, &one.target, &format!("{path}/external"), EXTERNAL, complaints);
    }
}

fn is_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&name.len())
        && name.chars().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn identified(
    metric: &MetricIdentifier,
    target: &TargetSpec,
    path: &str,
    choice: Choice,
    complaints: &mut Complaints,
) {
    segment(&metric.name, &format!("{path}/metric/name"), complaints);
    targets(target, &format!("{path}/target"), choice, complaints);
}

/// The targets that a kind of metric can have, and whether it may have several at once.
#[derive(Clone, Copy)]
struct Choice {
    fields: &'static [&'static str],
    exclusive: bool,
}

const RESOURCE: Choice =
    Choice { fields: &["averageUtilization", "averageValue"], exclusive: true };
const PODS: Choice = Choice { fields: &["averageValue"], exclusive: false };
const OBJECT: Choice = Choice { fields: &["averageValue", "value"], exclusive: false };
const EXTERNAL: Choice = Choice { fields: &["averageValue", "value"], exclusive: true };

fn targets(target: &TargetSpec, path: &str, choice: Choice, complaints: &mut Complaints) {
    complaints.unless(
        matches!(target.r#type.as_str(), "Utilization" | "Value" | "AverageValue"),
        format!("{path}/type"),
        format!(
            "`{}` is no kind of target: write Utilization, Value or AverageValue",
            target.r#type
        ),
    );
    let given = [
        ("averageUtilization", target.average_utilization.map(Target::Utilisation)),
        ("averageValue", target.average_value.map(|value| Target::AverageValue(value.milli))),
        ("value", target.value.map(|value| Target::Value(value.milli))),
    ];
    for (field, target) in given {
        let positive = match target {
            Some(Target::Utilisation(percent)) => percent >= 1,
            Some(Target::AverageValue(milli) | Target::Value(milli)) => milli > 0,
            None => true,
        };
        complaints.unless(positive, format!("{path}/{field}"), "must be greater than 0");
    }
    let usable: Vec<_> = given
        .iter()
        .filter(|(field, target)| target.is_some() && choice.fields.contains(field))
        .collect();
    let [first, ..] = choice.fields else { return };
    complaints.unless(
        !usable.is_empty(),
        format!("{path}/{first}"),
        format!("set {}", choice.fields.join(" or ")),
    );
    if choice.exclusive
        && let [_, second, ..] = usable[..]
    {
        complaints.add(
            format!("{path}/{}", second.0),
            format!("set only one of {}", choice.fields.join(" and ")),
        );
    }
}

fn rules(rules: &RulesSpec, path: &str, complaints: &mut Complaints) {
    if let Some(window) = rules.stabilization_window_seconds {
        complaints.unless(
            (0..=LONGEST_WINDOW_SECONDS).contains(&window),
            format!("{path}/stabilizationWindowSeconds"),
            format!("{window} must be between 0 and {LONGEST_WINDOW_SECONDS}"),
        );
    }
    if let Some(tolerance) = rules.tolerance {
        let tolerable = tolerance.milli >= 0;
        complaints.unless(tolerable, format!("{path}/tolerance"), "must not be negative");
    }
    let Some(policies) = &rules.policies else { return };
    complaints.unless(
        !policies.is_empty(),
        format!("{path}/policies"),
        "give at least one policy, or leave the field out for the default ones; to forbid the \
         direction set selectPolicy to Disabled",
    );
    for (position, policy) in policies.iter().enumerate() {
        let path = format!("{path}/policies/{position}");
        complaints.unless(policy.value > 0, format!("{path}/value"), "must be greater than 0");
        complaints.unless(
            (1..=LONGEST_PERIOD_SECONDS).contains(&policy.period_seconds),
            format!("{path}/periodSeconds"),
            format!("{} must be between 1 and {LONGEST_PERIOD_SECONDS}", policy.period_seconds),
        );
    }
}
