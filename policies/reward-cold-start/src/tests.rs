//! Weights 0.25, 0.75, 0.5, 0.25 and 0.25 unless said otherwise.

use reward_sdk::{Action, RawTransitions, Reward, Transitions};

use crate::{ColdStart, Settings};

const MISSING: f64 = f64::NAN;

/// Utilisation, success, replicas, most replicas, cold starts, arrivals: an ordinary state.
const ORDINARY: [f64; 6] = [0.5, 0.9, 4.0, 10.0, 1.0, 8.0];

fn transitions(after: &[[f64; 6]]) -> Transitions {
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
        before: vec![0.123; 6 * rows],
        after: (0..6).flat_map(|column| after.iter().map(move |row| row[column])).collect(),
        actions: vec![action; rows],
    })
}

fn scored(after: [f64; 6]) -> f64 {
    ColdStart::new(Settings::default()).score(&transitions(&[after])).unwrap()[0]
}

#[track_caller]
fn check(after: [f64; 6], score: f64) {
    let found = scored(after);
    assert!((found - score).abs() < 1e-12, "{found}, not {score}");
}

#[test]
fn the_score_is_the_weighted_sum_of_the_state_moved_to() {
    // 0.125 + 0.675 − 0.05 − 0.1 − 0.03125
    check(ORDINARY, 0.61875);
    check([1.0, 1.0, 0.0, 10.0, 0.0, 5.0], 1.0);
    check([0.0, 0.0, 10.0, 10.0, 5.0, 5.0], -1.0);
    // Asleep with nothing to do.
    check([MISSING, MISSING, 0.0, 10.0, 0.0, 0.0], 0.0);
    // Awake with nothing to do.
    check([0.0, MISSING, 2.0, 10.0, 0.0, 0.0], -0.05);
}

#[test]
fn each_weight_pulls_its_own_term() {
    let none = Settings {
        utilisation_weight: 0.0,
        success_weight: 0.0,
        failure_weight: 0.0,
        replicas_weight: 0.0,
        cold_start_weight: 0.0,
    };
    for (settings, score) in [
        (Settings { utilisation_weight: 2.0, ..none.clone() }, 1.0),
        (Settings { success_weight: 2.0, ..none.clone() }, 1.8),
        (Settings { failure_weight: 2.0, ..none.clone() }, -0.2),
        (Settings { replicas_weight: 2.0, ..none.clone() }, -0.8),
        (Settings { cold_start_weight: 2.0, ..none.clone() }, -0.25),
        (none, 0.0),
    ] {
        let found = ColdStart::new(settings.clone()).score(&transitions(&[ORDINARY])).unwrap()[0];
        assert!((found - score).abs() < 1e-12, "{settings:?}: {found}");
    }
}

/// Varies one column of an ordinary state and expects the score to rise or to fall strictly.
#[track_caller]
fn check_sign(column: usize, from: f64, to: f64, rises: bool) {
    let scores: Vec<f64> = (0..=50)
        .map(|step| {
            let mut state = ORDINARY;
            state[column] = from + (to - from) * f64::from(step) / 50.0;
            scored(state)
        })
        .collect();
    let right = |pair: &[f64]| if rises { pair[0] < pair[1] } else { pair[0] > pair[1] };
    assert!(scores.windows(2).all(right), "{}: {scores:?}", crate::COLUMNS[column]);
}

#[test]
fn every_sign_is_right() {
    check_sign(crate::UTILISATION, 0.0, 1.0, true);
    check_sign(crate::SUCCESS, 0.0, 1.0, true);
    check_sign(crate::REPLICAS, 0.0, 10.0, false);
    check_sign(crate::COLD_STARTS, 0.0, 8.0, false);
    // The same replicas of a larger allowance, the same cold starts among more arrivals.
    check_sign(crate::MOST_REPLICAS, 5.0, 20.0, true);
    check_sign(crate::ARRIVALS, 2.0, 20.0, true);
}

#[test]
fn what_is_missing_has_a_rule() {
    let without = |column: usize| {
        let mut state = ORDINARY;
        state[column] = MISSING;
        state
    };
    check(without(crate::UTILISATION), 0.61875 - 0.125);
    check(without(crate::SUCCESS), 0.61875 - 0.675 + 0.05);
    check(without(crate::MOST_REPLICAS), 0.61875 + 0.1 - 0.25);
    check(without(crate::COLD_STARTS), 0.61875 + 0.03125);
    check(without(crate::ARRIVALS), 0.61875 + 0.03125 - 0.25);
    let mut reward = ColdStart::new(Settings::default());
    let lacking = without(crate::REPLICAS);
    let scores = reward.score(&transitions(&[lacking, ORDINARY])).unwrap();
    assert!((scores[0] - (0.61875 + 0.1 - 0.25)).abs() < 1e-12, "{scores:?}");
    let error = reward.score(&transitions(&[lacking, lacking])).unwrap_err();
    assert!(error.contains("replicas_current"), "{error}");
    assert_eq!(reward.score(&transitions(&[])), Ok(Vec::new()));
}

#[test]
fn scores_stay_in_the_promised_range_whatever_comes() {
    let wild = [f64::NEG_INFINITY, 0.0, 5e-324, 0.3, 1e308, f64::INFINITY, MISSING];
    let heavy = Settings { utilisation_weight: 1e6, failure_weight: 0.1, ..Settings::default() };
    for settings in [Settings::default(), heavy] {
        let mut reward = ColdStart::new(settings);
        let terms = reward.terms();
        // Every combination of the seven values in the six columns.
        for combination in 0..7_usize.pow(6) {
            let state =
                std::array::from_fn(|column| wild[combination / 7_usize.pow(column as u32) % 7]);
            let scores = reward.score(&transitions(&[state, ORDINARY])).unwrap();
            let inside = |score: &f64| (terms.minimum..=terms.maximum).contains(score);
            assert!(scores.iter().all(inside), "{state:?}: {scores:?}");
        }
    }
}

#[test]
fn senseless_settings_are_refused() {
    let weights = ["utilisation", "success", "failure", "replicas", "cold_start"];
    for weight in weights {
        for value in ["-0.1", "1e7"] {
            let settings = format!(r#"{{"{weight}_weight": {value}}}"#);
            let complaints = ColdStart::check(&serde_json::from_str(&settings).unwrap());
            assert_eq!(complaints.len(), 1);
            assert_eq!(complaints[0].path, format!("/{weight}_weight"));
        }
    }
}
