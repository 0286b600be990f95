//! The controller's tables: tolerances, of the controller and of one direction.

use serde_json::{Value, json};

use crate::controller::{READY, RESCALED, Row};
use crate::scenario::{external_qps, object_qps, pods_qps};

fn close_to_the_target(name: &'static str) -> Row {
    Row {
        bounds: (1, 5),
        cpu: 100,
        levels: vec![1010, 1030, 1020],
        requests: Some(vec![900, 1000, 1100]),
        desired: 3,
        conditions: READY,
        actions: &["none"],
        ..Row::new(name)
    }
}

#[test]
fn nothing_changes_within() {
    close_to_the_target("CPU").check();
    let rows = [
        (3, pods_qps("20.0"), vec![20_000, 20_001, 21_000]),
        (3, object_qps("Value", "20.0"), vec![20_050]),
        (4, external_qps("Value", "8666m"), vec![8600]),
        (4, object_qps("AverageValue", "2200m"), vec![8600]),
        (4, external_qps("AverageValue", "2200m"), vec![8600]),
    ];
    for (current, metric, levels) in rows {
        let row = Row {
            current,
            cpu: 0,
            metrics: vec![metric],
            levels,
            requests: None,
            desired: current,
            ..close_to_the_target("a metric")
        };
        row.check();
    }
}

#[test]
fn each_direction_may_have_its_own() {
    let one_percent_up = json!({ "scaleUp": { "tolerance": "0.01" } });
    let rows = [
        Row {
            behavior: one_percent_up,
            desired: 4,
            conditions: RESCALED,
            actions: &["scale_up"],
            ..close_to_the_target("1 % up")
        },
        Row {
            behavior: json!({ "scaleDown": { "tolerance": "0.9" } }),
            levels: vec![300; 3],
            requests: None,
            ..close_to_the_target("90 % down")
        },
        Row { behavior: Value::Null, ..close_to_the_target("the controller's") },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn its_own_is_ignored_where_the_gate_is_off() {
    use crate::scenario::{Scenario, flags};

    let mut controller = flags(false);
    controller["configurableTolerance"] = json!(false);
    let scenario = Scenario {
        settings: json!({
            "minReplicas": 1, "maxReplicas": 5, "controller": controller,
            "metrics": [external_qps("AverageValue", "1")],
            "behavior": { "scaleUp": { "tolerance": "0.01" } },
        }),
        current: 3,
        status: 3,
        pods: Vec::new(),
        metrics: vec![crate::scenario::qps(sdk::MetricSource::External, None, 3060)],
        faults: Vec::new(),
        history: None,
    };
    let (_, replicas, label, _) = scenario.run();
    assert_eq!((replicas, label), (Some(3.0), "ready-for-new-scale"));
}
