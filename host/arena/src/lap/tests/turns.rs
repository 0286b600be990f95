//! Who is asked when, with what.

use scaling::{Detail, DetailSet, Refusal, Scope, Timestamp};

use super::*;

/// Ticks and rows of every batch.
fn batches(policy: Helmsman, pond: Pond) -> Vec<(u64, Vec<usize>)> {
    let mut policy = policy;
    lap(pond, &mut policy, false).unwrap();
    let log = policy.log.lock().unwrap();
    log.batches.iter().map(|(tick, rows, ..)| (*tick, rows.clone())).collect()
}

#[test]
fn a_policy_is_asked_once_a_period() {
    let mut policy = Helmsman::fixed(2);
    policy.needs.period = SECOND * 3;
    let everyone = vec![0, 1, 2];
    let expected = [(0, everyone.clone()), (3, everyone.clone()), (6, everyone)];
    assert_eq!(batches(policy, pond(7, &[4, 2, 4])), expected);
}

#[test]
fn a_joint_agent_gets_one_group_a_batch() {
    let mut policy = Helmsman::fixed(2);
    policy.scope = Scope::Group;
    policy.needs.period = SECOND * 2;
    // Group 2 comes before group 4, whatever the order of rows.
    let expected = [(0, vec![1]), (0, vec![0, 2]), (2, vec![1]), (2, vec![0, 2])];
    assert_eq!(batches(policy, pond(4, &[4, 2, 4])), expected);
}

#[test]
fn the_last_recommendation_stands_between_turns() {
    let mut policy = Helmsman::fixed(9);
    policy.needs.period = SECOND * 5;
    let rails = Rails { step_up: Some(2), ..Rails::default() };
    let umpire = Umpire::counting();
    let lap =
        lap_with(pond(5, &[0]), &mut policy, false, umpire, Duration::ZERO, &rails, None).unwrap();
    // One turn; the step rail lets through two replicas at each of the next ticks: 3, 5, 7, 9, 9.
    assert_eq!(policy.log.lock().unwrap().batches.len(), 1);
    let desired = &lap.series[0].replicas_desired;
    assert_eq!(*desired, [3.0, 5.0, 7.0, 9.0, 9.0].map(Some));
    assert_eq!(lap.overall.scaling.up, 4);
    assert_eq!(lap.overall.rails, BTreeMap::from([("step".to_owned(), 3)]));
}

#[test]
fn buckets_reach_a_policy_for_all_the_time_since_its_last_turn() {
    let mut policy = Helmsman::fixed(2);
    policy.needs.period = SECOND * 3;
    policy.needs.details = DetailSet::NONE.with(Detail::Buckets);
    lap(pond(7, &[0, 0]), &mut policy, false).unwrap();
    let log = policy.log.lock().unwrap();
    let told: Vec<Vec<(u32, Timestamp)>> = log
        .batches
        .iter()
        .map(|(.., buckets)| buckets.iter().map(|bucket| (bucket.row, bucket.start)).collect())
        .collect();
    let at = |row, second| (row, Timestamp::ZERO + SECOND * second);
    let three = |from| {
        let rows = [0, 1].into_iter();
        rows.flat_map(|row| (from..from + 3).map(move |second| at(row, second))).collect()
    };
    assert_eq!(told, [Vec::new(), three(0), three(3)]);
}

#[test]
fn the_fallback_answers_what_a_policy_does_not() {
    let refuse_first = || {
        Helmsman::new(|batch, row| match (row, batch.observations.tick) {
            (0, 0) => Err(Refusal::Failed { cause: "trap".into() }),
            (0, _) => Err(Refusal::Zero { field: "cpu_millicores" }),
            _ => Ok(Recommendation::replicas(2)),
        })
    };
    let rails = Rails::default();
    let run = |fallback| {
        let (umpire, mut policy) = (Umpire::counting(), refuse_first());
        lap_with(pond(3, &[0, 0]), &mut policy, false, umpire, SECOND, &rails, fallback).unwrap()
    };
    let fallback = Box::new(Helmsman::fixed(5)) as Box<dyn Policy>;
    let caught = run(Some(fallback));
    let answers = &caught.overall.answers;
    // The first of three ticks is warm-up.
    assert_eq!((answers.asked, answers.fallback), (4, 2));
    assert_eq!(answers.refused, BTreeMap::from([("zero".to_owned(), 2)]));
    assert_eq!(caught.series[0].replicas_desired[0], Some(5.0));
    let held = run(None);
    assert_eq!(held.overall.answers.fallback, 0);
    assert_eq!(held.series[0].replicas_desired, [Some(1.0); 3]);
    assert_eq!(held.series[1].replicas_desired, [Some(2.0); 3]);
}
