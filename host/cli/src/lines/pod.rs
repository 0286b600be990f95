//! Pod: a pod of a workload as a line describes it. Keys are those of the interface to guests.

use scaling::{ConditionStatus, Container, PodPhase, Readiness, Timestamp};
use serde::Deserialize;

use super::instant::{Sampled, Seconds, instant};
use super::quantity::Quantities;

/// A pod, all but its row.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawPod")]
pub(crate) struct Pod(scaling::Pod);

impl Pod {
    /// The pod of the workload at `row`.
    pub(crate) fn at(self, row: u32) -> scaling::Pod {
        scaling::Pod { row, ..self.0 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a pod: an object with `phase`")]
struct RawPod {
    phase: Phase,
    #[serde(default)]
    deleting: bool,
    ready: Option<Ready>,
    started_seconds: Option<Seconds>,
    started_nanoseconds: Option<i64>,
    #[serde(default)]
    requests: Quantities,
    #[serde(default)]
    containers: Vec<RawContainer>,
    sampled: Option<Windowed>,
}

impl TryFrom<RawPod> for Pod {
    type Error = String;

    fn try_from(raw: RawPod) -> Result<Self, String> {
        let mut containers: Vec<Container> = Vec::with_capacity(raw.containers.len());
        for container in raw.containers {
            if containers.iter().any(|other| other.name == container.name) {
                return Err(format!("two containers are called `{}`", container.name));
            }
            containers.push(container.into());
        }
        Ok(Self(scaling::Pod {
            row: 0,
            phase: raw.phase.into(),
            deleting: raw.deleting,
            ready: raw.ready.map(|ready| ready.0),
            started: instant("started", raw.started_seconds, raw.started_nanoseconds)?,
            requests: raw.requests.0,
            containers,
            sampled: raw.sampled.map(|sampled| sampled.0),
        }))
    }
}

#[derive(Deserialize)]
enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

impl From<Phase> for PodPhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Pending => PodPhase::Pending,
            Phase::Running => PodPhase::Running,
            Phase::Succeeded => PodPhase::Succeeded,
            Phase::Failed => PodPhase::Failed,
            Phase::Unknown => PodPhase::Unknown,
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "RawReady")]
struct Ready(Readiness);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a condition: an object with `ready`")]
struct RawReady {
    ready: Status,
    changed_seconds: Option<Seconds>,
    changed_nanoseconds: Option<i64>,
}

/// `true`, `false` or `"Unknown"`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`true`, `false` or \"Unknown\"")]
enum Status {
    Known(bool),
    Word(Unknown),
}

#[derive(Deserialize)]
enum Unknown {
    Unknown,
}

impl TryFrom<RawReady> for Ready {
    type Error = String;

    fn try_from(raw: RawReady) -> Result<Self, String> {
        let changed: Option<Timestamp> =
            instant("changed", raw.changed_seconds, raw.changed_nanoseconds)?;
        let status = match raw.ready {
            Status::Known(holds) => holds.into(),
            Status::Word(Unknown::Unknown) => ConditionStatus::Unknown,
        };
        Ok(Self(Readiness { status, changed }))
    }
}

/// A sample with its window.
#[derive(Deserialize)]
#[serde(try_from = "Sampled")]
struct Windowed(scaling::Sampling);

impl TryFrom<Sampled> for Windowed {
    type Error = String;

    fn try_from(sampled: Sampled) -> Result<Self, String> {
        sampled.windowed().map(Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a container: an object with `name`")]
struct RawContainer {
    name: String,
    #[serde(default)]
    restartable_init: bool,
    #[serde(default)]
    requests: Quantities,
    #[serde(default)]
    usage: Quantities,
}

impl From<RawContainer> for Container {
    fn from(raw: RawContainer) -> Self {
        Container {
            name: raw.name,
            restartable_init: raw.restartable_init,
            requests: raw.requests.0,
            usage: raw.usage.0,
        }
    }
}
