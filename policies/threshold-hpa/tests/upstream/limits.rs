//! The controller's tables: bounds and the speed of growth.

use serde_json::json;

use crate::controller::{READY, Row, events};
use crate::scenario::{COOL, HOT};

const TOO_FEW: &str = "SucceededRescale ValidMetricFound TooFewReplicas";
const TOO_MANY: &str = "SucceededRescale ValidMetricFound TooManyReplicas";

#[test]
fn metrics_lead_to_a_bound_and_no_further() {
    let mixed = |name| Row {
        bounds: (2, 5),
        cpu: 90,
        levels: vec![10, 95, 10],
        requests: Some(vec![900, 1000, 1100]),
        log: Some(Vec::new()),
        desired: 2,
        conditions: TOO_FEW,
        actions: &["scale_down"],
        ..Row::new(name)
    };
    let rows = [
        mixed("the fewest"),
        Row { levels: vec![0; 3], ..mixed("the fewest, wanting none") },
        Row {
            bounds: (0, 5),
            levels: vec![0; 3],
            desired: 0,
            conditions: "SucceededRescale ValidMetricFound !DesiredWithinRange",
            ..mixed("none, where none are allowed")
        },
        Row {
            levels: vec![8000, 9500, 1000],
            log: None,
            desired: 5,
            conditions: TOO_MANY,
            actions: &["scale_up"],
            ..mixed("the most")
        },
        Row {
            current: 4,
            cpu: 100,
            levels: vec![4000, 9500, 3000, 7000, 3200, 2000],
            desired: 6,
            conditions: TOO_MANY,
            actions: &["scale_up"],
            ..Row::new("the most, with samples of pods that are not there")
        },
        Row {
            current: 2,
            cpu: 80,
            levels: vec![400, 500, 700],
            requests: Some(vec![1000; 3]),
            started: vec![COOL, HOT, HOT],
            log: Some(Vec::new()),
            desired: 2,
            conditions: "ReadyForNewScale ValidMetricFound TooFewReplicas",
            percent: 40,
            ..Row::new("the fewest, which there are already")
        },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn outside_the_bounds_no_metric_is_asked() {
    let row = |name| Row {
        bounds: (3, 5),
        current: 2,
        cpu: 90,
        levels: Vec::new(),
        requests: Some(Vec::new()),
        desired: 3,
        conditions: "SucceededRescale",
        ..Row::new(name)
    };
    let below = row("too few").check();
    assert_eq!(
        events(&below),
        [
            "SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas"
        ]
    );
    let above = Row { current: 10, desired: 5, ..row("too many") }.check();
    assert_eq!(
        events(&above),
        [
            "SuccessfulRescale: New size: 5; reason: Current number of replicas above Spec.MaxReplicas"
        ]
    );
    let samples = Row {
        bounds: (2, 6),
        current: 1,
        levels: vec![0; 4],
        requests: Some(vec![1000; 4]),
        desired: 2,
        ..row("too few, with samples")
    };
    assert_eq!(samples.check()["metrics"], json!([]));
    let samples = Row {
        bounds: (2, 5),
        current: 6,
        cpu: 50,
        levels: vec![8000, 9500, 1000],
        requests: Some(vec![900, 1000, 1100]),
        desired: 5,
        ..row("too many, with samples")
    };
    assert_eq!(samples.check()["metrics"], json!([]));
}

#[test]
fn growth_is_capped_by_policies() {
    let row = |name| Row {
        bounds: (1, 100),
        cpu: 10,
        levels: vec![100, 200, 300],
        requests: Some(vec![100; 3]),
        behavior: json!({ "scaleUp": {
            "stabilizationWindowSeconds": 0, "selectPolicy": "Max",
            "policies": [{ "type": "Percent", "value": 700, "periodSeconds": 60 }] } }),
        desired: 24,
        conditions: "SucceededRescale ValidMetricFound ScaleUpLimit",
        ..Row::new(name)
    };
    row("by the speed").check();
    Row { bounds: (1, 20), desired: 20, conditions: TOO_MANY, ..row("by the bound") }.check();
}

#[test]
fn a_surge_of_pods_is_not_taken_for_growth() {
    let row = Row {
        bounds: (1, 8),
        current: 4,
        status: Some(5),
        cpu: 50,
        levels: vec![500; 5],
        desired: 4,
        conditions: READY,
        actions: &["none"],
        ..Row::new("five pods where four are wanted")
    };
    row.check();
}

#[test]
fn an_event_tells_of_a_change_and_only_then() {
    let changed = Row {
        bounds: (1, 5),
        current: 1,
        cpu: 50,
        levels: vec![200],
        requests: Some(vec![200]),
        desired: 2,
        ..Row::new("a change")
    };
    assert_eq!(
        events(&changed.check()),
        ["SuccessfulRescale: New size: 2; reason: \
          cpu resource utilization (percentage of request) above target"]
    );
    let kept = Row {
        current: 2,
        levels: vec![200, 200],
        requests: Some(vec![400, 400]),
        conditions: READY,
        ..changed
    };
    assert_eq!(events(&kept.check()), [""; 0]);
}
