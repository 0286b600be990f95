use scaling::{Action, ConditionStatus, MetricSource, PodPhase, Quantity, Sampling, Timestamp};

use super::*;

/// Everything that the interface to guests can express, on one line.
const FULL: &str = r#"{"now_seconds": 15.5, "tick": 7, "explore": true, "explain": false,
  "observations": [
    {"workload": "db"},
    {"workload": "web", "replicas_desired": 3, "queue_length": null,
     "pods": [
       {"phase": "Pending"},
       {"phase": "Running", "deleting": true, "started_seconds": -600.25,
        "ready": {"ready": true, "changed_nanoseconds": -300000000001},
        "requests": {"cpu": 1},
        "containers": [
          {"name": "app", "requests": {"cpu": "500m", "memory": "128Mi"}, "usage": {"cpu": 0.23}},
          {"name": "mesh", "restartable_init": true}],
        "sampled": {"taken_seconds": 10, "window_seconds": 30}}],
     "metrics": [
       {"source": "pods", "name": "rps", "selector": "a=b", "pod": 1, "value": "12500m",
        "sampled": {"taken_seconds": 10, "window_nanoseconds": 60000000000}},
       {"source": "object", "name": "hits", "described_object": "Ingress/main", "value_milli": -7,
        "sampled": {"taken_seconds": 11}},
       {"source": "external", "name": "queue", "value": 2, "sampled": {"taken_seconds": 12}}],
     "buckets": [
       {"start_seconds": 14, "concurrency": 4.5, "arrival_rate_per_second": 9},
       {"start_seconds": 15, "length_seconds": 0.5, "concurrency": 0, "arrival_rate_per_second": 0}],
     "faults": [{"subject": "rps", "reason": "FailedGetPodsMetric"}]}],
  "edges": [{"upstream": "web", "downstream": "db", "calls_per_request": 2}],
  "learn": [{"workload": "web", "before": {"replicas_desired": 2, "memory_limit_bytes": 64},
             "after": {"replicas_desired": 3}, "action": {"replicas_after": 3, "illegal": true},
             "reward": 0.7, "ending": "truncated"}],
  "forget": ["old", 9]}"#;

fn full() -> Turn {
    Context::default().turn(FULL).unwrap()
}

#[test]
fn columns_lie_in_the_rows_of_their_workloads() {
    let turn = full();
    let observations = &turn.observations;
    assert_eq!((observations.now.nanoseconds(), observations.tick), (15_500_000_000, 7));
    assert_eq!(observations.workloads(), [WorkloadId(0), WorkloadId(1)]);
    assert_eq!(observations.get(0, Column::ReplicasDesired), None);
    assert_eq!(observations.get(1, Column::ReplicasDesired), Some(3.0));
    assert_eq!(observations.get(1, Column::QueueLength), None);
    assert_eq!((turn.explore, turn.explain), (Some(true), Some(false)));
    assert_eq!(turn.forget, [WorkloadId(2), WorkloadId(9)]);
}

#[test]
fn pods_are_read_to_the_last_field() {
    let pods = full().observations.details.pods;
    assert_eq!(pods.iter().map(|pod| pod.row).collect::<Vec<_>>(), [1, 1]);
    assert_eq!((pods[0].phase, pods[0].ready, pods[0].sampled), (PodPhase::Pending, None, None));
    let pod = &pods[1];
    let nanoseconds = |time: Option<Timestamp>| time.map(Timestamp::nanoseconds);
    assert!(pod.deleting && pod.ready.unwrap().status == ConditionStatus::True);
    assert_eq!(nanoseconds(pod.started), Some(-600_250_000_000));
    assert_eq!(nanoseconds(pod.ready.unwrap().changed), Some(-300_000_000_001));
    let quantity = |resource: &str, milli| Quantity { resource: resource.to_owned(), milli };
    assert_eq!(pod.requests, [quantity("cpu", 1000)]);
    let [app, mesh] = &pod.containers[..] else { panic!("two containers: {:?}", pod.containers) };
    assert_eq!(app.requests, [quantity("cpu", 500), quantity("memory", 134_217_728_000)]);
    assert_eq!((&app.usage[..], app.restartable_init), (&[quantity("cpu", 230)][..], false));
    assert_eq!((mesh.name.as_str(), mesh.restartable_init), ("mesh", true));
    let taken = Timestamp::from_nanoseconds(10_000_000_000);
    assert_eq!(pod.sampled, Some(Sampling { taken, window_nanoseconds: 30_000_000_000 }));
}

#[test]
fn metrics_buckets_edges_and_faults_are_read_to_the_last_field() {
    let details = full().observations.details;
    let metrics: Vec<_> = details
        .metrics
        .iter()
        .map(|metric| (metric.row, metric.source, metric.name.as_str(), metric.pod, metric.milli))
        .collect();
    assert_eq!(
        metrics,
        [
            (1, MetricSource::Pods, "rps", Some(1), 12_500),
            (1, MetricSource::Object, "hits", None, -7),
            (1, MetricSource::External, "queue", None, 2000),
        ]
    );
    assert_eq!(details.metrics[0].selector, "a=b");
    assert_eq!(details.metrics[0].sampled.window_nanoseconds, 60_000_000_000);
    assert_eq!(details.metrics[1].described_object, "Ingress/main");
    let buckets: Vec<_> =
        details.buckets.iter().map(|bucket| (bucket.row, bucket.length_nanoseconds)).collect();
    assert_eq!(buckets, [(1, 1_000_000_000), (1, 500_000_000)]);
    assert_eq!(details.buckets[0].concurrency, 4.5);
    assert_eq!(details.buckets[0].arrival_rate_per_second, 9.0);
    let edge = details.edges[0];
    assert_eq!((edge.upstream, edge.downstream), (WorkloadId(1), WorkloadId(0)));
    assert_eq!(edge.calls_per_request, 2.0);
    let fault = &details.faults[0];
    assert_eq!((fault.row, fault.reason.as_str()), (1, "FailedGetPodsMetric"));
}

#[test]
fn what_an_action_leaves_out_did_not_change() {
    let columns = [Column::QueueLength, Column::ReplicasDesired];
    let experiences = full().experiences(&columns).unwrap();
    assert_eq!(experiences.workloads, [WorkloadId(1)]);
    assert!(experiences.before[0].is_nan());
    assert_eq!((experiences.before[1], experiences.after[1]), (2.0, 3.0));
    assert_eq!((experiences.rewards[0], experiences.endings[0]), (0.7, Ending::Truncated));
    let action = Action {
        replicas_before: 2,
        replicas_after: 3,
        memory_bytes_before: 64,
        memory_bytes_after: 64,
        illegal: true,
        ..Action::default()
    };
    assert_eq!(experiences.actions, [action]);
}

#[test]
fn ticks_count_on_from_the_line_before() {
    let mut context = Context::default();
    let ticks: Vec<u64> =
        [r#"{"now_seconds": 0}"#, r#"{"now_seconds": 1, "tick": 5}"#, r#"{"now_seconds": 1}"#]
            .iter()
            .map(|line| context.turn(line).unwrap().observations.tick)
            .collect();
    assert_eq!(ticks, [0, 5, 6]);
    let error = context.turn(r#"{"now_seconds": 0.5}"#).unwrap_err().to_string();
    assert_eq!(error, "now_seconds: the time goes back from 1 to 0.5: put the lines in order");
    let error = context.turn(r#"{"now_seconds": 2, "tick": 5}"#).unwrap_err().to_string();
    assert_eq!(error, "tick: the tick goes back from 6 to 5: put the lines in order");
}

/// A line that is refused, with the path and a part of the message that it is refused with.
fn refuse(line: &str, path: &str, part: &str) {
    let complaint = Context::default().turn(line).map(|_| ()).unwrap_err();
    assert_eq!(complaint.path, path, "{line}: {complaint}");
    assert!(complaint.message.contains(part), "{line}: {complaint}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_remedy() {
    refuse("{", "", "EOF while parsing an object (column 1)");
    refuse(r#"{"now_seconds": 1} 2"#, "", "trailing characters");
    refuse("[]", "", "expected an object such as {\"now_seconds\": 15}, found `[]`");
    refuse(r#"{"now_seconds": 1, "edges": [7]}"#, "edges[0]", "a call relation: an object");
    refuse(
        r#"{"now_seconds": 1, "learn": [{"workload": 1}]}"#,
        "learn[0]",
        "missing field `reward`",
    );
    refuse("{}", "", "`now_seconds` is missing (or give `now_nanoseconds`)");
    refuse(r#"{"now_seconds": "soon"}"#, "now_seconds", "expected a number of seconds");
    refuse(r#"{"now_seconds": 1, "now_nanoseconds": 1}"#, "", "keep one of them");
    refuse(r#"{"now_seconds": 1, "tock": 1}"#, "tock", "unknown field `tock`, expected one of");
    refuse(r#"{"now_seconds": 1, "tick": -1}"#, "tick", "expected u64");
    refuse(r#"{"now_seconds": 1, "forget": [1.5]}"#, "forget[0]", "its name, or its id");
}

/// As [`refuse`], of the only observation of a line.
fn refuse_observation(observation: &str, path: &str, part: &str) {
    let line = format!(r#"{{"now_seconds": 1, "observations": [{observation}]}}"#);
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    refuse(&line, &format!("observations[0]{dot}{path}"), part);
}

#[test]
fn what_is_wrong_with_an_observation_is_told_with_its_place_and_a_remedy() {
    refuse_observation("{}", "", "missing field `workload`");
    refuse_observation("3", "", "an observation: `workload`, values by column and details");
    refuse_observation(r#"{"workload": -1}"#, "workload", "its name, or its id");
    refuse_observation(r#"{"workload": ""}"#, "workload", "empty");
    refuse_observation(r#"{"workload": 1, "workload": 2}"#, "", "`workload` is given twice");
    refuse_observation(r#"{"workload": 1, "replicas": 3}"#, "", "`replicas` is no column");
    refuse_observation(r#"{"workload": 1, "pod": []}"#, "", "did you mean `pods`?");
    refuse_observation(r#"{"workload": 1, "queue_length": "1"}"#, "queue_length", "expected f64");
    refuse_observation(
        r#"{"workload": 1, "buckets": [{"start_seconds": 0, "concurrency": -1, "arrival_rate_per_second": 0}]}"#,
        "buckets[0].concurrency",
        "-1 is negative",
    );
    refuse_observation(
        r#"{"workload": 1, "buckets": [
            {"start_seconds": 1, "concurrency": 0, "arrival_rate_per_second": 0},
            {"start_seconds": 0, "concurrency": 0, "arrival_rate_per_second": 0}]}"#,
        "buckets[1]",
        "oldest first",
    );
    refuse_observation(
        r#"{"workload": 1, "faults": [{"reason": "FailedGetScale"}]}"#,
        "faults[0]",
        "missing field `subject`",
    );
}

#[test]
fn what_is_wrong_with_a_pod_is_told_with_its_place_and_a_remedy() {
    let pod = |pod: &str, path: &str, part: &str| {
        let observation = format!(r#"{{"workload": 1, "pods": [{pod}]}}"#);
        refuse_observation(&observation, &format!("pods[0]{path}"), part);
    };
    pod("3", "", "expected a pod: an object with `phase`");
    pod("{}", "", "missing field `phase`");
    pod(r#"{"phase": "running"}"#, ".phase", "expected one of `Pending`, `Running`");
    pod(r#"{"phase": "Running", "state": 1}"#, ".state", "unknown field `state`");
    pod(
        r#"{"phase": "Running", "ready": {"ready": 1}}"#,
        ".ready.ready",
        "`true`, `false` or \"Unknown\"",
    );
    pod(
        r#"{"phase": "Running", "requests": {"cpu": "fast"}}"#,
        ".requests.cpu",
        "`fast` is not a quantity",
    );
    pod(
        r#"{"phase": "Running", "sampled": {"taken_seconds": 1}}"#,
        ".sampled",
        "`window_seconds` is missing",
    );
    pod(
        r#"{"phase": "Running", "containers": [{"name": "a"}, {"name": "a"}]}"#,
        "",
        "two containers are called `a`",
    );
}

#[test]
fn what_is_wrong_with_a_metric_is_told_with_its_place_and_a_remedy() {
    let metric = |metric: &str, path: &str, part: &str| {
        let observation = format!(r#"{{"workload": 1, "metrics": [{metric}]}}"#);
        refuse_observation(&observation, &format!("metrics[0]{path}"), part);
    };
    let sampled = r#""sampled": {"taken_seconds": 1, "window_seconds": 1}"#;
    let pods = |rest: &str| format!(r#"{{"source": "pods", "name": "rps", {rest}, {sampled}}}"#);
    metric(&pods(r#""selector": "a""#), "", "`value` is missing (or give `value_milli`)");
    metric(&pods(r#""value": 1, "value_milli": 1000"#), "", "keep one of them");
    metric(&pods(r#""value": 1, "pod": 0"#), "", "this workload has 0 pods");
    metric(&pods(r#""value": 1, "described_object": "a/b""#), "", "for the source `object`");
    metric(r#"{"source": "node"}"#, ".source", "expected one of `pods`, `object`, `external`");
    let moment = r#""sampled": {"taken_seconds": 1}"#;
    metric(
        &format!(r#"{{"source": "pods", "name": "rps", "value": 1, {moment}}}"#),
        "",
        "sampled: `window_seconds` is missing",
    );
    metric(
        &format!(r#"{{"source": "external", "name": "rps", "value": 1, "pod": 0, {moment}}}"#),
        "",
        "`pod` is only for the source `pods`",
    );
}

#[test]
fn a_workload_is_observed_once_a_line() {
    refuse(
        r#"{"now_seconds": 1, "observations": [{"workload": "web"}, {"workload": 7}, {"workload": "web"}]}"#,
        "observations[2].workload",
        "`web` is observations[0] already",
    );
    refuse(
        r#"{"now_seconds": 1, "observations": [{"workload": "web"}, {"workload": 0}]}"#,
        "observations[1].workload",
        "name all workloads or number all of them",
    );
}
