use super::*;
use crate::ReasonId;

fn decide_once(bounds: Bounds, current: Option<u32>, wanted: Recommendation) -> Decision {
    let workloads = [workload(1, 0, bounds)];
    let mut observations = fresh(0, &workloads);
    observations.set(0, Column::ReplicasDesired, current.map_or(f64::NAN, f64::from));
    let mut guard = Guard::default();
    guard.allow(&observations, &[wanted], &workloads).remove(0)
}

#[test]
fn limits_of_a_replica_are_clamped_or_left_alone() {
    let range = Some((200, 800));
    // The range, what is asked, what is allowed, whether it was illegal.
    for (range, asked, allowed, illegal) in [
        (range, None, None, false),
        (range, Some(200), Some(200), false),
        (range, Some(800), Some(800), false),
        (range, Some(199), Some(200), true),
        (range, Some(801), Some(800), true),
        (None, None, None, false),
        (None, Some(500), None, true),
        // A range the wrong way round: nothing lies inside, and its upper bound counts.
        (Some((800, 200)), Some(500), Some(200), true),
    ] {
        let cpu = Bounds { cpu_millicores: range, ..Bounds::replicas(0, 9) };
        let wanted = Recommendation { cpu_millicores: asked, ..Recommendation::hold() };
        let decision = decide_once(cpu, Some(3), wanted);
        assert_eq!((decision.cpu_millicores, decision.illegal), (allowed, illegal), "{asked:?}");
        assert_eq!(rails_of(&decision) == [Rail::Bounds], asked != allowed, "{asked:?}");

        let wide = |value: u32| u64::from(value);
        let memory = Bounds {
            memory_bytes: range.map(|(min, max)| (wide(min), wide(max))),
            ..Bounds::replicas(0, 9)
        };
        let wanted = Recommendation { memory_bytes: asked.map(wide), ..Recommendation::hold() };
        let decision = decide_once(memory, Some(3), wanted);
        let given = (decision.memory_bytes, decision.illegal);
        assert_eq!(given, (allowed.map(wide), illegal), "{asked:?}");
        assert_eq!(rails_of(&decision) == [Rail::Bounds], asked != allowed, "{asked:?}");
    }
}

#[test]
fn asking_outside_of_the_bounds_is_illegal_whatever_comes_of_it() {
    // What is asked with bounds 2..5, and whether that is illegal.
    for (asked, illegal) in
        [(None, false), (Some(2), false), (Some(5), false), (Some(1), true), (Some(6), true)]
    {
        for current in [Some(0), Some(3), Some(9), None] {
            let wanted = Recommendation { replicas: asked, ..Recommendation::hold() };
            let decision = decide_once(Bounds::replicas(2, 5), current, wanted);
            assert_eq!(decision.illegal, illegal, "{asked:?} of {current:?}");
        }
    }
}

#[test]
fn unknown_replicas_hold_and_the_rest_goes_on() {
    let bounds = Bounds { cpu_millicores: Some((100, 900)), ..Bounds::replicas(1, 9) };
    let wanted = Recommendation {
        replicas: Some(4),
        cpu_millicores: Some(300),
        buffer_requests: Some(-5.0),
        reason: Some(ReasonId(3)),
        ..Recommendation::hold()
    };
    let decision = decide_once(bounds, None, wanted);
    assert_eq!(decision.replicas, None);
    assert_eq!(decision.cpu_millicores, Some(300));
    assert_eq!(decision.buffer_requests, Some(-5.0));
    assert_eq!(decision.reason, Some(ReasonId(3)));
}

#[test]
fn bounds_the_wrong_way_round_leave_the_upper_one() {
    let wanted = Recommendation::replicas(4);
    assert_eq!(decide_once(Bounds::replicas(6, 3), Some(5), wanted).replicas, Some(3));
}

#[test]
fn a_workload_warms_up_from_when_it_was_first_seen() {
    let mut guard = Guard::new(Rails::default(), BTreeMap::new(), Duration::from_secs(10));
    let early = workload(1, 0, Bounds::replicas(0, 9));
    let late = workload(2, 0, Bounds::replicas(0, 9));
    let holds = [Recommendation::hold(), Recommendation::hold()];
    // When, who is there, and who is warming up.
    for (at, workloads, warming_up) in [
        (0, vec![early.clone()], vec![true]),
        (5 * SECOND, vec![late.clone(), early.clone()], vec![true, true]),
        (10 * SECOND, vec![late.clone(), early.clone()], vec![true, false]),
        (15 * SECOND, vec![late.clone(), early.clone()], vec![false, false]),
    ] {
        let decisions = guard.allow(&fresh(at, &workloads), &holds, &workloads);
        let seen: Vec<bool> = decisions.iter().map(|decision| decision.warming_up).collect();
        assert_eq!(seen, warming_up, "at {at}");
    }
    guard.forget(&[early.id]);
    let alone = [early];
    let decision = guard.allow(&fresh(20 * SECOND, &alone), &holds, &alone).remove(0);
    assert!(decision.warming_up, "a forgotten workload is a new one");
}
