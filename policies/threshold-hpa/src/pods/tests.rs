//! The original's tables of pod groups and of requests.

use sdk::{ConditionStatus, Readiness, Sampling};

use super::*;

const NOW: i64 = 1_000_000 * SECOND;
const WARM_UP: WarmUp =
    WarmUp { now: NOW, initialisation: 120 * SECOND, readiness_delay: 10 * SECOND };

/// A pod by its phase, the age of its start, whether it is ready and since how many seconds, and the
/// age and window of its sample. An age of `ANCIENT` is a time that was never set.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    cpu: bool,
    phase: PodPhase,
    deleting: bool,
    started: Option<i64>,
    ready: Option<(ConditionStatus, i64)>,
    sample: Option<(i64, i64)>,
    group: Group,
}

const ANCIENT: i64 = 100_000_000_000;

const ROW: Row = Row {
    name: "",
    cpu: true,
    phase: PodPhase::Succeeded,
    deleting: false,
    started: None,
    ready: None,
    sample: Some((ANCIENT, 0)),
    group: Group::Ready,
};

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "memory asks for no readiness", cpu: false, sample: Some((0, 60)), ..ROW },
    Row { name: "no Ready condition", started: Some(0), group: Group::Unready, ..ROW },
    Row { name: "a full window since it is ready", started: Some(60), ready: Some((ConditionStatus::True, 30)), sample: Some((0, 30)), ..ROW },
    Row { name: "less than a window since it is ready", started: Some(60), ready: Some((ConditionStatus::True, 30)), sample: Some((0, 60)), group: Group::Unready, ..ROW },
    Row { name: "unready within seconds of its start", started: Some(600), ready: Some((ConditionStatus::False, 594)), group: Group::Unready, ..ROW },
    Row { name: "an old sample after the initialisation period", started: Some(180), ready: Some((ConditionStatus::True, 180)), sample: Some((120, 60)), ..ROW },
    Row { name: "was ready, is not any more", started: Some(600), ready: Some((ConditionStatus::False, 540)), ..ROW },
    Row { name: "turned unready just past the delay", started: Some(600), ready: Some((ConditionStatus::False, 590)), ..ROW },
    Row { name: "no sample", started: Some(180), sample: None, group: Group::Missing, ..ROW },
    Row { name: "pending", phase: PodPhase::Pending, sample: None, group: Group::Unready, ..ROW },
    Row { name: "going", phase: PodPhase::Pending, deleting: true, group: Group::Ignored, ..ROW },
    Row { name: "failed", phase: PodPhase::Failed, group: Group::Ignored, ..ROW },
    Row { name: "of unknown readiness, once it was ready", started: Some(600), ready: Some((ConditionStatus::Unknown, 594)), ..ROW },
    Row { name: "of unknown readiness in the initialisation period", started: Some(60), ready: Some((ConditionStatus::Unknown, 30)), sample: Some((0, 30)), ..ROW },
    Row { name: "not started", ready: Some((ConditionStatus::True, 30)), group: Group::Unready, ..ROW },
    Row { name: "unready in the initialisation period", started: Some(60), ready: Some((ConditionStatus::False, 30)), sample: Some((0, 10)), group: Group::Unready, ..ROW },
];

fn pod(row: &Row) -> Pod {
    let at = |age: i64| NOW - age * SECOND;
    Pod {
        row: 0,
        phase: row.phase,
        deleting: row.deleting,
        ready: row
            .ready
            .map(|(status, age)| Readiness { status, changed_nanoseconds: Some(at(age)) }),
        started_nanoseconds: row.started.map(at),
        requests: Vec::new(),
        containers: Vec::new(),
        sampled: row.sample.map(|(age, window)| Sampling {
            taken_nanoseconds: if age == ANCIENT { i64::MIN } else { at(age) },
            window_nanoseconds: (window * SECOND) as u64,
        }),
    }
}

#[test]
fn pods_are_grouped_by_phase_sample_and_readiness() {
    for row in ROWS {
        let warm_up = row.cpu.then_some(WARM_UP);
        assert_eq!(group(&pod(row), row.sample.is_some(), warm_up), row.group, "{}", row.name);
    }
}

#[test]
fn a_readiness_that_never_changed_is_ancient() {
    let mut pod = pod(&ROW);
    pod.started_nanoseconds = Some(i64::MIN);
    pod.ready = Some(Readiness { status: ConditionStatus::False, changed_nanoseconds: None });
    assert_eq!(group(&pod, true, Some(WARM_UP)), Group::Unready);
    pod.ready = Some(Readiness { status: ConditionStatus::True, changed_nanoseconds: None });
    assert_eq!(group(&pod, true, Some(WARM_UP)), Group::Ready);
}

fn cpu(milli: i64) -> Vec<Quantity> {
    vec![Quantity { resource: "cpu".to_owned(), milli }]
}

/// Containers as (name, sidecar, CPU request).
fn requesting(own: Option<i64>, containers: &[(&str, bool, Option<i64>)]) -> Pod {
    let container = |&(name, restartable_init, request): &(&str, bool, Option<i64>)| Container {
        name: name.to_owned(),
        restartable_init,
        requests: request.map(cpu).unwrap_or_default(),
        usage: Vec::new(),
    };
    Pod {
        requests: own.map(cpu).unwrap_or_default(),
        containers: containers.iter().map(container).collect(),
        ..pod(&ROW)
    }
}

#[test]
fn requests_are_summed_unless_the_pod_or_a_container_is_asked() {
    let two = [("container1", false, Some(100)), ("container2", false, Some(50))];
    let lacking = [("container1", false, None), ("container2", false, Some(50))];
    let sidecar = [("restartable-container1", true, Some(50)), ("container1", false, Some(100))];
    let missing = Err(Failure::MissingRequest { pod: 3, container: 0 });
    let rows = [
        (None, &two, None, false, Ok(150)),
        (None, &two, None, true, Ok(150)),
        (Some(800), &two, None, true, Ok(800)),
        (Some(800), &two, None, false, Ok(150)),
        (None, &lacking, None, false, missing),
        (Some(800), &lacking, None, true, Ok(800)),
        (None, &two, Some("container1"), false, Ok(100)),
        (Some(800), &two, Some("container1"), true, Ok(100)),
        (None, &sidecar, None, false, Ok(150)),
        (None, &two, Some("other"), false, Err(Failure::MissingContainer { pod: 3 })),
    ];
    for (position, (own, containers, container, pod_level, expected)) in
        rows.into_iter().enumerate()
    {
        let pod = requesting(own, containers);
        assert_eq!(request(&pod, 3, "cpu", container, pod_level), expected, "row {position}");
    }
}

#[test]
fn a_pod_with_requests_of_its_own_may_take_another_resource_from_its_containers() {
    let mut pod = requesting(Some(800), &[("container1", false, None)]);
    let none = Err(Failure::MissingPodRequest { pod: 3 });
    assert_eq!(request(&pod, 3, "memory", None, true), none);
    pod.containers[0].requests = vec![Quantity { resource: "memory".to_owned(), milli: 7 }];
    assert_eq!(request(&pod, 3, "memory", None, true), Ok(7));
}

#[test]
fn a_pod_has_a_sample_when_all_its_containers_have() {
    let mut pod = requesting(None, &[("a", false, None), ("b", false, None), ("s", true, None)]);
    pod.containers[0].usage = cpu(100);
    assert_eq!(usage(&pod, "cpu", None), None);
    assert_eq!(usage(&pod, "cpu", Some("a")), Some(100));
    assert_eq!(usage(&pod, "cpu", Some("b")), None);
    pod.containers[1].usage = cpu(20);
    assert_eq!(usage(&pod, "cpu", None), Some(120));
    pod.containers[2].usage = cpu(3);
    assert_eq!(usage(&pod, "cpu", None), Some(123));
    pod.sampled = None;
    assert_eq!(usage(&pod, "cpu", None), None);
    let empty = requesting(None, &[]);
    assert_eq!(usage(&empty, "cpu", None), None);
}
