//! The controller's tables: shrinking, and what holds it back.

use serde_json::json;

use crate::controller::{READY, Row};
use crate::scenario::{COOL, HOT, container_cpu_at, external_qps, object_qps, pods_qps};

const DOWN: &[&str] = &["scale_down"];

#[test]
fn by_cpu() {
    let row = |name| Row { percent: 28, actions: DOWN, ..Row::shrinking(name) };
    let beside_others =
        |name| Row { requests: Some(vec![1000; 7]), unready: vec![5, 6], ..row(name) };
    let rows = [
        row("all ready"),
        Row {
            cpu: 0,
            metrics: vec![container_cpu_at(50, "container2")],
            ..row("by one container")
        },
        Row {
            behavior: json!({ "scaleUp": {
                "stabilizationWindowSeconds": 30, "selectPolicy": "Max",
                "policies": [{ "type": "Percent", "value": 100, "periodSeconds": 15 }] } }),
            ..row("with rules for growing only")
        },
        Row { unready: vec![3, 4], percent: 30, desired: 2, ..row("two unready") },
        Row {
            started: vec![COOL, COOL, COOL, HOT, HOT],
            percent: 30,
            desired: 2,
            ..row("two hot")
        },
        Row { failed: vec![5, 6], ..beside_others("beside failed pods") },
        Row { deleting: vec![5, 6], ..beside_others("beside pods that are going") },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn by_other_metrics() {
    let rows = [
        (pods_qps("20.0"), vec![12_000; 5]),
        (object_qps("Value", "20.0"), vec![12_000]),
        (object_qps("AverageValue", "20.0"), vec![60_000]),
        (external_qps("Value", "14400m"), vec![8600]),
        (external_qps("AverageValue", "3"), vec![8600]),
    ];
    for (metric, levels) in rows {
        let row = Row {
            cpu: 0,
            metrics: vec![metric],
            levels,
            actions: DOWN,
            ..Row::shrinking("a metric")
        };
        row.check();
    }
}

#[test]
fn stabilisation_holds_it_back() {
    let stabilised = "ScaleDownStabilized ValidMetricFound !DesiredWithinRange";
    let rows = [
        Row {
            log: None,
            desired: 5,
            conditions: stabilised,
            percent: 28,
            actions: DOWN,
            log_after: Some(vec![5, 3]),
            ..Row::shrinking("a fresh log starts with the replicas found")
        },
        Row {
            bounds: (1, 5),
            current: 4,
            cpu: 100,
            levels: vec![50; 3],
            requests: Some(vec![100; 3]),
            log: Some(vec![(10, 600), (4, 60)]),
            desired: 4,
            conditions: stabilised,
            actions: DOWN,
            log_after: Some(vec![2, 4]),
            ..Row::shrinking("a recent recommendation holds, an old one is overwritten")
        },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn samples_that_are_missing_soften_it() {
    let rows = [
        Row {
            current: 4,
            cpu: 100,
            levels: vec![400, 95],
            actions: DOWN,
            ..Row::shrinking("two of four")
        },
        Row {
            bounds: (1, 5),
            current: 4,
            cpu: 50,
            levels: vec![200],
            requests: Some(vec![200]),
            desired: 2,
            ..Row::shrinking("three of four pods are not even listed")
        },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn the_tolerance_is_computed_as_the_original_does() {
    let row = |name| Row {
        bounds: (0, 1000),
        current: 10,
        levels: vec![150; 10],
        requests: Some(vec![400, 200, 310, 290, 302, 298, 301, 299, 300, 300]),
        ..Row::shrinking(name)
    };
    Row { cpu: 56, desired: 9, actions: DOWN, ..row("just outside") }.check();
    Row { cpu: 55, desired: 10, conditions: READY, actions: &["none"], ..row("just inside") }
        .check();
}
