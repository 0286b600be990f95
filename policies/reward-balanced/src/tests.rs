//! Weights 0.3 and 0.7, penalty 1, window 60 s unless said otherwise.

use reward_sdk::{Action, RawTransitions, Reward, Transitions};

use crate::Balanced;

const MISSING: f64 = f64::NAN;
const SECOND: i64 = 1_000_000_000;

fn kept(replicas: u32) -> Action {
    moved(replicas, replicas)
}

fn moved(before: u32, after: u32) -> Action {
    Action {
        replicas_before: before,
        replicas_after: after,
        cpu_millicores_before: 500,
        cpu_millicores_after: 500,
        memory_bytes_before: 0,
        memory_bytes_after: 0,
        illegal: false,
    }
}

/// Rows of (utilisation, preservation, ready replicas) after their actions.
fn transitions(now: i64, rows: &[([f64; 3], Action)]) -> Transitions {
    let column = |column: usize| rows.iter().map(move |row| row.0[column]);
    Transitions::from(RawTransitions {
        now_nanoseconds: now,
        tick: 0,
        workloads: (0..rows.len() as u64).collect(),
        before: vec![0.123; 3 * rows.len()],
        after: column(0).chain(column(1)).chain(column(2)).collect(),
        actions: rows.iter().map(|row| row.1).collect(),
    })
}

fn reward(settings: &str) -> Balanced {
    let settings = serde_json::from_str(settings).unwrap();
    assert_eq!(Balanced::check(&settings), []);
    Balanced::new(settings)
}

#[track_caller]
fn check(state: [f64; 3], action: Action, score: f64) {
    let found = reward("{}").score(&transitions(0, &[(state, action)])).unwrap()[0];
    assert!((found - score).abs() < 1e-12, "{found}, not {score}");
}

#[test]
fn the_score_weighs_utilisation_and_objective_of_the_state_moved_to() {
    check([0.0, 0.0, 1.0], kept(1), 0.0);
    check([1.0, 0.0, 1.0], kept(1), 0.3);
    check([0.0, 1.0, 1.0], kept(1), 0.7);
    check([1.0, 1.0, 1.0], kept(1), 1.0);
    check([1.8, 1.0, 1.0], kept(1), 1.0);
    // MP3 at 3 requests per second, from two to three containers: utilisation 3 / 4.5, latency
    // 1 / (1.5 − 1) = 2 s against 9 s.
    check([3.0 / 4.5, 1.0, 3.0], moved(2, 3), 0.9);
}

#[test]
fn an_illegal_move_scores_minus_one_whatever_the_state() {
    check([1.0, 1.0, 1.0], Action { illegal: true, ..kept(1) }, -1.0);
    check([0.0, 0.0, 1.0], Action { illegal: true, ..moved(9, 10) }, -1.0);
}

#[test]
fn more_of_either_is_never_scored_lower() {
    let mut reward = reward("{}");
    for column in [0, 1] {
        for other in [0.0, 0.4, 1.0] {
            let scores: Vec<f64> = (0..=100)
                .map(|step| {
                    let mut state = [other, other, 1.0];
                    state[column] = f64::from(step) / 100.0;
                    reward.score(&transitions(0, &[(state, kept(1))])).unwrap()[0]
                })
                .collect();
            assert!(scores.windows(2).all(|pair| pair[0] < pair[1]), "{scores:?}");
        }
    }
}

/// Scores each (second, action) in turn in the best of states: 1, or 0 when it reverses.
#[track_caller]
fn check_story(settings: &str, story: &[(i64, Action, f64)]) {
    let mut reward = reward(settings);
    for (second, action, score) in story {
        let best = [1.0, 1.0, 1.0];
        let now = second * SECOND;
        let found = reward.score(&transitions(now, &[(best, *action)])).unwrap()[0];
        assert_eq!(found, *score, "at {second} s");
    }
}

#[test]
fn taking_back_the_last_move_costs_the_penalty() {
    check_story("{}", &[(0, moved(1, 2), 1.0), (15, moved(2, 1), 0.0), (30, moved(1, 2), 0.0)]);
    check_story("{}", &[(0, moved(1, 2), 1.0), (15, moved(2, 3), 1.0), (30, moved(3, 1), 0.0)]);
    let small = r#"{"reversal_penalty": 0.25}"#;
    check_story(small, &[(0, moved(2, 1), 1.0), (15, moved(1, 2), 0.75)]);
    let none = r#"{"reversal_penalty": 0}"#;
    check_story(none, &[(0, moved(2, 1), 1.0), (15, moved(1, 2), 1.0)]);
}

#[test]
fn keeping_still_between_two_moves_does_not_hide_a_reversal_and_time_does() {
    check_story("{}", &[(0, moved(1, 2), 1.0), (15, kept(2), 1.0), (60, moved(2, 1), 0.0)]);
    check_story("{}", &[(0, moved(1, 2), 1.0), (15, kept(2), 1.0), (61, moved(2, 1), 1.0)]);
    let short = r#"{"reversal_window_seconds": 10}"#;
    check_story(short, &[(0, moved(1, 2), 1.0), (15, moved(2, 1), 1.0)]);
}

#[test]
fn limits_are_watched_too_and_apart_from_replicas() {
    let up = Action { cpu_millicores_after: 628, ..kept(2) };
    let down = Action { cpu_millicores_before: 628, ..kept(2) };
    check_story("{}", &[(0, up, 1.0), (15, down, 0.0)]);
    check_story("{}", &[(0, up, 1.0), (15, moved(2, 1), 1.0), (30, down, 0.0)]);
    // From no memory limit to one is down, further down is no reversal, and back to none is one.
    let limit = |before, after| Action {
        memory_bytes_before: before,
        memory_bytes_after: after,
        ..kept(2)
    };
    let story = [(0, limit(0, 900), 1.0), (15, limit(900, 500), 1.0), (30, limit(500, 0), 0.0)];
    check_story("{}", &story);
}

#[test]
fn a_move_that_was_not_applied_is_none_and_a_new_episode_starts_afresh() {
    let illegal = Action { illegal: true, ..kept(2) };
    check_story("{}", &[(0, moved(1, 2), 1.0), (15, illegal, -1.0), (30, moved(2, 3), 1.0)]);
    check_story("{}", &[(90, moved(1, 2), 1.0), (0, kept(2), 1.0), (95, moved(2, 1), 1.0)]);
}

#[test]
fn workloads_are_remembered_apart_and_forgotten() {
    let mut reward = reward("{}");
    let best = [1.0, 1.0, 1.0];
    reward.score(&transitions(0, &[(best, moved(1, 2)), (best, moved(2, 1))])).unwrap();
    reward.forget(&[1]);
    let back = [(best, moved(2, 1)), (best, moved(1, 2))];
    assert_eq!(reward.score(&transitions(SECOND, &back)).unwrap(), [0.0, 1.0]);
}

#[test]
fn a_snapshot_comes_back_exactly_and_only_for_whom_it_was_asked() {
    let mut original = reward("{}");
    let best = [1.0, 1.0, 1.0];
    original.score(&transitions(7, &[(best, moved(1, 2)), (best, moved(1, 2))])).unwrap();
    let mut copy = reward("{}");
    copy.restore(&original.snapshot(&[1, 5])).unwrap();
    assert_eq!(copy.snapshot(&[0, 1]), original.snapshot(&[1]));
    let back = transitions(8, &[(best, moved(2, 1)), (best, moved(2, 1))]);
    assert_eq!(copy.score(&back).unwrap(), [1.0, 0.0]);
    for wrong in ["", "{}", r#"{"format": "balanced/2", "workloads": []}"#] {
        assert!(copy.restore(wrong.as_bytes()).unwrap_err().contains("snapshot"));
    }
}

#[test]
fn what_is_missing_has_a_rule() {
    let rows = |states: &[[f64; 3]]| -> Vec<_> { states.iter().map(|s| (*s, kept(1))).collect() };
    let mut even = reward("{}");
    // No replica is ready: nothing is used. No sample: nothing is earned. No objective: none broken.
    let known = [0.5, 0.5, 1.0];
    let states = [known, [MISSING, 1.0, 0.0], [MISSING, 1.0, 1.0], [0.0, MISSING, 1.0]];
    assert_eq!(even.score(&transitions(0, &rows(&states))).unwrap(), [0.5, 0.7, 0.7, 0.7]);
    let idle = rows(&[[MISSING, 1.0, 0.0]]);
    assert_eq!(even.score(&transitions(0, &idle)).unwrap(), [0.7]);
    for (state, column) in [
        ([MISSING, 1.0, 1.0], "cpu_utilisation_ratio_mean"),
        ([0.5, MISSING, 1.0], "slo_preservation_ratio"),
    ] {
        let error = even.score(&transitions(0, &rows(&[state; 2]))).unwrap_err();
        assert!(error.contains(column), "{error}");
    }
    let mut slo_only = reward(r#"{"utilisation_weight": 0}"#);
    let unsampled = rows(&[[MISSING, 1.0, 1.0]]);
    assert_eq!(slo_only.score(&transitions(0, &unsampled)).unwrap(), [0.7]);
}

#[test]
fn scores_stay_in_the_promised_range_whatever_comes() {
    let wild = [f64::NEG_INFINITY, -1.0, 0.0, 1e-308, 0.3, 1.0, 1e308, f64::INFINITY, MISSING];
    let weights = ["0", "0.1", "0.3", "0.7", "1e6"];
    for (position, weight) in weights.iter().enumerate() {
        for penalty in weights {
            let settings = format!(
                r#"{{"utilisation_weight": {weight}, "slo_weight": {}, "reversal_penalty": {penalty}}}"#,
                weights[weights.len() - 1 - position]
            );
            let mut reward = reward(&settings);
            let terms = reward.terms();
            for (step, utilisation) in wild.iter().enumerate() {
                for preservation in wild {
                    let action = if step % 2 == 0 { moved(1, 2) } else { moved(2, 1) };
                    let rows = [
                        ([*utilisation, preservation, 1.0], action),
                        ([0.5, 0.5, 1.0], Action { illegal: true, ..action }),
                    ];
                    for score in reward.score(&transitions(step as i64, &rows)).unwrap() {
                        let inside = (terms.minimum..=terms.maximum).contains(&score);
                        assert!(inside, "{settings}: {score}");
                    }
                }
            }
        }
    }
}

#[test]
fn senseless_settings_are_refused() {
    for (settings, path) in [
        (r#"{"utilisation_weight": -0.1}"#, "/utilisation_weight"),
        (r#"{"slo_weight": 1e7}"#, "/slo_weight"),
        (r#"{"reversal_penalty": -1}"#, "/reversal_penalty"),
        (r#"{"reversal_window_seconds": -1}"#, "/reversal_window_seconds"),
    ] {
        let complaints = Balanced::check(&serde_json::from_str(settings).unwrap());
        assert_eq!(complaints[0].path, path);
    }
}
