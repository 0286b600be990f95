//! The controller's tables: failures, and what they say about the autoscaler.

use crate::controller::{RESCALED, Row, events};
use crate::scenario::{cheese, container_cpu_at, external_qps, fault, object_qps, pods_qps};

fn held(name: &'static str) -> Row {
    Row {
        bounds: (1, 100),
        cpu: 10,
        levels: vec![100, 200, 300],
        requests: Some(vec![100; 3]),
        desired: 3,
        ..Row::new(name)
    }
}

#[test]
fn without_a_usable_selector_nothing_happens() {
    let rows = [
        ("SelectorRequired", "SucceededGetScale !InvalidSelector"),
        ("InvalidSelector", "SucceededGetScale !InvalidSelector"),
        ("AmbiguousSelector", "SucceededGetScale !AmbiguousSelector"),
    ];
    for (reason, conditions) in rows {
        let row = Row { faults: vec![fault("selector", reason)], conditions, ..held(reason) };
        let expected = [
            format!("{reason}: something went wrong"),
            "FailedComputeMetricsReplicas: something went wrong".to_owned(),
        ];
        assert_eq!(events(&row.check()), expected);
    }
}

#[test]
fn a_metric_that_fails_alone_stops_the_turn() {
    let rows = [
        ("FailedGetResourceMetric", 10, vec![], "cpu"),
        ("FailedGetContainerResourceMetric", 0, vec![container_cpu_at(10, "container1")], "cpu"),
        ("FailedGetPodsMetric", 0, vec![pods_qps("15.0")], "qps"),
        ("FailedGetObjectMetric", 0, vec![object_qps("Value", "15.0")], "qps"),
        ("FailedGetExternalMetric", 0, vec![external_qps("Value", "300m")], "qps"),
    ];
    for (reason, cpu, metrics, subject) in rows {
        let conditions = format!("SucceededGetScale !{reason}").leak();
        let row = Row {
            cpu,
            metrics,
            faults: vec![fault(subject, reason)],
            conditions,
            actions: &["none"],
            log_after: Some(vec![3]),
            ..held(reason)
        };
        let explanation = row.check();
        let [own, whole] = &events(&explanation)[..] else { panic!("{explanation}") };
        assert!(own.starts_with(reason) && own.ends_with("something went wrong"), "{own}");
        assert!(
            whole.starts_with("FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1)")
        );
    }
}

#[test]
fn samples_or_pods_that_are_not_there_stop_the_turn() {
    let failed = "SucceededGetScale !FailedGetResourceMetric";
    let rows = [
        Row { levels: Vec::new(), conditions: failed, ..held("no samples") },
        Row {
            current: 1,
            cpu: 100,
            levels: vec![200],
            requests: Some(Vec::new()),
            desired: 1,
            conditions: failed,
            ..held("no pods")
        },
        Row {
            cpu: 0,
            metrics: vec![cheese()],
            levels: Vec::new(),
            conditions: "SucceededGetScale !InvalidMetricSourceType",
            ..held("an unknown metric, and no samples")
        },
        Row {
            cpu: 0,
            metrics: vec![cheese()],
            levels: vec![20_000],
            conditions: "SucceededGetScale !InvalidMetricSourceType",
            ..held("an unknown metric")
        },
        Row {
            cpu: 0,
            metrics: vec![serde_json::json!({ "type": "Resource", "resource": { "name": "cpu" } })],
            conditions: failed,
            ..held("a metric without a target")
        },
    ];
    rows.iter().for_each(|row| drop(row.check()));
}

#[test]
fn one_metric_that_fails_does_not_stop_growth() {
    let row = |name| Row { levels: vec![300, 400, 500], desired: 4, percent: 40, ..Row::new(name) };
    let unknown = Row {
        metrics: vec![cheese()],
        actions: &["scale_up", "none"],
        ..row("the second is unknown")
    };
    let explanation = unknown.check();
    assert_eq!(
        explanation["error"],
        "invalid metrics (1 invalid out of 2), first error is: \
         unknown metric source type \"CheddarCheese\""
    );
    let failing = Row {
        metrics: vec![external_qps("Value", "100m")],
        faults: vec![fault("qps", "FailedGetExternalMetric")],
        actions: &["scale_up", "none"],
        ..row("the second fails")
    };
    failing.check();
}

#[test]
fn one_metric_that_fails_stops_shrinking() {
    let unknown = Row {
        metrics: vec![cheese()],
        desired: 5,
        conditions: "SucceededGetScale !InvalidMetricSourceType",
        actions: &["scale_down", "none"],
        log_after: Some(Vec::new()),
        ..Row::shrinking("the second is unknown")
    };
    unknown.check();
    let failing = Row {
        metrics: vec![external_qps("Value", "1000m")],
        faults: vec![fault("qps", "FailedGetExternalMetric")],
        conditions: "SucceededGetScale !FailedGetExternalMetric",
        ..unknown
    };
    failing.check();
}

#[test]
fn a_fault_is_about_the_kind_of_metric_that_its_reason_names() {
    let row = Row {
        metrics: vec![container_cpu_at(30, "container1")],
        faults: vec![fault("cpu", "FailedGetContainerResourceMetric")],
        conditions: RESCALED,
        actions: &["scale_up", "none"],
        ..Row::new("CPU of pods and of a container")
    };
    row.check();
}

#[test]
fn a_scale_that_cannot_be_read_holds() {
    let row = Row {
        faults: vec![fault("scale", "FailedGetScale")],
        conditions: "!FailedGetScale",
        ..held("no scale")
    };
    assert_eq!(events(&row.check()), ["FailedGetScale: something went wrong"]);
}

#[test]
fn a_scale_that_cannot_be_written_holds() {
    let row = Row {
        bounds: (1, 5),
        cpu: 100,
        levels: vec![150; 3],
        faults: vec![fault("scale", "FailedUpdateScale")],
        conditions: "!FailedUpdateScale ValidMetricFound !DesiredWithinRange",
        actions: &["scale_up"],
        ..held("no writing")
    };
    assert_eq!(
        events(&row.check()),
        ["FailedRescale: New size: 5; reason: \
          cpu resource utilization (percentage of request) above target; \
          error: something went wrong"]
    );
}
