//! A row of the controller's tables, and how it is checked.

use sdk::{ConditionStatus, Fault, MetricSource, PodPhase, Sampling};
use serde_json::{Value, json};

use crate::scenario::{ANCIENT, NOW, SECOND, Scenario, amount, cpu_at, flags, pod, qps};

/// Conditions in the order AbleToScale, ScalingActive, ScalingLimited, ScaledToZero; `!` marks False.
pub const RESCALED: &str = "SucceededRescale ValidMetricFound !DesiredWithinRange";
/// Nothing to change.
pub const READY: &str = "ReadyForNewScale ValidMetricFound !DesiredWithinRange";
/// Scaling is off at zero replicas.
pub const DISABLED: &str = "SucceededGetScale !ScalingDisabled";

/// One turn of the controller. Rows give only what differs from [`Row::new`].
#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    pub bounds: (i32, i32),
    pub current: i32,
    /// Replicas in existence, if they differ.
    pub status: Option<i32>,
    /// CPU target in percent; 0 for none.
    pub cpu: i32,
    /// Metrics after the CPU one.
    pub metrics: Vec<Value>,
    pub behavior: Value,
    /// Samples: millicores of a pod, half by each of its containers, and `qps` in thousandths.
    pub levels: Vec<i64>,
    /// Millicores requested by each pod; none for 1000 by as many pods as exist.
    pub requests: Option<Vec<i64>>,
    pub unready: Vec<usize>,
    /// When pods started, which is also when their readiness changed.
    pub started: Vec<i64>,
    pub failed: Vec<usize>,
    pub deleting: Vec<usize>,
    pub faults: Vec<Fault>,
    /// Past recommendations with their ages in seconds; none starts the log afresh.
    pub log: Option<Vec<(i32, i64)>>,
    pub scaled_to_zero: Option<bool>,
    /// The gate HPAScaleToZero.
    pub gate: bool,
    /// Replicas afterwards.
    pub desired: i32,
    pub conditions: &'static str,
    /// Reported CPU utilisation; 0 leaves it unchecked.
    pub percent: i32,
    /// The label `action` of each metric; empty leaves them unchecked.
    pub actions: &'static [&'static str],
    /// The log afterwards; none leaves it unchecked.
    pub log_after: Option<Vec<i32>>,
}

impl Row {
    /// Three pods, which the CPU target of 30 % makes five.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            bounds: (2, 6),
            current: 3,
            status: None,
            cpu: 30,
            metrics: Vec::new(),
            behavior: Value::Null,
            levels: vec![300, 500, 700],
            requests: None,
            unready: Vec::new(),
            started: Vec::new(),
            failed: Vec::new(),
            deleting: Vec::new(),
            faults: Vec::new(),
            log: None,
            scaled_to_zero: None,
            gate: false,
            desired: 5,
            conditions: RESCALED,
            percent: 0,
            actions: &[],
            log_after: None,
        }
    }

    /// Five pods, which a CPU target of 50 % makes three, since the log is empty.
    pub fn shrinking(name: &'static str) -> Self {
        Self {
            current: 5,
            cpu: 50,
            levels: vec![100, 300, 500, 250, 250],
            log: Some(Vec::new()),
            desired: 3,
            ..Self::new(name)
        }
    }

    fn settings(&self) -> Value {
        let cpu = (self.cpu > 0).then(|| cpu_at(self.cpu));
        let mut settings = json!({
            "minReplicas": self.bounds.0,
            "maxReplicas": self.bounds.1,
            "metrics": cpu.into_iter().chain(self.metrics.clone()).collect::<Vec<_>>(),
            "controller": flags(self.gate),
        });
        if !self.behavior.is_null() {
            settings["behavior"] = self.behavior.clone();
        }
        settings
    }

    fn scenario(&self) -> Scenario {
        let status = self.status.unwrap_or(self.current);
        let requests = self.requests.clone().unwrap_or_else(|| vec![1000; status as usize]);
        let pods = requests.iter().enumerate().map(|(index, &request)| {
            let mut pod = pod();
            let half = |milli: i64| amount("cpu", milli / 2);
            let level = self.levels.get(index);
            for container in &mut pod.containers {
                container.requests = half(request);
                container.usage = level.map(|&level| half(level)).unwrap_or_default();
            }
            pod.sampled = level.map(|_| Sampling {
                taken_nanoseconds: NOW,
                window_nanoseconds: (60 * SECOND) as u64,
            });
            let started = self.started.get(index).copied().unwrap_or(ANCIENT);
            pod.started_nanoseconds = Some(started);
            let ready = pod.ready.as_mut().unwrap();
            ready.status = match self.unready.contains(&index) {
                true => ConditionStatus::False,
                false => ConditionStatus::True,
            };
            ready.changed_nanoseconds = Some(started);
            if self.failed.contains(&index) {
                pod.phase = PodPhase::Failed;
            }
            pod.deleting = self.deleting.contains(&index);
            pod
        });
        let owner = |index: usize| (index < requests.len()).then_some(index as u32);
        let sampled = self.levels.iter().enumerate().flat_map(|(index, &milli)| {
            [
                qps(MetricSource::Pods, owner(index), milli),
                qps(MetricSource::Object, None, milli),
                qps(MetricSource::External, None, milli),
            ]
        });
        let entry =
            |&(replicas, age): &(i32, i64)| json!({ "replicas": replicas, "age_seconds": age });
        let log = self.log.as_ref().map(|log| log.iter().map(entry).collect::<Vec<_>>());
        Scenario {
            settings: self.settings(),
            current: self.current,
            status,
            pods: pods.collect(),
            metrics: sampled.collect(),
            faults: self.faults.clone(),
            history: Some(json!({
                "recommendations": log, "scaled_to_zero": self.scaled_to_zero,
            })),
        }
    }

    /// Runs the row, checks everything that it says, and gives the explanation.
    pub fn check(&self) -> Value {
        let (policy, replicas, _, explanation) = self.scenario().run();
        let place = format!("{}: {explanation}", self.name);
        // Leaving alone and asking for what there is come to the same.
        assert_eq!(replicas.unwrap_or(f64::from(self.current)), f64::from(self.desired), "{place}");
        assert_eq!(conditions(&explanation), self.conditions, "{place}");
        let metrics = explanation["metrics"].as_array().expect("a list");
        if self.percent != 0 {
            assert_eq!(metrics[0]["current"]["averageUtilization"], self.percent, "{place}");
        }
        if !self.actions.is_empty() {
            let actions: Vec<_> =
                metrics.iter().map(|one| one["action"].as_str().unwrap()).collect();
            assert_eq!(actions, self.actions, "{place}");
        }
        if let Some(log) = &self.log_after {
            assert_eq!(&log_of(&policy), log, "{place}");
        }
        explanation
    }
}

fn conditions(explanation: &Value) -> String {
    let text = |one: &Value| {
        let mark = if one["status"] == "True" { "" } else { "!" };
        format!("{mark}{}", one["reason"].as_str().unwrap())
    };
    let conditions = explanation["conditions"].as_array().unwrap();
    conditions.iter().map(text).collect::<Vec<_>>().join(" ")
}

fn log_of(policy: &threshold_hpa::ThresholdHpa) -> Vec<i32> {
    let snapshot = sdk::Policy::snapshot(policy, &[crate::scenario::WORKLOAD]);
    let snapshot: Value = serde_json::from_slice(&snapshot).unwrap();
    let log = snapshot["workloads"][0]["recommendations"].as_array().unwrap().clone();
    log.iter().map(|one| one["replicas"].as_i64().unwrap() as i32).collect()
}

/// The events that an explanation lists, as `Reason: message`.
pub fn events(explanation: &Value) -> Vec<String> {
    let text = |one: &Value| {
        format!("{}: {}", one["reason"].as_str().unwrap(), one["message"].as_str().unwrap())
    };
    explanation["events"].as_array().unwrap().iter().map(text).collect()
}
