use reward_sdk::{Action, RawTransitions, Reward, Transitions};

use crate::{Overprovision, Settings};

const MISSING: f64 = f64::NAN;

fn transitions(after: &[f64]) -> Transitions {
    let rows = after.len();
    let action = Action {
        replicas_before: 1,
        replicas_after: 1,
        cpu_millicores_before: 0,
        cpu_millicores_after: 0,
        memory_bytes_before: 0,
        memory_bytes_after: 0,
        illegal: false,
    };
    Transitions::from(RawTransitions {
        now_nanoseconds: 0,
        tick: 0,
        workloads: (0..rows as u64).collect(),
        before: vec![0.123; rows],
        after: after.to_vec(),
        actions: vec![action; rows],
    })
}

#[track_caller]
fn check(after: &[f64], scores: &[f64]) {
    assert_eq!(Overprovision::new(Settings {}).score(&transitions(after)).unwrap(), scores);
}

#[test]
fn the_score_is_the_preservation_of_the_state_moved_to() {
    check(&[0.0], &[0.0]);
    check(&[0.25], &[0.25]);
    check(&[1.0], &[1.0]);
    check(&[0.5, 0.75], &[0.5, 0.75]);
}

#[test]
fn more_preservation_is_never_scored_lower() {
    let steps: Vec<f64> = (0..=100).map(|step| f64::from(step) / 100.0).collect();
    let scores = Overprovision::new(Settings {}).score(&transitions(&steps)).unwrap();
    assert!(scores.windows(2).all(|pair| pair[0] < pair[1]), "{scores:?}");
}

#[test]
fn a_workload_without_objective_breaks_none() {
    check(&[MISSING, 0.5], &[1.0, 0.5]);
}

#[test]
fn a_group_without_any_objective_is_refused_and_an_empty_one_is_not() {
    let error = Overprovision::new(Settings {}).score(&transitions(&[MISSING; 2])).unwrap_err();
    assert!(error.contains("slo_preservation_ratio"), "{error}");
    check(&[], &[]);
}

#[test]
fn scores_stay_in_the_promised_range_whatever_comes() {
    let terms = Overprovision.terms();
    for wild in [f64::NEG_INFINITY, -1.0, -0.0, 1e-308, 2.0, 1e308, f64::INFINITY, MISSING] {
        for score in Overprovision.score(&transitions(&[wild, 0.5])).unwrap() {
            assert!((terms.minimum..=terms.maximum).contains(&score), "{wild}: {score}");
        }
    }
}
