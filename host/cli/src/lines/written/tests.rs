use super::*;
use crate::lines::Context;

/// Two workloads with every kind of detail; the second one's metric points at its second pod.
const LINE: &str = r#"{"now_seconds": 15, "observations": [
    {"workload": "db", "replicas_desired": 1, "pods": [{"phase": "Failed"}]},
    {"workload": "web", "queue_length": 2.5,
     "pods": [
       {"phase": "Pending", "deleting": true, "ready": {"ready": "Unknown"}},
       {"phase": "Running", "started_seconds": -1, "ready": {"ready": true, "changed_seconds": -1},
        "requests": {"cpu": "1"},
        "containers": [{"name": "a", "restartable_init": true, "requests": {"memory": "1Ki"},
                        "usage": {"cpu": "3m"}}],
        "sampled": {"taken_seconds": 10, "window_seconds": 30}}],
     "metrics": [
       {"source": "pods", "name": "rps", "pod": 1, "value": 3, "selector": "a=b",
        "sampled": {"taken_seconds": 1, "window_seconds": 2}},
       {"source": "object", "name": "hits", "described_object": "Ingress/main", "value": -1,
        "sampled": {"taken_seconds": 1}}],
     "buckets": [{"start_seconds": 14, "concurrency": 1.5, "arrival_rate_per_second": 9}],
     "faults": [{"subject": "rps", "reason": "FailedGetPodsMetric", "message": "late"}]}],
    "edges": [{"upstream": "web", "downstream": "db", "calls_per_request": 2}]}"#;

#[test]
fn what_is_written_is_read_back_the_same() {
    let turn = Context::default().turn(LINE).unwrap();
    let workloads = ["db".to_owned(), "web".to_owned()];
    let observed = Observed { observations: &turn.observations, workloads: &workloads };
    let line = json!({
        "now_seconds": 15,
        "observations": observed.rows(),
        "edges": observed.edges(),
        "decisions": [],
        "totals": {},
    });
    let again = Context::default().turn(&line.to_string()).unwrap();
    assert_eq!(again.observations.details, turn.observations.details);
    for row in 0..2 {
        for &column in Column::ALL {
            let (was, is) =
                (turn.observations.get(row, column), again.observations.get(row, column));
            assert_eq!(is, was, "{column}");
        }
    }
}

#[test]
fn what_is_infinite_is_left_out() {
    let turn = Context::default().turn(LINE).unwrap();
    let mut observations = turn.observations;
    observations.set(0, Column::LatencySecondsP99, f64::INFINITY);
    let workloads = ["db".to_owned(), "web".to_owned()];
    let rows = json!(Observed { observations: &observations, workloads: &workloads }.rows());
    assert_eq!(rows[0].get("latency_seconds_p99"), None);
    assert_eq!(rows[0]["replicas_desired"], 1.0);
}
