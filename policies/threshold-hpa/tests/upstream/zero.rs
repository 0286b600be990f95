//! The controller's tables: going to zero replicas and coming back, with the gate on and off.

use serde_json::json;

use crate::controller::{DISABLED, RESCALED, Row, events};
use crate::scenario::{cheese, external_qps, object_qps};

const WOKEN: &str = "SucceededRescale ValidMetricFound !DesiredWithinRange !NotScaledToZero";

/// Checks with the gate on, and with it off, where zero replicas stay off.
fn check_both(row: Row) {
    Row { gate: true, ..row.clone() }.check();
    Row { gate: false, desired: 0, conditions: DISABLED, ..row }.check();
}

fn asleep(name: &'static str) -> Row {
    Row {
        bounds: (0, 6),
        current: 0,
        cpu: 0,
        metrics: vec![object_qps("Value", "15.0")],
        levels: vec![20_000],
        scaled_to_zero: Some(true),
        desired: 2,
        conditions: WOKEN,
        ..Row::new(name)
    }
}

#[test]
fn a_metric_without_pods_wakes_what_the_policy_put_to_sleep() {
    check_both(asleep("above the target"));
    check_both(Row {
        metrics: vec![object_qps("Value", "1.0")],
        levels: vec![1000],
        desired: 1,
        ..asleep("at the target: no tolerance at zero")
    });
    check_both(Row {
        bounds: (2, 6),
        levels: vec![10_000],
        desired: 2,
        conditions: "SucceededRescale ValidMetricFound TooFewReplicas !NotScaledToZero",
        ..asleep("the minimum was raised meanwhile")
    });
}

#[test]
fn a_raised_minimum_is_reached_at_once_even_by_behaviour() {
    let raised = |name| Row {
        gate: true,
        bounds: (2, 6),
        levels: vec![10_000],
        behavior: json!({ "scaleUp": { "stabilizationWindowSeconds": 0 } }),
        ..asleep(name)
    };
    let one = raised("one is wanted").check();
    assert_eq!(one["rescaleReason"], "Deployment metric qps above target");
    let none = Row { levels: vec![0], ..raised("none is wanted") }.check();
    assert_eq!(none["rescaleReason"], "Current number of replicas below Spec.MinReplicas");
}

#[test]
fn a_raised_minimum_needs_a_metric_that_can_be_read() {
    let row = Row {
        gate: true,
        bounds: (2, 6),
        cpu: 50,
        metrics: Vec::new(),
        levels: Vec::new(),
        desired: 0,
        conditions: "SucceededGetScale !FailedGetResourceMetric ScaledToZero",
        ..asleep("CPU of no pods")
    };
    row.check();
}

#[test]
fn zero_that_somebody_else_chose_stays() {
    let off = |row: Row| Row { desired: 0, conditions: DISABLED, scaled_to_zero: None, ..row };
    for gate in [true, false] {
        let rows = [
            Row { gate, ..off(asleep("no condition")) },
            Row {
                gate,
                cpu: 30,
                metrics: vec![cheese()],
                levels: vec![300, 400, 500],
                requests: Some(vec![1000; 3]),
                log: Some(Vec::new()),
                ..off(asleep("CPU and an unknown metric"))
            },
            Row {
                gate,
                bounds: (1, 6),
                cpu: 50,
                metrics: Vec::new(),
                levels: Vec::new(),
                ..off(asleep("a minimum of one"))
            },
            Row {
                gate,
                bounds: (3, 5),
                cpu: 90,
                metrics: Vec::new(),
                levels: Vec::new(),
                ..off(asleep("a minimum of three"))
            },
        ];
        rows.iter().for_each(|row| drop(row.check()));
    }
}

#[test]
fn going_to_zero_is_remembered() {
    for metric in [object_qps("Value", "20.0"), external_qps("Value", "14400m")] {
        let row = Row {
            bounds: (0, 6),
            current: 5,
            cpu: 0,
            metrics: vec![metric],
            levels: vec![0],
            log: Some(Vec::new()),
            desired: 0,
            actions: &["scale_down"],
            ..Row::new("nothing to do")
        };
        let went = Row {
            gate: true,
            conditions: "SucceededRescale ValidMetricFound !DesiredWithinRange ScaledToZero",
            ..row.clone()
        };
        assert_eq!(
            events(&went.check()),
            ["SuccessfulRescale: New size: 0; reason: All metrics below target"]
        );
        row.check();
    }
}

#[test]
fn any_other_change_forgets_it() {
    let row = Row { bounds: (1, 6), scaled_to_zero: Some(true), ..Row::new("a normal change") };
    Row { gate: true, conditions: WOKEN, ..row.clone() }.check();
    Row { conditions: RESCALED, ..row }.check();
}

#[test]
fn a_percentage_alone_cannot_leave_zero() {
    let row = Row {
        gate: true,
        behavior: json!({ "scaleUp": {
            "policies": [{ "type": "Percent", "value": 100, "periodSeconds": 15 }] } }),
        desired: 0,
        conditions: "ReadyForNewScale ValidMetricFound ScaleUpLimit ScaledToZero",
        ..asleep("a share of nothing")
    };
    row.check();
}
