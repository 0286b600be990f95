//! Snapshots: carried, written by hand, refused.

use std::collections::BTreeSet;

use sdk::Policy;
use serde_json::{Value, json};

use crate::host::Host;

fn settings() -> Value {
    json!({
        "pods": "columns", "minReplicas": 1, "maxReplicas": 50,
        "metrics": [{ "type": "Resource", "resource": { "name": "cpu",
            "target": { "type": "Utilization", "averageUtilization": 50 } } }],
        "behavior": {
            "scaleUp": { "stabilizationWindowSeconds": 40,
                "policies": [{ "type": "Pods", "value": 3, "periodSeconds": 45 }] },
            "scaleDown": { "stabilizationWindowSeconds": 70,
                "policies": [{ "type": "Percent", "value": 40, "periodSeconds": 90 }] },
        },
    })
}

/// An endless load that goes up and down, slowly enough to be followed.
fn ratio(turn: i64) -> f64 {
    [0.9, 1.4, 0.2, 0.1, 0.8, 0.5, 1.9, 0.05][(turn.unsigned_abs() / 7 % 8) as usize]
}

fn play(host: &mut Host, replicas: &mut f64, turn: i64) -> (Option<f64>, &'static str) {
    let row = [
        ("replicas_desired", *replicas),
        ("replicas_ready", *replicas),
        ("cpu_utilisation_ratio_mean", ratio(turn)),
    ];
    let answer = host.one(15 * turn + turn % 3, &row);
    // Every fourth change is applied by half.
    if let Some(wanted) = answer.0 {
        *replicas = if turn % 4 == 0 { ((*replicas + wanted) / 2.0).floor() } else { wanted };
    }
    answer
}

#[test]
fn a_policy_goes_on_elsewhere_as_if_it_had_not_moved() {
    let mut stays = Host::new(&settings());
    let mut moves = Host::new(&settings());
    let (mut here, mut there) = (6.0, 6.0);
    let mut seen = BTreeSet::new();
    for turn in 0..200 {
        seen.insert(here as i32);
        assert_eq!(
            play(&mut stays, &mut here, turn),
            play(&mut moves, &mut there, turn),
            "turn {turn}"
        );
        let carried = moves.policy.snapshot(&[1, 99]);
        moves = Host::new(&settings());
        moves.policy.restore(&carried).expect("its own snapshot");
        assert_eq!(moves.policy.snapshot(&[1]), carried, "turn {turn}");
    }
    assert!(seen.len() > 5, "the load moved replicas among {seen:?} only");
}

#[test]
fn history_may_be_written_by_hand() {
    let mut host = Host::new(&settings());
    let snapshot = json!({ "version": 1, "workloads": [{
        "workload": 1,
        "recommendations": [{ "replicas": 9, "age_seconds": 69 }, { "replicas": 30, "age_seconds": 70 }],
        "scale_down_events": [{ "change": 2, "age_seconds": 10.5 }],
    }] });
    host.policy.restore(snapshot.to_string().as_bytes()).unwrap();
    let row =
        [("replicas_desired", 12.0), ("replicas_ready", 12.0), ("cpu_utilisation_ratio_mean", 0.2)];
    // Held up by the nine of 69 s ago, and limited to 60 % of the fourteen of 90 s ago: 8.
    assert_eq!(host.one(1_000_000, &row), (Some(9.0), "succeeded-rescale"));
}

#[test]
fn where_the_gate_is_off_the_condition_is_dropped() {
    let mut host = Host::new(&json!({ "maxReplicas": 5, "controller": { "scaleToZero": false } }));
    let snapshot =
        json!({ "version": 1, "workloads": [{ "workload": 1, "scaled_to_zero": true }] });
    host.policy.restore(snapshot.to_string().as_bytes()).unwrap();
    assert_eq!(host.one(0, &[("replicas_desired", 0.0)]), (None, "scaling-disabled"));
    let snapshot: Value = serde_json::from_slice(&host.policy.snapshot(&[1])).unwrap();
    assert_eq!(snapshot["workloads"][0]["scaled_to_zero"], Value::Null);
}

#[test]
fn a_forgotten_workload_starts_afresh() {
    let mut host = Host::new(&settings());
    let mut replicas = 6.0;
    play(&mut host, &mut replicas, 0);
    host.policy.forget(&[1]);
    let snapshot: Value = serde_json::from_slice(&host.policy.snapshot(&[1])).unwrap();
    assert_eq!(snapshot, json!({ "version": 1, "workloads": [] }));
}

#[test]
fn a_malformed_snapshot_is_refused_and_changes_nothing() {
    let mut host = Host::new(&settings());
    play(&mut host, &mut 6.0, 0);
    let before = host.policy.snapshot(&[1]);
    let rows = [
        (json!({ "version": 2, "workloads": [] }), "`/version`: 2"),
        (json!({ "version": 1 }), "workloads"),
        (
            json!({ "version": 1, "workloads": [{ "workload": 1, "recs": [] }] }),
            "`/workloads/0/recs`",
        ),
        (
            json!({ "version": 1, "workloads": [{ "workload": 1 }, { "workload": 1 }] }),
            "`/workloads/1/workload`",
        ),
        (
            json!({ "version": 1, "workloads": [{ "workload": 1,
                "scale_up_events": [{ "change": -1, "age_seconds": 1 }] }] }),
            "`/workloads/0/scale_up_events`",
        ),
        (
            json!({ "version": 1, "workloads": [
                { "workload": 1 },
                { "workload": 2, "pending": { "from": 1, "to": 2, "event_index": 0 } }] }),
            "`/workloads/1/pending`",
        ),
        (json!("history"), "snapshot at"),
    ];
    for (snapshot, part) in rows {
        let error = host.policy.restore(snapshot.to_string().as_bytes()).unwrap_err();
        assert!(error.contains(part), "{error}");
        assert_eq!(host.policy.snapshot(&[1]), before, "{part}");
    }
}
