//! The controller's tables: growing.

use crate::controller::{READY, RESCALED, Row};
use crate::scenario::{COOL, HOT, container_cpu_at, external_qps, object_qps, pods_qps};

const UP: &[&str] = &["scale_up"];
const NONE: &[&str] = &["none"];
const TOO_MANY: &str = "SucceededRescale ValidMetricFound TooManyReplicas";

#[test]
fn by_cpu() {
    let grown = |name| Row { percent: 60, desired: 4, actions: UP, ..Row::new(name) };
    let kept = |name| Row {
        levels: vec![400, 500, 700],
        percent: 40,
        desired: 3,
        conditions: READY,
        actions: NONE,
        ..Row::new(name)
    };
    let beside_others = |name| Row {
        current: 2,
        levels: vec![500, 700],
        requests: Some(vec![1000; 4]),
        unready: vec![2, 3],
        ..grown(name)
    };
    let rows = [
        // The kind of the workload makes no difference, nor does another autoscaler's selector.
        Row { percent: 50, actions: UP, ..Row::new("all ready") },
        Row { unready: vec![0], ..grown("one unready") },
        Row { started: vec![HOT, COOL, COOL], ..grown("one hot") },
        Row { unready: vec![1, 2], ..kept("two unready") },
        Row { unready: vec![1, 2], started: vec![COOL, HOT, HOT], ..kept("two unready and hot") },
        Row { failed: vec![2, 3], ..beside_others("beside failed pods") },
        Row { deleting: vec![2, 3], ..beside_others("beside pods that are going") },
        Row {
            cpu: 0,
            metrics: vec![container_cpu_at(30, "container1")],
            actions: UP,
            ..Row::new("by one container")
        },
        Row { cpu: 50, levels: vec![600, 700, 800], ..Row::new("after a conflict on writing") },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn by_metrics_of_pods() {
    let row = |name| Row {
        cpu: 0,
        metrics: vec![pods_qps("15.0")],
        levels: vec![50_000, 15_000, 30_000],
        started: vec![HOT, COOL, HOT],
        desired: 6,
        conditions: TOO_MANY,
        actions: UP,
        ..Row::new(name)
    };
    let rows = [
        Row {
            levels: vec![20_000, 10_000, 30_000],
            started: Vec::new(),
            desired: 4,
            conditions: RESCALED,
            ..row("all ready")
        },
        Row {
            levels: vec![50_000, 10_000, 30_000],
            unready: vec![2],
            started: vec![COOL, COOL, HOT],
            conditions: RESCALED,
            ..row("readiness makes no difference")
        },
        Row { unready: vec![0, 2], ..row("unready and hot") },
        row("hot"),
        Row {
            bounds: (1, 5),
            levels: vec![20_000, 10_000, 30_000],
            started: Vec::new(),
            desired: 4,
            conditions: RESCALED,
            ..row("just after another change")
        },
        Row {
            bounds: (1, 5),
            cpu: 10,
            levels: vec![20_000, 10_000, 30_000],
            started: Vec::new(),
            desired: 5,
            actions: &["scale_up", "scale_up"],
            ..row("with CPU, just after another change")
        },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn by_values() {
    let rows = [
        (object_qps("Value", "15.0"), 20_000),
        (object_qps("AverageValue", "10.0"), 40_000),
        (external_qps("Value", "6666m"), 8600),
        (external_qps("AverageValue", "2222m"), 8600),
    ];
    for (metric, level) in rows {
        let row = Row {
            cpu: 0,
            metrics: vec![metric],
            levels: vec![level],
            desired: 4,
            actions: UP,
            ..Row::new("a value")
        };
        row.check();
    }
}
