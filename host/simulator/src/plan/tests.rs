//! Specs that make no sense are told so by field; those that do are read as a file gives them.

use scaling::Bounds;
use traffic::{ArrivalSpec, ProcessSpec, ServiceSpec, Traces};

use crate::{
    AmountSpec, CallSpec, ClusterSpec, CrashSpec, MetricsSpec, NodeSpec, Plan, WorkloadSpec,
};

fn sound() -> WorkloadSpec {
    WorkloadSpec {
        arrivals: Some(ArrivalSpec::new(ProcessSpec::Poisson { rate_per_second: 1.0 })),
        service: Some(ServiceSpec::Exponential { mean_seconds: 0.1 }),
        ..WorkloadSpec::new("w", Bounds::replicas(1, 10))
    }
}

fn complaint(cluster: &ClusterSpec, workloads: &[WorkloadSpec]) -> String {
    Plan::new(cluster, workloads, &Traces::default()).unwrap_err().to_string()
}

#[track_caller]
fn check(spoil: impl Fn(&mut WorkloadSpec), expected: &str) {
    let mut workload = sound();
    spoil(&mut workload);
    assert_eq!(complaint(&ClusterSpec::default(), &[workload]), format!("workloads[0].{expected}"));
}

#[track_caller]
fn check_cluster(cluster: ClusterSpec, expected: &str) {
    assert_eq!(complaint(&cluster, &[sound()]), expected);
}

#[test]
fn a_workload_is_checked_field_by_field() {
    check(|w| w.name.clear(), "name is empty, but a workload needs a name");
    check(|w| w.bounds.replicas_max = 0, {
        "bounds.replicas_max is 0, but must be at least 1 and at least replicas_min"
    });
    check(|w| w.bounds.cpu_millicores = Some((500, 100)), {
        "bounds.cpu_millicores is 500, but must be a range from at least 1 upwards"
    });
    check(|w| w.initial_replicas = Some(11), {
        "initial_replicas is 11, but must be within the bounds"
    });
    check(|w| w.concurrency = Some(0), "concurrency is 0, but must be at least 1");
    check(|w| w.cpu.limit_millicores = Some(0), {
        "cpu.limit_millicores is 0, but must be at least 1"
    });
    check(|w| (w.memory.base_mib, w.memory.request_mib) = (0.0, Some(-1.0)), {
        "memory.request_mib is -1, but must be a finite number above 0"
    });
    check(|w| w.memory.base_mib = 257.0, {
        "memory.base_mib is 257, but must be at most memory.limit_mib"
    });
    check(|w| w.timeout_seconds = Some(f64::NAN), {
        "timeout_seconds is NaN, but must be a finite number above 0"
    });
    check(|w| w.drain_grace_seconds = 1e9, {
        "drain_grace_seconds is 1000000000, but must be less than 2^53 nanoseconds (104 days)"
    });
    check(|w| w.service = Some(ServiceSpec::Exponential { mean_seconds: 0.0 }), {
        "service: mean_seconds is 0, but must be a finite number above 0"
    });
    check(|w| w.service = None, {
        "service is missing, but these arrivals do not tell how long requests take"
    });
    check(|w| (w.arrivals, w.service) = (None, None), {
        "service is missing, but calls from other workloads do not tell how long they take"
    });
    let amount = AmountSpec { mean_bytes: 0.0, coefficient_of_variation: 0.0 };
    check(|w| w.network.receive_bytes = Some(amount), {
        "network.receive_bytes.mean_bytes is 0, but must be a finite number above 0"
    });
    let crash = CrashSpec { mean_time_between_failures_seconds: 0.0, detection_seconds: 0.0 };
    check(|w| w.crash = Some(crash), {
        "crash.mean_time_between_failures_seconds is 0, but must be a finite number above 0"
    });
    let slo = scaling::Slo { latency_seconds: 0.0, percentile: Default::default() };
    check(|w| w.slo = Some(slo), {
        "slo.latency_seconds is 0, but must be a finite number above 0"
    });
}

#[test]
fn a_cluster_is_checked_field_by_field() {
    let sound = ClusterSpec::default;
    check_cluster(ClusterSpec { tick_seconds: 0.0, ..sound() }, {
        "tick_seconds is 0, but must be a finite number above 0"
    });
    check_cluster(ClusterSpec { duration_seconds: 100.5, ..sound() }, {
        "duration_seconds is 100.5, but must be a whole multiple of tick_seconds, which is 1"
    });
    check_cluster(ClusterSpec { warm_up_seconds: 3600.0, ..sound() }, {
        "warm_up_seconds is 3600, but must be less than duration_seconds"
    });
    let node = NodeSpec { count: 1, cores: 0.0, memory_mib: 1.0 };
    check_cluster(ClusterSpec { nodes: vec![node], ..sound() }, {
        "nodes[0].cores is 0, but must be a finite number above 0"
    });
    let metrics = MetricsSpec { window_seconds: 20.0, ..MetricsSpec::default() };
    check_cluster(ClusterSpec { metrics, ..sound() }, {
        "metrics.window_seconds is 20, but must be a whole multiple of scrape_interval_seconds, \
         which is 15"
    });
    assert_eq!(complaint(&sound(), &[]), "workloads is empty, but there must be at least one");
}

#[test]
fn names_and_ids_are_their_own() {
    let other = WorkloadSpec { name: "other".to_owned(), ..sound() };
    let cluster = ClusterSpec::default();
    let taken = "is taken by an earlier workload, but must be its own";
    let twice = complaint(&cluster, &[sound(), sound()]);
    assert_eq!(twice, format!("workloads[1].name {taken}"));
    let clash = WorkloadSpec { id: Some(1), ..sound() };
    let clash = complaint(&cluster, &[clash, other]);
    assert_eq!(clash, format!("workloads[1].id {taken}"));
}

#[test]
fn calls_lead_to_workloads_that_exist_and_never_back() {
    let named = |name: &str, callee: &str, calls_per_request| WorkloadSpec {
        name: name.to_owned(),
        calls: vec![CallSpec { workload: callee.to_owned(), calls_per_request, synchronous: true }],
        ..sound()
    };
    let cluster = ClusterSpec::default();
    assert_eq!(
        complaint(&cluster, &[named("a", "b", 1.0)]),
        "workloads[0].calls[0].workload is `b`, but no workload has that name; the first is `a`"
    );
    assert_eq!(
        complaint(&cluster, &[named("a", "w", -1.0), sound()]),
        "workloads[0].calls[0].calls_per_request is -1, but must be a finite number above 0"
    );
    assert_eq!(
        complaint(&cluster, &[sound(), named("a", "b", 1.0), named("b", "a", 1.0)]),
        "workloads[1].name is `a`, which is called in a circle or from one, but calls must not \
         come back"
    );
    let diamond = [named("a", "b", 1.0), named("c", "b", 1.0), named("b", "w", 1.0), sound()];
    assert!(Plan::new(&cluster, &diamond, &Traces::default()).is_ok());
}

#[test]
fn a_file_may_say_little_and_must_not_say_more() {
    let little = r#"{
        "name": "w",
        "bounds": { "replicas_min": 1, "replicas_max": 10 },
        "arrivals": { "kind": "poisson", "rate_per_second": 1.0 },
        "service": { "kind": "exponential", "mean_seconds": 0.1 }
    }"#;
    assert_eq!(serde_json::from_str::<WorkloadSpec>(little).unwrap(), sound());
    let again = serde_json::to_string(&sound()).unwrap();
    assert_eq!(serde_json::from_str::<WorkloadSpec>(&again).unwrap(), sound());
    assert_eq!(serde_json::from_str::<ClusterSpec>("{}").unwrap(), ClusterSpec::default());
    for wrong in [
        little.replace("\"name\"", "\"nmae\""),
        little.replace("\"service\"", "\"cpu\": { \"limit\": 1 }, \"service\""),
    ] {
        let error = serde_json::from_str::<WorkloadSpec>(&wrong).unwrap_err().to_string();
        assert!(error.contains("unknown field"), "{error}");
    }
    assert!(serde_json::from_str::<ClusterSpec>(r#"{ "nodes": [{ "cores": 1 }] }"#).is_err());
}
