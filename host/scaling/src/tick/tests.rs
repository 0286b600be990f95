use std::collections::BTreeMap;

use super::*;
use crate::{Bounds, GroupId, Quota, Rails, TenantId, Timestamp, WorkloadId};

const PERIOD: Duration = Duration::from_secs(15);

fn seen(at: Duration, ids: &[u64]) -> Observations {
    let ids: Vec<WorkloadId> = ids.iter().map(|&id| WorkloadId(id)).collect();
    let mut observations = Observations::missing(Timestamp::ZERO + at, 0, ids);
    observations.column_mut(Column::ReplicasDesired).fill(3.0);
    observations.column_mut(Column::CpuLimitMillicores).fill(250.0);
    observations.column_mut(Column::MemoryLimitBytes).fill(4096.0);
    observations
}

fn workloads(ids: &[u64]) -> Vec<Workload> {
    ids.iter()
        .map(|&id| Workload {
            id: WorkloadId(id),
            name: format!("w{id}"),
            tenant: TenantId(0),
            group: GroupId(0),
            bounds: Bounds::replicas(1, 4),
            slo: None,
        })
        .collect()
}

/// A tick at time zero in which every workload was asked to go to five replicas.
fn pending(ids: &[u64], warm_up: Duration) -> Pending {
    let observations = seen(Duration::ZERO, ids);
    let wanted = vec![Recommendation::replicas(5); ids.len()];
    let mut guard = Guard::new(Rails::default(), BTreeMap::new(), warm_up);
    let decisions = decide(&observations, &wanted, &workloads(ids), &mut guard);
    Pending { observations, decisions }
}

fn done(after: u32) -> Applied {
    Applied::Done(Action { replicas_before: 3, replicas_after: after, ..Action::default() })
}

#[test]
fn every_row_is_decided_in_its_place() {
    let pending = pending(&[8, 2, 5], Duration::ZERO);
    let ids: Vec<u64> = pending.decisions.iter().map(|decision| decision.workload.0).collect();
    assert_eq!(ids, [8, 2, 5]);
    assert!(pending.decisions.iter().all(|decision| decision.replicas == Some(4)));
}

#[test]
fn rows_that_lack_something_get_no_decision() {
    let wanted = [Recommendation::hold(); 3];
    for (rows, recommendations, known) in [(3, 3, 2), (3, 2, 3), (2, 3, 3), (0, 3, 3), (3, 0, 3)] {
        let ids = [1, 2, 3];
        let observations = seen(Duration::ZERO, &ids[..rows]);
        let workloads = workloads(&ids[..known]);
        let quotas = BTreeMap::from([(TenantId(0), Quota::default())]);
        let mut guard = Guard::new(Rails::default(), quotas, Duration::ZERO);
        let decisions = decide(&observations, &wanted[..recommendations], &workloads, &mut guard);
        assert_eq!(decisions.len(), rows.min(recommendations).min(known));
    }
}

#[test]
fn transitions_follow_workloads_and_not_rows() {
    // Who was there before, who is there after, and the transitions: id, row before, row after.
    type Case = (&'static [u64], &'static [u64], &'static [(u64, usize, usize)]);
    let cases: &[Case] = &[
        (&[1, 2, 3], &[1, 2, 3], &[(1, 0, 0), (2, 1, 1), (3, 2, 2)]),
        (&[1, 2, 3], &[3, 1, 2], &[(1, 0, 1), (2, 1, 2), (3, 2, 0)]),
        (&[1, 2, 3], &[1, 3], &[(1, 0, 0), (3, 2, 1)]),
        (&[1, 3], &[1, 2, 3], &[(1, 0, 0), (3, 1, 2)]),
        (&[1, 2], &[4, 2], &[(2, 1, 1)]),
        (&[1, 2], &[], &[]),
        (&[], &[1, 2], &[]),
    ];
    for (before, after, expected) in cases {
        let pending = pending(before, Duration::ZERO);
        let applied = vec![done(4); before.len()];
        let transitions = close(&pending, &applied, &seen(PERIOD, after), Ending::Running, PERIOD);
        let found: Vec<(u64, usize, usize)> = transitions
            .iter()
            .map(|transition| (transition.workload.0, transition.before_row, transition.after_row))
            .collect();
        assert_eq!(found, *expected, "{before:?} to {after:?}");
    }
}

#[test]
fn only_what_was_applied_in_time_and_warm_is_learned_from() {
    let failed = || Applied::Failed("the driver was away".into());
    let tick = Duration::from_nanos(1);
    // What was applied, how long the warm-up is, when the next look is, whether it is learnable.
    for (applied, warm_up, after, learnable) in [
        (done(4), Duration::ZERO, PERIOD, true),
        (done(3), Duration::ZERO, PERIOD, true),
        (done(4), Duration::ZERO, PERIOD + tick, false),
        (done(4), Duration::ZERO, PERIOD - tick, true),
        (done(4), tick, PERIOD, false),
        (failed(), Duration::ZERO, PERIOD, false),
    ] {
        let pending = pending(&[1], warm_up);
        let applied = [applied];
        let transitions = close(&pending, &applied, &seen(after, &[1]), Ending::Running, PERIOD);
        assert_eq!(transitions[0].learnable, learnable, "{applied:?} {warm_up:?} {after:?}");
    }
}

#[test]
fn the_action_is_what_was_applied_and_not_what_was_asked() {
    let pending = pending(&[1, 2], Duration::ZERO);
    let applied = [done(2), Applied::Failed("no".into())];
    let transitions = close(&pending, &applied, &seen(PERIOD, &[1, 2]), Ending::Running, PERIOD);
    assert_eq!(transitions[0].action.replicas_after, 2);
    let held = Action {
        replicas_before: 3,
        replicas_after: 3,
        cpu_millicores_before: 250,
        cpu_millicores_after: 250,
        memory_bytes_before: 4096,
        memory_bytes_after: 4096,
        illegal: true,
    };
    assert_eq!(transitions[1].action, held);
}

#[test]
fn every_transition_carries_the_ending() {
    for ending in [Ending::Running, Ending::Terminated, Ending::Truncated] {
        let pending = pending(&[1, 2], Duration::ZERO);
        let after = seen(PERIOD, &[1, 2]);
        let transitions = close(&pending, &[done(4), done(4)], &after, ending, PERIOD);
        assert_eq!(transitions.len(), 2);
        assert!(transitions.iter().all(|transition| transition.ending == ending));
    }
}
