use reward_sdk::{Action, RawTransitions, Reward, Transitions};

use crate::{Settings, TightPack};

const MISSING: f64 = f64::NAN;

/// Rows of (utilisation, ready replicas) after the action.
fn transitions(after: &[(f64, f64)]) -> Transitions {
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
        before: vec![0.123; 2 * rows],
        after: after.iter().map(|row| row.0).chain(after.iter().map(|row| row.1)).collect(),
        actions: vec![action; rows],
    })
}

#[track_caller]
fn check(after: &[(f64, f64)], scores: &[f64]) {
    assert_eq!(TightPack::new(Settings {}).score(&transitions(after)).unwrap(), scores);
}

#[test]
fn the_score_is_the_utilisation_of_the_state_moved_to_and_at_most_one() {
    check(&[(0.0, 1.0)], &[0.0]);
    check(&[(0.6, 3.0)], &[0.6]);
    check(&[(1.0, 1.0)], &[1.0]);
    check(&[(1.7, 1.0)], &[1.0]);
    check(&[(0.5, 1.0), (0.75, 2.0)], &[0.5, 0.75]);
}

#[test]
fn more_utilisation_is_never_scored_lower() {
    let steps: Vec<_> = (0..=100).map(|step| (f64::from(step) / 100.0, 1.0)).collect();
    let scores = TightPack::new(Settings {}).score(&transitions(&steps)).unwrap();
    assert!(scores.windows(2).all(|pair| pair[0] < pair[1]), "{scores:?}");
}

#[test]
fn without_ready_replicas_nothing_is_used() {
    check(&[(MISSING, 0.0)], &[0.0]);
    check(&[(MISSING, 0.0), (0.5, 1.0)], &[0.0, 0.5]);
}

#[test]
fn a_missing_sample_earns_nothing_and_a_group_of_them_is_refused() {
    check(&[(MISSING, 2.0), (0.5, 1.0)], &[0.0, 0.5]);
    for ready in [2.0, MISSING] {
        let mut reward = TightPack::new(Settings {});
        let error = reward.score(&transitions(&[(MISSING, ready); 2])).unwrap_err();
        assert!(error.contains("cpu_utilisation_ratio_mean"), "{error}");
    }
    check(&[], &[]);
}

#[test]
fn scores_stay_in_the_promised_range_whatever_comes() {
    let terms = TightPack.terms();
    let wild = [f64::NEG_INFINITY, -1.0, -0.0, 1e-308, 2.0, 1e308, f64::INFINITY, MISSING];
    for utilisation in wild {
        for ready in wild {
            let rows = [(utilisation, ready), (0.5, 1.0)];
            for score in TightPack.score(&transitions(&rows)).unwrap() {
                assert!((terms.minimum..=terms.maximum).contains(&score), "{utilisation}: {score}");
            }
        }
    }
}
