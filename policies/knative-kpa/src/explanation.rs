//! The explanation of one turn: a JSON object, described in the README.

use serde::Serialize;

use crate::activity::Phase;
use crate::autoscaler::Count;
use crate::clock::seconds;
use crate::spec::{Metric, Spec};
use crate::workload::{Turn, Workload};

#[derive(Debug, Serialize)]
struct Explanation {
    reason: &'static str,
    metric: Metric,
    want: i32,
    desired: i32,
    stable_value: Option<f64>,
    panic_value: Option<f64>,
    target_value: f64,
    total_value: f64,
    stable_count: Option<Limited>,
    panic_count: Option<Limited>,
    scale_floor: Option<f64>,
    scale_ceiling: Option<f64>,
    panicking: bool,
    panic_age_seconds: Option<f64>,
    panic_replicas: i32,
    excess_burst_capacity: i32,
    activators: Option<i32>,
    activator_in_path: bool,
    phase: Phase,
    phase_age_seconds: f64,
    initialised: bool,
}

#[derive(Debug, Serialize)]
struct Limited {
    raw: f64,
    limited: i32,
}

impl From<Count> for Limited {
    fn from(count: Count) -> Self {
        Self { raw: count.raw, limited: count.limited }
    }
}

/// Explains `turn`, which `workload` has just taken at `now`.
pub fn explain(spec: &Spec, workload: &Workload, turn: &Turn, now: i64) -> String {
    let age = |instant: i64| seconds(now.saturating_sub(instant));
    let panic = workload.autoscaler.panic;
    let activity = workload.activity;
    let (reading, scale) = turn.scale.unzip();
    let explanation = Explanation {
        reason: turn.verdict.reason.label(),
        metric: spec.metric,
        want: turn.verdict.want,
        desired: workload.status.desired,
        stable_value: reading.map(|reading| reading.stable),
        panic_value: reading.map(|reading| reading.panic),
        target_value: turn.target.value,
        total_value: turn.target.total,
        stable_count: scale.map(|scale| scale.stable.into()),
        panic_count: scale.map(|scale| scale.panic.into()),
        scale_floor: scale.map(|scale| scale.floor),
        scale_ceiling: scale.map(|scale| scale.ceiling),
        panicking: panic.since.is_some(),
        panic_age_seconds: panic.since.map(age),
        panic_replicas: panic.replicas,
        excess_burst_capacity: turn.excess,
        activators: turn.activators,
        activator_in_path: activity.proxying_since.is_some(),
        phase: activity.phase,
        phase_age_seconds: age(activity.since),
        initialised: activity.initialised,
    };
    serde_json::to_string(&explanation).expect("an explanation is plain JSON")
}
