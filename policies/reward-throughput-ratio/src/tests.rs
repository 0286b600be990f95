use reward_sdk::{Action, RawTransitions, Reward, Transitions};

use crate::{Settings, ThroughputRatio};

const MISSING: f64 = f64::NAN;

/// Rows of (workload, throughput) after the action.
fn transitions(after: &[(u64, f64)]) -> Transitions {
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
        workloads: after.iter().map(|row| row.0).collect(),
        before: vec![1e9; rows],
        after: after.iter().map(|row| row.1).collect(),
        actions: vec![action; rows],
    })
}

fn reward(reference_per_second: f64) -> ThroughputRatio {
    let settings = Settings { reference_per_second };
    assert_eq!(ThroughputRatio::check(&settings), []);
    ThroughputRatio::new(settings)
}

#[track_caller]
fn check(reference: f64, throughputs: &[f64], scores: &[f64]) {
    let mut reward = reward(reference);
    let found: Vec<f64> = throughputs
        .iter()
        .map(|&rate| reward.score(&transitions(&[(1, rate), (9, 1.0)])).unwrap()[0])
        .collect();
    assert_eq!(found, scores);
}

#[test]
fn the_score_is_relative_to_the_best_so_far() {
    check(0.0, &[10.0, 5.0, 20.0, 10.0, 20.0], &[1.0, 0.5, 1.0, 0.5, 1.0]);
    check(40.0, &[10.0, 40.0, 80.0, 20.0], &[0.25, 1.0, 1.0, 0.25]);
    check(0.0, &[0.0, 0.0, 4.0, 0.0], &[0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn more_throughput_is_never_scored_lower() {
    let scores: Vec<f64> = (0..=200)
        .map(|rate| reward(100.0).score(&transitions(&[(1, f64::from(rate))])).unwrap()[0])
        .collect();
    assert!(scores.windows(2).all(|pair| pair[0] <= pair[1]), "{scores:?}");
    assert!(scores[..=100].windows(2).all(|pair| pair[0] < pair[1]), "strictly up to the best");
}

#[test]
fn each_workload_has_its_own_best_until_it_is_forgotten() {
    let mut reward = reward(0.0);
    reward.score(&transitions(&[(1, 10.0), (2, 100.0)])).unwrap();
    let again = transitions(&[(1, 5.0), (2, 5.0)]);
    assert_eq!(reward.score(&again).unwrap(), [0.5, 0.05]);
    reward.forget(&[2]);
    assert_eq!(reward.score(&again).unwrap(), [0.5, 1.0]);
}

#[test]
fn what_is_missing_counts_as_nothing_served_and_a_group_of_it_is_refused() {
    check(0.0, &[10.0, MISSING, f64::INFINITY, -3.0, 10.0], &[1.0, 0.0, 0.0, 0.0, 1.0]);
    let error = reward(0.0).score(&transitions(&[(1, MISSING), (2, MISSING)])).unwrap_err();
    assert!(error.contains("throughput_per_second"), "{error}");
    assert_eq!(reward(0.0).score(&transitions(&[])), Ok(Vec::new()));
}

#[test]
fn a_snapshot_comes_back_exactly_and_only_for_whom_it_was_asked() {
    let mut original = reward(0.0);
    // Enough long fractions that a parser which is only nearly exact is caught.
    let rows: Vec<_> = (1..=200).map(|n: u32| (n.into(), f64::from(n).sqrt() / 7.0)).collect();
    original.score(&transitions(&rows)).unwrap();
    original.score(&transitions(&[(u64::MAX, 1e300 / 7.0), (300, 9.0)])).unwrap();
    let asked: Vec<_> = (1..=200).chain([u64::MAX, 999]).collect();
    let bytes = original.snapshot(&asked);
    let mut copy = reward(0.0);
    copy.restore(&bytes).unwrap();
    assert_eq!(copy.snapshot(&asked), bytes);
    assert_eq!(copy.snapshot(&[300]), reward(0.0).snapshot(&[]));
    assert!(rows.iter().all(|(workload, rate)| copy.best[workload].to_bits() == rate.to_bits()));
    let wrong = [
        ("", "throughput-ratio's"),
        (r#"{"format": "throughput-ratio/2", "workloads": []}"#, "format"),
        (
            r#"{"format": "throughput-ratio/1",
                "workloads": [{"workload": 1, "best_per_second": -1}]}"#,
            "below 0",
        ),
    ];
    for (snapshot, message) in wrong {
        let error = copy.restore(snapshot.as_bytes()).unwrap_err();
        assert!(error.contains(message), "{error}");
        assert_eq!(copy.snapshot(&asked), bytes);
    }
}

#[test]
fn scores_stay_in_the_promised_range_whatever_comes() {
    let wild = [f64::NEG_INFINITY, -1.0, -0.0, 5e-324, 0.3, 7.0, 1e308, f64::INFINITY, MISSING];
    for reference in [0.0, 5e-324, 0.1, 1e12] {
        let mut reward = reward(reference);
        let terms = reward.terms();
        for first in wild {
            for second in wild {
                for rate in [first, second] {
                    let scores = reward.score(&transitions(&[(1, rate), (2, 0.7)])).unwrap();
                    let inside = |score: &f64| (terms.minimum..=terms.maximum).contains(score);
                    assert!(scores.iter().all(inside), "{reference}, {rate}: {scores:?}");
                }
                reward.forget(&[1]);
            }
        }
    }
}

#[test]
fn senseless_settings_are_refused() {
    for reference_per_second in [-1.0, 1e13, MISSING] {
        let complaints = ThroughputRatio::check(&Settings { reference_per_second });
        assert_eq!(complaints[0].path, "/reference_per_second");
    }
}
