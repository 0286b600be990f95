use reward_sdk::{Action, RawTransitions, Reward, Transitions};

use crate::Scarlet;

const MISSING: f64 = f64::NAN;

/// Rows of (tail, queue, objective) after the action; with `objectives` false, without the last.
fn transitions(after: &[[f64; 3]], objectives: bool) -> Transitions {
    let rows = after.len();
    let columns = if objectives { 3 } else { 2 };
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
        before: vec![77.0; columns * rows],
        after: (0..columns).flat_map(|column| after.iter().map(move |row| row[column])).collect(),
        actions: vec![action; rows],
    })
}

fn scored(settings: &str, after: &[[f64; 3]]) -> Result<Vec<f64>, String> {
    let settings: crate::Settings = serde_json::from_str(settings).unwrap();
    assert_eq!(Scarlet::check(&settings), []);
    let objectives = settings.slo_seconds.is_none();
    Scarlet::new(settings).score(&transitions(after, objectives))
}

#[track_caller]
fn check(settings: &str, after: &[[f64; 3]], score: f64) {
    let scores = scored(settings, after).unwrap();
    assert_eq!(scores.len(), after.len());
    for found in scores {
        assert!((found - score).abs() < 1e-12, "{found}, not {score}");
    }
}

#[test]
fn the_score_is_that_of_the_paper() {
    check("{}", &[[1.0, 0.0, 1.0]], 0.0);
    check("{}", &[[0.0, 0.0, 1.0]], 1.0);
    // (1/32)^0.4 = 2^-2
    check("{}", &[[0.03125, 0.0, 1.0]], 0.75);
    check("{}", &[[0.0625, 5.0, 2.0]], 0.75);
    // Both at 1/32 of objectives of 2.5 s and 10 s.
    check("{}", &[[0.078125, 0.0, 2.5], [0.3125, 0.0, 10.0]], 0.75);
    // (0 + 1/16) / 2 = 1/32: one number for each row.
    check("{}", &[[0.0, 0.0, 1.0], [0.0625, 0.0, 1.0]], 0.75);
    check(r#"{"exponent": 1}"#, &[[0.25, 0.0, 1.0], [0.5, 0.0, 1.0]], 1.0 - 0.375);
}

#[test]
fn one_violation_costs_the_whole_group() {
    check("{}", &[[1.0001, 0.0, 1.0]], -1.0);
    check("{}", &[[0.1, 0.0, 1.0], [1.5, 0.0, 1.0], [0.1, 0.0, 1.0]], -1.0);
    check("{}", &[[f64::INFINITY, 0.0, 1.0]], -1.0);
}

#[test]
fn slower_is_never_better() {
    let ladder: Vec<f64> = (0..=150)
        .map(|step| {
            scored("{}", &[[f64::from(step) / 100.0, 0.0, 1.0], [0.5, 0.0, 1.0]]).unwrap()[0]
        })
        .collect();
    assert!(ladder.windows(2).all(|pair| pair[0] >= pair[1]), "{ladder:?}");
    assert!(ladder[..=100].windows(2).all(|pair| pair[0] > pair[1]), "strictly while it is kept");
    assert!(ladder[101..].iter().all(|score| *score == -1.0));
}

#[test]
fn a_looser_objective_is_never_worse() {
    let ladder: Vec<f64> = (1..=100)
        .map(|step| scored("{}", &[[0.3, 0.0, f64::from(step) / 50.0]]).unwrap()[0])
        .collect();
    assert!(ladder.windows(2).all(|pair| pair[0] <= pair[1]), "{ladder:?}");
}

#[test]
fn the_percentile_and_the_objective_come_from_the_settings() {
    for tail in ["p50", "p90", "p95", "p99", "p999"] {
        let settings = serde_json::from_str(&format!(r#"{{"tail": "{tail}"}}"#)).unwrap();
        let columns = Scarlet::new(settings).terms().columns;
        let tail = format!("latency_seconds_{tail}");
        assert_eq!(columns, [tail.as_str(), "queue_length", "latency_slo_seconds"]);
    }
    let settings = serde_json::from_str(r#"{"slo_seconds": 2}"#).unwrap();
    assert_eq!(Scarlet::new(settings).terms().columns, ["latency_seconds_p90", "queue_length"]);
    check(r#"{"slo_seconds": 2}"#, &[[0.0625, 0.0, MISSING]], 0.75);
    check(r#"{"slo_seconds": 2}"#, &[[2.1, 0.0, MISSING]], -1.0);
}

#[test]
fn nothing_served_is_fine_unless_somebody_waits() {
    check("{}", &[[MISSING, 0.0, 1.0]], 1.0);
    check("{}", &[[MISSING, MISSING, 1.0]], 1.0);
    check("{}", &[[MISSING, 3.0, 1.0]], -1.0);
    check(r#"{"unserved": "ignore"}"#, &[[MISSING, 3.0, 1.0]], 1.0);
    // The silent one does not thin out the mean.
    check("{}", &[[MISSING, 0.0, 1.0], [0.03125, 0.0, 1.0]], 0.75);
}

#[test]
fn a_workload_without_objective_is_left_out_and_a_group_of_them_refused() {
    check("{}", &[[99.0, 9.0, MISSING], [0.03125, 0.0, 1.0]], 0.75);
    check("{}", &[[99.0, 9.0, 0.0], [0.03125, 0.0, 1.0]], 0.75);
    let error = scored("{}", &[[0.5, 0.0, MISSING]]).unwrap_err();
    assert!(error.contains("latency_slo_seconds"), "{error}");
    assert_eq!(scored("{}", &[]), Ok(Vec::new()));
}

#[test]
fn scores_stay_in_the_promised_range_whatever_comes() {
    let wild = [f64::NEG_INFINITY, -1.0, 0.0, 5e-324, 0.3, 1.0, 2.0, 1e308, f64::INFINITY, MISSING];
    for exponent in [1e-300, 0.4, 1e300] {
        let settings = format!(r#"{{"exponent": {exponent:e}}}"#);
        let terms = Scarlet::new(serde_json::from_str(&settings).unwrap()).terms();
        for tail in wild {
            for objective in wild {
                let rows = [[tail, 0.0, objective], [0.3, 0.0, 1.0]];
                for score in scored(&settings, &rows).unwrap() {
                    let inside = (terms.minimum..=terms.maximum).contains(&score);
                    assert!(inside, "tail {tail}, objective {objective}: {score}");
                }
            }
        }
    }
}

#[test]
fn senseless_settings_are_refused() {
    for (settings, path) in [
        (r#"{"slo_seconds": 0}"#, "/slo_seconds"),
        (r#"{"slo_seconds": -1}"#, "/slo_seconds"),
        (r#"{"exponent": 0}"#, "/exponent"),
    ] {
        let complaints = Scarlet::check(&serde_json::from_str(settings).unwrap());
        assert_eq!(complaints[0].path, path);
    }
}
