//! Means from columns.

use serde_json::{Value, json};

use crate::host::{Host, Row};

fn on(metric: Value) -> Host {
    Host::new(&json!({ "pods": "columns", "metrics": [metric] }))
}

fn resource(name: &str, target: Value) -> Value {
    json!({ "type": "Resource", "resource": { "name": name, "target": target } })
}

fn utilisation(name: &str, percent: i32) -> Value {
    resource(name, json!({ "type": "Utilization", "averageUtilization": percent }))
}

fn check(metric: Value, rows: &[(Row<'_>, Option<f64>, &str)]) {
    for (columns, replicas, label) in rows {
        let bounds = [("replicas_min", 1.0), ("replicas_max", 100.0)];
        let columns: Vec<_> = bounds.iter().chain(*columns).copied().collect();
        assert_eq!(on(metric.clone()).one(0, &columns), (*replicas, *label), "{columns:?}");
    }
}

const FOUR: [(&str, f64); 3] =
    [("replicas_desired", 4.0), ("replicas_current", 4.0), ("replicas_ready", 4.0)];
const GREW: &str = "succeeded-rescale";
const KEPT: &str = "ready-for-new-scale";
const HELD: &str = "scale-down-stabilized";

#[test]
fn utilisation_is_truncated_to_whole_percent() {
    let [a, b, c] = FOUR;
    check(
        utilisation("cpu", 50),
        &[
            (&[a, b, c, ("cpu_utilisation_ratio_mean", 0.8)], Some(7.0), GREW),
            // 55.9 % reads as 55 %, which is within a tenth of 50 %; 56 % is not.
            (&[a, b, c, ("cpu_utilisation_ratio_mean", 0.559)], Some(4.0), KEPT),
            (&[a, b, c, ("cpu_utilisation_ratio_mean", 0.56)], Some(5.0), GREW),
            (&[a, b, c, ("cpu_utilisation_ratio_mean", 0.2)], Some(4.0), HELD),
        ],
    );
    // In binary, 0.29 × 100 falls short of 29.
    let mut host = on(utilisation("cpu", 26));
    let row = [a, b, c, ("replicas_max", 9.0), ("cpu_utilisation_ratio_mean", 0.29)];
    assert_eq!(host.one(0, &row), (Some(5.0), GREW));
}

#[test]
fn usage_and_request_stand_in_for_a_missing_ratio() {
    let [a, b, c] = FOUR;
    let usage = ("cpu_usage_millicores_mean", 400.0);
    check(
        utilisation("cpu", 50),
        &[
            (&[a, b, c, usage, ("cpu_request_millicores", 500.0)], Some(7.0), GREW),
            (&[a, b, c, usage], None, "failed-get-resource-metric"),
            (&[a, b, c], None, "failed-get-resource-metric"),
        ],
    );
}

#[test]
fn average_values_are_read_in_the_resource_s_own_unit() {
    let [a, b, c] = FOUR;
    check(
        resource("cpu", json!({ "type": "AverageValue", "averageValue": "250m" })),
        &[(&[a, b, c, ("cpu_usage_millicores_mean", 500.0)], Some(8.0), GREW)],
    );
    check(
        resource("memory", json!({ "type": "AverageValue", "averageValue": "64Mi" })),
        &[(&[a, b, c, ("memory_usage_bytes_mean", 100_663_296.0)], Some(6.0), GREW)],
    );
}

#[test]
fn starting_replicas_are_unready() {
    let [a, b, _] = FOUR;
    let (ready, starting) = (("replicas_ready", 2.0), ("replicas_starting", 2.0));
    check(
        utilisation("cpu", 50),
        &[
            // 90 % over two, with two idle ones 45 %: the direction would turn.
            (&[a, b, ready, starting, ("cpu_utilisation_ratio_mean", 0.9)], Some(4.0), KEPT),
            // 110 % over two are 55 % over four, which is within a tenth of 50 %.
            (&[a, b, ready, starting, ("cpu_utilisation_ratio_mean", 1.1)], Some(4.0), KEPT),
            // 160 % over two, 80 % over four.
            (&[a, b, ready, starting, ("cpu_utilisation_ratio_mean", 1.6)], Some(7.0), GREW),
            (
                &[a, b, ("replicas_ready", 0.0), ("cpu_utilisation_ratio_mean", 0.9)],
                None,
                "failed-get-resource-metric",
            ),
        ],
    );
}

#[test]
fn an_external_metric_may_be_a_column() {
    let [a, b, c] = FOUR;
    let external = |target: Value| {
        json!({ "type": "External", "external": {
            "metric": { "name": "arrival_rate_per_second" }, "target": target } })
    };
    let rate = ("arrival_rate_per_second", 60.5);
    check(
        external(json!({ "type": "AverageValue", "averageValue": 10 })),
        &[(&[a, b, c, rate], Some(7.0), GREW), (&[a, b, c], None, "failed-get-external-metric")],
    );
    check(
        external(json!({ "type": "Value", "value": 30 })),
        &[(&[a, b, ("replicas_ready", 3.0), rate], Some(7.0), GREW)],
    );
}

#[test]
fn what_is_missing_holds() {
    let [a, b, c] = FOUR;
    let used = ("cpu_utilisation_ratio_mean", 0.8);
    check(utilisation("cpu", 50), &[(&[b, c, used], None, "failed-get-scale")]);
    let mut host = on(utilisation("cpu", 50));
    assert_eq!(host.one(0, &[a, b, c, used]), (None, "missing-max-replicas"));
    // The minimum is 1 unless somebody says otherwise, and the replicas in existence are those wanted.
    let row = [a, c, ("replicas_max", 5.0), used];
    assert_eq!(host.one(15, &row), (Some(5.0), "too-many-replicas"));
}

#[test]
fn only_what_is_read_is_declared() {
    use sdk::Policy;

    let needs = on(utilisation("cpu", 50)).policy.needs();
    assert_eq!(needs.period_milliseconds, 15_000);
    assert_eq!(
        needs.columns,
        [
            "replicas_desired",
            "replicas_current",
            "replicas_min",
            "replicas_max",
            "replicas_ready",
            "replicas_starting",
            "cpu_usage_millicores_mean",
            "cpu_utilisation_ratio_mean",
            "cpu_request_millicores",
        ]
    );
    assert_eq!(needs.details, ["faults"]);
    let settings = json!({ "minReplicas": 1, "maxReplicas": 9 });
    let needs = Host::new(&settings).policy.needs();
    assert_eq!(needs.columns, ["replicas_desired", "replicas_current"]);
    assert_eq!(needs.details, ["pods", "faults"]);
    let queue = json!({ "type": "External", "external": { "metric": { "name": "queue" },
        "target": { "type": "AverageValue", "averageValue": 10 } } });
    let needs = Host::new(&json!({ "maxReplicas": 9, "metrics": [queue] })).policy.needs();
    assert_eq!(needs.columns, ["replicas_desired", "replicas_current", "replicas_min"]);
    assert_eq!(needs.details, ["metrics", "faults"]);
}
