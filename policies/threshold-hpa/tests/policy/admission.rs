//! Settings that are refused, with their paths.

use sdk::Policy;
use serde_json::{Value, json};
use threshold_hpa::ThresholdHpa;

fn complaints(settings: Value) -> Vec<String> {
    let settings = serde_json::from_value(settings).expect("the form is right");
    ThresholdHpa::check(&settings).into_iter().map(|complaint| complaint.path).collect()
}

fn external(target: Value) -> Value {
    json!({ "type": "External", "external": { "metric": { "name": "queue" }, "target": target } })
}

fn cpu(target: Value) -> Value {
    json!({ "type": "Resource", "resource": { "name": "cpu", "target": target } })
}

fn value(amount: &str) -> Value {
    external(json!({ "type": "Value", "value": amount }))
}

#[test]
fn what_the_api_server_refuses_is_refused() {
    let half = json!({ "type": "Utilization", "averageUtilization": 50 });
    let up = |rules: Value| json!({ "behavior": { "scaleUp": rules } });
    let policy = |policy: Value| up(json!({ "policies": [policy] }));
    let metric = |metric: Value| json!({ "metrics": [metric] });
    #[rustfmt::skip]
    let rows = [
        (json!({ "minReplicas": -1 }), "/minReplicas"),
        (json!({ "maxReplicas": 0 }), "/maxReplicas"),
        (json!({ "minReplicas": 3, "maxReplicas": 2 }), "/maxReplicas"),
        (json!({ "minReplicas": 0, "metrics": [cpu(half.clone())] }), "/metrics"),
        (json!({ "minReplicas": 0, "metrics": [value("1")], "controller": { "scaleToZero": false } }), "/minReplicas"),
        (json!({ "scaleTargetRef": { "kind": "", "name": "a" } }), "/scaleTargetRef/kind"),
        (json!({ "scaleTargetRef": { "kind": "Deployment", "name": "a/b" } }), "/scaleTargetRef/name"),
        (metric(json!({ "type": "CheddarCheese" })), "/metrics/0/type"),
        (metric(json!({})), "/metrics/0/type"),
        (metric(json!({ "type": "Pods" })), "/metrics/0/pods"),
        (metric(cpu(json!({ "type": "Utilization" }))), "/metrics/0/resource/target/averageUtilization"),
        (metric(cpu(json!({ "type": "Utilization", "averageUtilization": 0 }))), "/metrics/0/resource/target/averageUtilization"),
        (metric(cpu(json!({ "type": "Utilization", "averageUtilization": 5, "averageValue": 5 }))), "/metrics/0/resource/target/averageValue"),
        (metric(cpu(json!({ "averageUtilization": 5 }))), "/metrics/0/resource/target/type"),
        (metric(value("0")), "/metrics/0/external/target/value"),
        (metric(external(json!({ "type": "Value", "value": 1, "averageValue": 1 }))), "/metrics/0/external/target/value"),
        (metric(external(json!({ "type": "Value" }))), "/metrics/0/external/target/averageValue"),
        (metric(json!({ "type": "Pods", "pods": { "metric": { "name": "a%" }, "target": { "type": "AverageValue", "averageValue": 1 } } })), "/metrics/0/pods/metric/name"),
        (metric(json!({ "type": "Pods", "pods": { "metric": { "name": "a" }, "target": { "type": "Value", "value": 1 } } })), "/metrics/0/pods/target/averageValue"),
        (metric(json!({ "type": "ContainerResource", "containerResource": { "name": "cpu", "container": "A_b", "target": half } })), "/metrics/0/containerResource/container"),
        (metric(json!({ "type": "Object", "object": { "describedObject": { "kind": "K", "name": "" }, "metric": { "name": "a" }, "target": { "type": "Value", "value": 1 } } })), "/metrics/0/object/describedObject/name"),
        (up(json!({ "stabilizationWindowSeconds": 3601 })), "/behavior/scaleUp/stabilizationWindowSeconds"),
        (up(json!({ "stabilizationWindowSeconds": -1 })), "/behavior/scaleUp/stabilizationWindowSeconds"),
        (up(json!({ "policies": [] })), "/behavior/scaleUp/policies"),
        (up(json!({ "tolerance": "-0.1" })), "/behavior/scaleUp/tolerance"),
        (policy(json!({ "type": "Pods", "value": 0, "periodSeconds": 15 })), "/behavior/scaleUp/policies/0/value"),
        (policy(json!({ "type": "Pods", "value": 1, "periodSeconds": 0 })), "/behavior/scaleUp/policies/0/periodSeconds"),
        (policy(json!({ "type": "Percent", "value": 1, "periodSeconds": 1801 })), "/behavior/scaleUp/policies/0/periodSeconds"),
        (json!({ "controller": { "syncPeriodSeconds": 0 } }), "/controller/syncPeriodSeconds"),
        (json!({ "controller": { "tolerance": -0.1 } }), "/controller/tolerance"),
        (json!({ "controller": { "scaleUpLimitFactor": 0 } }), "/controller/scaleUpLimitFactor"),
        (json!({ "controller": { "scaleUpLimitMinimum": -1 } }), "/controller/scaleUpLimitMinimum"),
        (json!({ "pods": "columns", "metrics": [{ "type": "Pods", "pods": { "metric": { "name": "a" }, "target": { "type": "AverageValue", "averageValue": 1 } } }] }), "/metrics/0"),
    ];
    for (settings, path) in rows {
        assert_eq!(complaints(settings.clone()), [path], "{settings}");
    }
}

#[test]
fn two_sources_in_one_metric_are_one_too_many() {
    let mut metric = value("1");
    metric["resource"] =
        cpu(json!({ "type": "Utilization", "averageUtilization": 5 }))["resource"].clone();
    assert_eq!(complaints(json!({ "metrics": [metric] })), ["/metrics/0/resource"]);
}

#[test]
fn a_pasted_spec_is_accepted() {
    let spec = json!({
        "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "php-apache" },
        "minReplicas": 1,
        "maxReplicas": 10,
        "metrics": [
            { "type": "Resource", "resource": { "name": "cpu",
                "target": { "type": "Utilization", "averageUtilization": 50 } } },
            { "type": "Pods", "pods": { "metric": { "name": "packets-per-second" },
                "target": { "type": "AverageValue", "averageValue": "1k" } } },
            { "type": "Object", "object": { "metric": { "name": "requests-per-second" },
                "describedObject": { "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                    "name": "main-route" },
                "target": { "type": "Value", "value": "10k" } } },
        ],
        "behavior": { "scaleDown": { "stabilizationWindowSeconds": 300, "policies": [
            { "type": "Percent", "value": 100, "periodSeconds": 15 }] } },
    });
    assert_eq!(complaints(spec), [""; 0]);
    assert_eq!(complaints(json!({})), [""; 0]);
}

#[test]
fn without_admission_only_nonsense_is_refused() {
    let settings = json!({
        "minReplicas": 0, "maxReplicas": 5, "metrics": [{ "type": "CheddarCheese" }],
        "controller": { "admission": false },
    });
    assert_eq!(complaints(settings), [""; 0]);
}
