use reward_sdk::{Action, RawTransitions};

use super::*;

const MISSING: f64 = f64::NAN;

/// The reward of one row: objective kept, replicas, and the most allowed.
fn reward(after: [f64; 3], illegal: bool) -> f64 {
    let action = Action {
        replicas_before: 1,
        replicas_after: 1,
        cpu_millicores_before: 0,
        cpu_millicores_after: 0,
        memory_bytes_before: 0,
        memory_bytes_after: 0,
        illegal,
    };
    let transitions = RawTransitions {
        now_nanoseconds: 0,
        tick: 1,
        workloads: vec![7],
        before: vec![MISSING; 3],
        after: after.to_vec(),
        actions: vec![action],
    };
    SloAndCost::new(Settings::default()).score(&transitions.into()).unwrap()[0]
}

#[test]
fn misses_and_replicas_cost() {
    for (after, expected) in [
        ([1.0, 0.0, 10.0], 0.0),
        ([1.0, 5.0, 10.0], -0.125),
        ([0.5, 0.0, 10.0], -0.5),
        ([0.0, 10.0, 10.0], -1.25),
        // No objective is none missed; replicas that cannot be counted are all that there may be.
        ([MISSING, 5.0, 10.0], -0.125),
        ([1.0, MISSING, 10.0], -0.25),
        ([1.0, 5.0, MISSING], -0.25),
    ] {
        assert_eq!(reward(after, false), expected, "{after:?}");
    }
}

#[test]
fn an_illegal_action_costs_all_that_there_is_to_pay() {
    let terms = SloAndCost::new(Settings::default()).terms();
    assert_eq!(reward([1.0, 0.0, 10.0], true), terms.minimum);
    assert_eq!((terms.minimum, terms.maximum), (-1.25, 0.0));
}

#[test]
fn complains_about_settings_with_their_place() {
    let wrong = Settings { slo_weight: -1.0, replicas_weight: 1001.0 };
    let places: Vec<_> = SloAndCost::check(&wrong).into_iter().map(|error| error.path).collect();
    assert_eq!(places, ["/slo_weight", "/replicas_weight"]);
    assert_eq!(SloAndCost::check(&Settings::default()), Vec::new());
}
