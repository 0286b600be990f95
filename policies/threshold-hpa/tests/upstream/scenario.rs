//! A scenario: one workload at one turn, and what the policy says about it.

use sdk::{
    Batch, ConditionStatus, Container, Detail, Fault, Metric, MetricSource, Pod, PodPhase, Policy,
    Quantity, RawBatch, Readiness, Sampling,
};
use serde_json::{Value, json};
use threshold_hpa::ThresholdHpa;

pub const SECOND: i64 = 1_000_000_000;
pub const NOW: i64 = 1_000_000 * SECOND;
/// A time that was never set.
pub const ANCIENT: i64 = i64::MIN;
/// Started just now, within the CPU initialisation period of 120 s.
pub const HOT: i64 = NOW;
/// Started before the CPU initialisation period.
pub const COOL: i64 = NOW - 180 * SECOND;

/// The flags that the original's tests run with.
pub fn flags(scale_to_zero: bool) -> Value {
    json!({
        "cpuInitializationPeriodSeconds": 120,
        "initialReadinessDelaySeconds": 10,
        "scaleUpLimitFactor": 8,
        "scaleToZero": scale_to_zero,
        "admission": false,
    })
}

/// One workload at one turn.
#[derive(Clone)]
pub struct Scenario {
    pub settings: Value,
    pub current: i32,
    pub status: i32,
    pub pods: Vec<Pod>,
    pub metrics: Vec<Metric>,
    pub faults: Vec<Fault>,
    /// The one workload's entry of the initial snapshot.
    pub history: Option<Value>,
}

pub const WORKLOAD: u64 = 7;

impl Scenario {
    /// The policy after its one turn, the recommended replicas, the label and the explanation.
    pub fn run(self) -> (ThresholdHpa, Option<f64>, &'static str, Value) {
        let text = self.settings.to_string();
        let settings = serde_json::from_str(&text).expect("the settings have the right form");
        let complaints = ThresholdHpa::check(&settings);
        assert!(complaints.is_empty(), "{complaints:?}");
        let mut policy = ThresholdHpa::new(settings, 0);
        if let Some(mut history) = self.history {
            history["workload"] = json!(WORKLOAD);
            let snapshot = json!({ "version": 1, "workloads": [history] });
            policy.restore(snapshot.to_string().as_bytes()).expect("the snapshot is well formed");
        }
        let columns = policy.needs().columns;
        assert_eq!(columns, ["replicas_desired", "replicas_current"], "bounds are in the settings");
        let batch = Batch::from(RawBatch {
            now_nanoseconds: NOW,
            tick: 0,
            workloads: vec![WORKLOAD],
            values: vec![f64::from(self.current), f64::from(self.status)],
            explore: false,
            explain: true,
            details: vec![
                Detail::Pods(self.pods),
                Detail::Metrics(self.metrics),
                Detail::Faults(self.faults),
            ],
        });
        let advice = policy.decide(&batch).expect("the batch is well formed");
        let [recommendation] = &advice.recommendations[..] else { panic!("one row, one answer") };
        let [explanation] = &advice.explanations[..] else { panic!("one row, one explanation") };
        let label = ThresholdHpa::REASONS[recommendation.reason as usize];
        let explanation = serde_json::from_str(&explanation.json).expect("explanations are JSON");
        (policy, recommendation.replicas, label, explanation)
    }
}

/// A running, ready pod of two containers that never had its times set.
pub fn pod() -> Pod {
    let container = |name: &str| Container {
        name: name.to_owned(),
        restartable_init: false,
        requests: Vec::new(),
        usage: Vec::new(),
    };
    Pod {
        row: 0,
        phase: PodPhase::Running,
        deleting: false,
        ready: Some(Readiness { status: ConditionStatus::True, changed_nanoseconds: None }),
        started_nanoseconds: Some(ANCIENT),
        requests: Vec::new(),
        containers: vec![container("container1"), container("container2")],
        sampled: None,
    }
}

pub fn amount(resource: &str, milli: i64) -> Vec<Quantity> {
    vec![Quantity { resource: resource.to_owned(), milli }]
}

/// A sample of the metric `qps`.
pub fn qps(source: MetricSource, pod: Option<u32>, milli: i64) -> Metric {
    let object = if source == MetricSource::Object { "Deployment/some-deployment" } else { "" };
    Metric {
        row: 0,
        source,
        name: "qps".to_owned(),
        selector: String::new(),
        described_object: object.to_owned(),
        pod,
        milli,
        sampled: Sampling { taken_nanoseconds: NOW, window_nanoseconds: 60_000_000_000 },
    }
}

/// A fault about the one workload.
pub fn fault(subject: &str, reason: &str) -> Fault {
    Fault {
        row: 0,
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        message: "something went wrong".to_owned(),
    }
}

pub fn cpu_at(percent: i32) -> Value {
    json!({ "type": "Resource", "resource": {
        "name": "cpu", "target": { "type": "Utilization", "averageUtilization": percent } } })
}

pub fn container_cpu_at(percent: i32, container: &str) -> Value {
    json!({ "type": "ContainerResource", "containerResource": {
        "name": "cpu", "container": container,
        "target": { "type": "Utilization", "averageUtilization": percent } } })
}

pub fn pods_qps(average: &str) -> Value {
    json!({ "type": "Pods", "pods": { "metric": { "name": "qps" },
        "target": { "type": "AverageValue", "averageValue": average } } })
}

/// A metric of an object, with `Value` or `AverageValue`.
pub fn object_qps(target: &str, amount: &str) -> Value {
    json!({ "type": "Object", "object": { "metric": { "name": "qps" },
        "describedObject": { "apiVersion": "apps/v1", "kind": "Deployment",
            "name": "some-deployment" },
        "target": target_of(target, amount) } })
}

/// An external metric, with `Value` or `AverageValue`.
pub fn external_qps(target: &str, amount: &str) -> Value {
    json!({ "type": "External", "external": { "metric": { "name": "qps", "selector": {} },
        "target": target_of(target, amount) } })
}

/// A kind of metric that the API server would never let through.
pub fn cheese() -> Value {
    json!({ "type": "CheddarCheese" })
}

fn target_of(target: &str, amount: &str) -> Value {
    if target == "Value" {
        json!({ "type": target, "value": amount })
    } else {
        json!({ "type": target, "averageValue": amount })
    }
}
