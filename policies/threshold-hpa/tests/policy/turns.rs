//! Many turns and many workloads.

use sdk::{Detail, Fault, Policy};
use serde_json::{Value, json};

use crate::host::Host;

/// CPU at 50 % from columns, at most one pod more a minute.
fn slow() -> Value {
    json!({
        "pods": "columns", "minReplicas": 1, "maxReplicas": 20,
        "metrics": [{ "type": "Resource", "resource": { "name": "cpu",
            "target": { "type": "Utilization", "averageUtilization": 50 } } }],
        "behavior": {
            "scaleUp": { "policies": [{ "type": "Pods", "value": 2, "periodSeconds": 60 }] },
            "scaleDown": { "stabilizationWindowSeconds": 0,
                "policies": [{ "type": "Pods", "value": 2, "periodSeconds": 60 }] },
        },
    })
}

fn at(replicas: f64, ratio: f64) -> [(&'static str, f64); 3] {
    [
        ("replicas_desired", replicas),
        ("replicas_ready", replicas),
        ("cpu_utilisation_ratio_mean", ratio),
    ]
}

#[test]
fn a_change_counts_against_the_limit_for_one_period() {
    let mut host = Host::new(&slow());
    assert_eq!(host.one(0, &at(4.0, 1.0)), (Some(6.0), "scale-up-limit"));
    assert_eq!(host.one(15, &at(6.0, 1.0)), (Some(6.0), "scale-up-limit"));
    assert_eq!(host.one(59, &at(6.0, 1.0)), (Some(6.0), "scale-up-limit"));
    assert_eq!(host.one(60, &at(6.0, 1.0)), (Some(8.0), "scale-up-limit"));
}

#[test]
fn a_change_that_was_not_applied_does_not_count() {
    let mut host = Host::new(&slow());
    assert_eq!(host.one(0, &at(4.0, 1.0)), (Some(6.0), "scale-up-limit"));
    assert_eq!(host.one(15, &at(4.0, 1.0)), (Some(6.0), "scale-up-limit"));
    assert_eq!(host.one(30, &at(5.0, 1.0)), (Some(6.0), "scale-up-limit"));
}

#[test]
fn growth_makes_room_for_shrinking_and_the_other_way_round() {
    let mut host = Host::new(&slow());
    assert_eq!(host.one(0, &at(4.0, 1.0)).0, Some(6.0));
    // There were four a minute ago, so that two are left after shrinking by two from there.
    assert_eq!(host.one(15, &at(6.0, 0.1)).0, Some(2.0));
}

#[test]
fn a_lower_recommendation_waits_for_the_window_to_pass() {
    let mut settings = slow();
    settings["behavior"] = Value::Null;
    let mut host = Host::new(&settings);
    assert_eq!(host.one(0, &at(4.0, 0.5)), (Some(4.0), "ready-for-new-scale"));
    for seconds in (15..=300).step_by(15) {
        assert_eq!(host.one(seconds, &at(4.0, 0.25)), (Some(4.0), "scale-down-stabilized"));
    }
    assert_eq!(host.one(315, &at(4.0, 0.25)), (Some(2.0), "succeeded-rescale"));
}

#[test]
fn the_log_does_not_grow_with_the_turns() {
    let mut host = Host::new(&slow());
    for turn in 0..1000 {
        host.one(15 * turn, &at(4.0, 0.5));
    }
    let snapshot: Value = serde_json::from_slice(&host.policy.snapshot(&[1])).unwrap();
    let log = snapshot["workloads"][0]["recommendations"].as_array().unwrap();
    assert!(log.len() <= 2, "{} entries for two windows of no length", log.len());
}

#[test]
fn workloads_do_not_touch_each_other() {
    let ratios: Vec<f64> = (0..1000).map(|id| f64::from(id % 20) / 10.0).collect();
    let mut together = Host::new(&slow());
    let rows: Vec<_> = ratios.iter().map(|&ratio| at(4.0, ratio)).collect();
    for seconds in [0, 15] {
        let mut batch: Vec<_> = (0..).zip(&rows).map(|(id, row)| (id, &row[..])).collect();
        if seconds == 15 {
            batch.reverse();
        }
        let answers = together.turn(seconds, &batch, Vec::new());
        for ((id, row), answer) in batch.iter().zip(answers) {
            let mut alone = Host::new(&slow());
            if seconds == 15 {
                alone.one(0, row);
            }
            assert_eq!(answer, alone.one(seconds, row), "workload {id} at {seconds} s");
        }
    }
}

#[test]
fn a_fault_holds_its_own_workload_only() {
    let mut host = Host::new(&slow());
    let fault = Fault {
        row: 1,
        subject: "scale".to_owned(),
        reason: "FailedGetScale".to_owned(),
        message: "no answer".to_owned(),
    };
    let row = at(4.0, 1.0);
    let rows = [(1, &row[..]), (2, &row[..])];
    let answers = host.turn(0, &rows, vec![Detail::Faults(vec![fault.clone()])]);
    assert_eq!(answers, [(Some(6.0), "scale-up-limit"), (None, "failed-get-scale")]);
    let astray = vec![Detail::Faults(vec![Fault { row: 2, ..fault }])];
    let error = host.try_turn(15, &rows, astray).unwrap_err();
    assert!(error.contains("row 2") && error.contains("`faults`"), "{error}");
}
