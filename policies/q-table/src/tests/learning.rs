//! The update rule, with numbers worked by hand: α = 0.5, γ = 0.5.

use super::*;

#[test]
fn moves_half_way_to_reward_and_discounted_future() {
    let mut policy = policy(SMALL);
    // Q(1, up) = 0 + 0.5 (1 + 0.5 · 0 − 0) = 0.5
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    assert_eq!(known(&policy, &[0]), Some((vec![0.0, 0.5, 0.0], vec![0, 1, 0])));
    // Q(2, down) = 0 + 0.5 (−1 + 0.5 · 0.5 − 0) = −0.375
    policy.learn(&experience(applied(2, 1), -1.0)).unwrap();
    assert_eq!(known(&policy, &[1]), Some((vec![0.0, 0.0, -0.375], vec![0, 0, 1])));
    // Q(1, up) = 0.5 + 0.5 (1 + 0.5 · 0 − 0.5) = 0.75
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    assert_eq!(known(&policy, &[0]), Some((vec![0.0, 0.75, 0.0], vec![0, 2, 0])));
}

#[track_caller]
fn check_ending(terminated: bool, truncated: bool, value: f64) {
    let mut policy = policy(SMALL);
    policy.learn(&experience(applied(2, 2), 2.0)).unwrap(); // Q(2, keep) = 1
    let mut last = experience(applied(1, 2), 1.0);
    (last.terminated, last.truncated) = (vec![terminated], vec![truncated]);
    policy.learn(&last).unwrap();
    assert_eq!(known(&policy, &[0]).unwrap().0[1], value);
}

#[test]
fn a_true_ending_is_not_bootstrapped_and_a_cut_is() {
    check_ending(false, false, 0.75); // 0.5 (1 + 0.5 · 1)
    check_ending(false, true, 0.75);
    check_ending(true, false, 0.5); // 0.5 · 1
    check_ending(true, true, 0.5);
}

#[test]
fn learns_from_what_was_applied_and_not_from_what_was_recommended() {
    let mut policy = policy(SMALL);
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    assert_eq!(greedy(&mut policy, &[1.0, 1.0, 3.0]).replicas, Some(2.0));
    // It asked for one more, and the guard rails kept what there was.
    policy.learn(&experience(applied(1, 1), -1.0)).unwrap();
    let (values, visits) = known(&policy, &[0]).unwrap();
    assert_eq!((values[1], visits), (0.5, vec![1, 1, 0]));
    assert_eq!(values[0], 0.5 * (-1.0 + 0.5 * 0.5));
}

#[track_caller]
fn check_left_out(settings: &str, action: Action, unmatched: u64, illegal: u64) {
    let mut policy = policy(settings);
    policy.learn(&experience(action, 1.0)).unwrap();
    let table = policy.library.get(None).unwrap();
    assert_eq!((table.unmatched, table.illegal), (unmatched, illegal));
    assert_eq!((table.updates, table.states.len()), (0, 0));
}

#[test]
fn an_applied_change_that_is_no_action_is_left_out_and_counted() {
    check_left_out(SMALL, applied(1, 3), 1, 0);
    check_left_out(SMALL, Action { cpu_millicores_after: 100, ..applied(1, 2) }, 1, 0);
    check_left_out(SMALL, Action { memory_bytes_after: u64::MAX, ..applied(1, 2) }, 1, 0);
    check_left_out(SMALL, Action { illegal: true, ..applied(1, 1) }, 0, 1);
    // Nothing is forbidden at two of one to three replicas, so no wish explains this one.
    let unmasked = small(r#"{"mask_illegal": false}"#);
    check_left_out(&unmasked, Action { illegal: true, ..applied(2, 2) }, 0, 1);
}

#[test]
fn an_illegal_wish_is_taught_to_the_action_that_wished_it() {
    let mut policy = policy(&small(r#"{"mask_illegal": false}"#));
    policy.learn(&experience(Action { illegal: true, ..applied(3, 3) }, -1.0)).unwrap();
    assert_eq!(known(&policy, &[2]), Some((vec![0.0, -0.5, 0.0], vec![0, 1, 0])));
}

#[test]
fn the_future_counts_only_legal_actions_while_they_are_masked() {
    for (mask, value) in [(true, 0.5), (false, 0.75)] {
        let mut policy = policy(&small(&format!(r#"{{"mask_illegal": {mask}}}"#)));
        // Up from three replicas, while the bounds still allowed it: Q(3, up) = 1.
        let mut wide = experience(applied(3, 4), 2.0);
        wide.before[2] = 9.0;
        policy.learn(&wide).unwrap();
        // From two to three replicas, which are now the most.
        policy.learn(&experience(applied(2, 3), 1.0)).unwrap();
        assert_eq!(known(&policy, &[1]).unwrap().0[1], value, "mask {mask}");
    }
}

#[test]
fn a_reward_that_is_no_sane_number_refuses_the_call_and_changes_nothing() {
    for reward in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e101] {
        let mut policy = policy(SMALL);
        let error = policy.learn(&experience(applied(1, 2), reward)).unwrap_err();
        assert!(error.contains("row 0"), "{error}");
        assert_eq!(policy.library.get(None), None);
    }
}

#[test]
fn own_tables_learn_apart_and_are_forgotten() {
    let mut policy = policy(&small(r#"{"tables": "per-workload"}"#));
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    let mut other = experience(applied(1, 1), 1.0);
    other.workloads = vec![2];
    policy.learn(&other).unwrap();
    assert_eq!(policy.library.get(Some(1)).unwrap().states[&0].visits, [0, 1, 0]);
    assert_eq!(policy.library.get(Some(2)).unwrap().states[&0].visits, [1, 0, 0]);
    policy.forget(&[1, 3]);
    assert_eq!((policy.library.updates(Some(1)), policy.library.updates(Some(2))), (0, 1));
}

#[test]
fn a_shared_table_outlives_the_workloads_that_taught_it() {
    let mut policy = policy(SMALL);
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    policy.forget(&[1]);
    assert_eq!(policy.library.updates(None), 1);
}
