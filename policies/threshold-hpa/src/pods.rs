//! Pods: whose samples count, what they use and what they request.

use sdk::{ConditionStatus, Container, Pod, PodPhase, Quantity};

use crate::behaviour::SECOND;
use crate::controller::Controller;
use crate::failure::Failure;

/// How a pod counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Not at all: it is going or has failed.
    Ignored,
    /// Its sample does not count yet.
    Unready,
    /// It should have a sample and has none.
    Missing,
    /// Its sample counts.
    Ready,
}

/// When a starting pod's CPU samples count.
#[derive(Debug, Clone, Copy)]
pub struct WarmUp {
    /// The time of the turn, in nanoseconds.
    pub now: i64,
    /// The CPU initialisation period, in nanoseconds.
    pub initialisation: i64,
    /// The delay of initial readiness, in nanoseconds.
    pub readiness_delay: i64,
}

impl WarmUp {
    /// The controller's, at a turn.
    pub fn new(controller: &Controller, now: i64) -> Self {
        Self {
            now,
            initialisation: i64::from(controller.cpu_initialization_period_seconds) * SECOND,
            readiness_delay: i64::from(controller.initial_readiness_delay_seconds) * SECOND,
        }
    }

    /// Whether a pod's CPU sample does not count yet. A readiness that never changed is ancient.
    fn doubts(self, pod: &Pod) -> bool {
        let (Some(ready), Some(started)) = (&pod.ready, pod.started_nanoseconds) else {
            return true;
        };
        let changed = ready.changed_nanoseconds.unwrap_or(i64::MIN);
        if started.saturating_add(self.initialisation) > self.now {
            let full_window = pod.sampled.as_ref().is_some_and(|sampling| {
                let window = i64::try_from(sampling.window_nanoseconds).unwrap_or(i64::MAX);
                sampling.taken_nanoseconds >= changed.saturating_add(window)
            });
            ready.status == ConditionStatus::False || !full_window
        } else {
            ready.status == ConditionStatus::False
                && started.saturating_add(self.readiness_delay) > changed
        }
    }
}

/// How a pod counts for a metric; `warm_up` is given for CPU only.
pub fn group(pod: &Pod, has_sample: bool, warm_up: Option<WarmUp>) -> Group {
    if pod.deleting || pod.phase == PodPhase::Failed {
        Group::Ignored
    } else if pod.phase == PodPhase::Pending {
        Group::Unready
    } else if !has_sample {
        Group::Missing
    } else if warm_up.is_some_and(|warm_up| warm_up.doubts(pod)) {
        Group::Unready
    } else {
        Group::Ready
    }
}

/// Whether a pod is running and ready, which is what counts for values that are not per pod.
pub fn serves(pod: &Pod) -> bool {
    pod.phase == PodPhase::Running
        && pod.ready.as_ref().is_some_and(|ready| ready.status == ConditionStatus::True)
}

fn amount(quantities: &[Quantity], resource: &str) -> Option<i64> {
    quantities.iter().find(|one| one.resource == resource).map(|one| one.milli)
}

/// What a pod, or one container of it, used in its sample, in thousandths. A pod with a container that
/// lacks the resource has no sample; a sidecar that was not sampled at all is passed over.
pub fn usage(pod: &Pod, resource: &str, container: Option<&str>) -> Option<i64> {
    pod.sampled.as_ref()?;
    if let Some(name) = container {
        let container = pod.containers.iter().find(|one| one.name == name)?;
        return amount(&container.usage, resource);
    }
    let absent = |one: &&Container| !(one.restartable_init && one.usage.is_empty());
    let mut sampled = pod.containers.iter().filter(absent).peekable();
    sampled.peek()?;
    sampled.try_fold(0_i64, |sum, one| Some(sum.saturating_add(amount(&one.usage, resource)?)))
}

/// What a pod, or one container of it, requests, in thousandths. `position` is the pod's place in its
/// list, for messages.
pub fn request(
    pod: &Pod,
    position: usize,
    resource: &str,
    container: Option<&str>,
    pod_level: bool,
) -> Result<i64, Failure> {
    let supported = |name: &str| matches!(name, "cpu" | "memory") || name.starts_with("hugepages-");
    let own = pod_level && pod.requests.iter().any(|one| supported(&one.resource));
    if own && container.is_none() {
        let stated = amount(&pod.requests, resource).filter(|_| supported(resource));
        return stated
            .or_else(|| {
                let mut known =
                    pod.containers.iter().filter_map(|one| amount(&one.requests, resource));
                let first = known.next()?;
                Some(known.fold(first, i64::saturating_add))
            })
            .ok_or(Failure::MissingPodRequest { pod: position });
    }
    // Ordinary containers come first, so that the failure names the one that the original names.
    let numbered = || pod.containers.iter().enumerate();
    let ordinary = numbered().filter(|(_, one)| !one.restartable_init);
    let ordered = ordinary.chain(numbered().filter(|(_, one)| one.restartable_init));
    let (mut sum, mut found) = (0_i64, false);
    for (index, one) in ordered {
        if container.is_some_and(|name| name != one.name) {
            continue;
        }
        let milli = amount(&one.requests, resource)
            .ok_or(Failure::MissingRequest { pod: position, container: index })?;
        sum = sum.saturating_add(milli);
        found = true;
    }
    if container.is_some() && !found {
        return Err(Failure::MissingContainer { pod: position });
    }
    Ok(sum)
}

#[cfg(test)]
mod tests;
