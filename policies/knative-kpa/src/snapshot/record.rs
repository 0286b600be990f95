//! One workload's part of a snapshot: its history with ages instead of instants.

use serde::{Deserialize, Serialize};

use crate::activity::{Activity, Phase};
use crate::autoscaler::Panic;
use crate::clock::{nanoseconds, seconds, truncate};
use crate::spec::{BUCKET, Spec};
use crate::window::{Window, Writes};
use crate::workload::{Sight, Status, Workload};

/// The history of one workload. Ages count back from `now_nanoseconds`, or without it from the first
/// turn after the restore.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The workload's id.
    pub workload: u64,
    /// The instant of the last turn, on the batch's clock.
    #[serde(default)]
    pub now_nanoseconds: Option<i64>,
    #[serde(default)]
    buckets: Vec<Bucket>,
    #[serde(default)]
    stable_window: Option<Span>,
    #[serde(default)]
    panic_window: Option<Span>,
    #[serde(default)]
    panic: Option<PanicMode>,
    #[serde(default)]
    delay: Vec<Delayed>,
    #[serde(default)]
    activity: Option<Active>,
    #[serde(default)]
    status: Option<Said>,
}

/// The load of one second, recorded into both windows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    age_seconds: f64,
    value: f64,
}

/// What recording the buckets alone cannot tell about a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    window_seconds: f64,
    first_age_seconds: Option<f64>,
    last_age_seconds: Option<f64>,
    total: f64,
}

/// `age_seconds` is how long ago the threshold was last crossed; none outside of panic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PanicMode {
    age_seconds: Option<f64>,
    replicas: i32,
}

/// A count that was wanted within the delay window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delayed {
    age_seconds: f64,
    replicas: i32,
}

/// The activity; left out, `initialised` is true of everything but an activating workload.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Active {
    phase: Phase,
    age_seconds: f64,
    #[serde(default)]
    initialised: Option<bool>,
    #[serde(default)]
    proxying_age_seconds: Option<f64>,
}

/// What the autoscaler said last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    desired: i32,
    excess_burst_capacity: i32,
}

impl Record {
    /// Writes down a workload.
    pub fn new(id: u64, workload: &Workload) -> Self {
        let now = workload.turned_at;
        let age = |instant: i64| seconds(now.saturating_sub(instant));
        let span = |window: &Window| Span {
            window_seconds: seconds(window.span()),
            first_age_seconds: window.writes.first.map(age),
            last_age_seconds: window.writes.last.map(age),
            total: window.writes.total,
        };
        let bucket = |(instant, value)| Bucket { age_seconds: age(instant), value };
        let delayed = |(instant, replicas)| Delayed { age_seconds: age(instant), replicas };
        let panic = workload.autoscaler.panic;
        let activity = workload.activity;
        Self {
            workload: id,
            now_nanoseconds: Some(now),
            buckets: workload.stable.buckets().map(bucket).collect(),
            stable_window: Some(span(&workload.stable)),
            panic_window: Some(span(&workload.panic)),
            panic: Some(PanicMode { age_seconds: panic.since.map(age), replicas: panic.replicas }),
            delay: workload
                .autoscaler
                .delay
                .iter()
                .flat_map(|delay| delay.maxima().map(delayed))
                .collect(),
            activity: Some(Active {
                phase: activity.phase,
                age_seconds: age(activity.since),
                initialised: Some(activity.initialised),
                proxying_age_seconds: activity.proxying_since.map(age),
            }),
            status: Some(Said {
                desired: workload.status.desired,
                excess_burst_capacity: workload.status.excess,
            }),
        }
    }

    /// What is wrong with a record, its place first.
    pub fn check(&self) -> Option<&'static str> {
        let odd = |span: &Span| {
            !(1.0..=3600.0).contains(&span.window_seconds)
                || span.window_seconds.fract() != 0.0
                || span.first_age_seconds < span.last_age_seconds
        };
        if self.stable_window.iter().chain(&self.panic_window).any(odd) {
            return Some(
                "a window of 1 to 3600 whole seconds, first written before last, is needed",
            );
        }
        let negative = self.panic.iter().any(|panic| panic.replicas < 0)
            || self.delay.iter().any(|delayed| delayed.replicas < 0)
            || self.status.iter().any(|said| said.desired < -1);
        negative.then_some("negative replicas; write 0 or more (/status/desired may be -1)")
    }

    /// The workload of this record, its ages counted back from `now`.
    pub fn revive(&self, spec: &Spec, sight: Sight, now: i64) -> Workload {
        let instant = |age_seconds: f64| now.saturating_sub(nanoseconds(age_seconds));
        let mut workload = Workload::new(spec, sight, now);
        workload.stable = self.window(spec, self.stable_window, spec.stable_window, now);
        workload.panic = self.window(spec, self.panic_window, spec.panic_window, now);
        workload.autoscaler.panic =
            self.panic.map_or(Panic { since: None, replicas: 0 }, |panic| Panic {
                since: panic.age_seconds.map(instant),
                replicas: panic.replicas,
            });
        if let Some(delay) = &mut workload.autoscaler.delay {
            for delayed in &self.delay {
                delay.record(instant(delayed.age_seconds), delayed.replicas);
            }
        }
        if let Some(active) = self.activity {
            workload.activity = Activity {
                phase: active.phase,
                since: instant(active.age_seconds),
                initialised: active.initialised.unwrap_or(active.phase != Phase::Activating),
                proxying_since: active.proxying_age_seconds.map(instant),
            };
        }
        if let Some(said) = self.status {
            workload.status = Status { desired: said.desired, excess: said.excess_burst_capacity };
        }
        if self.now_nanoseconds.is_some() {
            workload.turned_at = now;
        }
        workload
    }

    fn window(&self, spec: &Spec, span: Option<Span>, wanted: i64, now: i64) -> Window {
        let held = span.map_or(wanted, |span| nanoseconds(span.window_seconds));
        let instant = |age_seconds: f64| now.saturating_sub(nanoseconds(age_seconds));
        let mut window = Window::new(held, BUCKET, spec.aggregation);
        for bucket in &self.buckets {
            window.record(instant(bucket.age_seconds), bucket.value);
        }
        if let Some(span) = span {
            let written = |age: Option<f64>| age.map(|age| truncate(instant(age), BUCKET));
            let (first, last) = (written(span.first_age_seconds), written(span.last_age_seconds));
            // Zeros are not listed, and those since the newest bucket push older ones out.
            if let Some(last) = last {
                window.record(last, 0.0);
            }
            window.writes = Writes { first, last, total: span.total };
        }
        window.resize(wanted, now);
        window
    }
}
