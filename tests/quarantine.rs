//! What follows when a policy fails turn after turn: pauses, quarantine, release; meanwhile the
//! fallback answers in the same tick.

use std::time::Duration;

use sandbox::{ComponentPolicy, Discipline, Limits, Standing};
use scaling::{
    Batch, Experiences, Observations, Policy, Refusal, Timestamp, recommend_or_fall_back,
};
use serde_json::json;

use crate::scene::{batch, limits, modules, tick};

/// Limits under which the fourth failure in a row ends in quarantine.
fn strict() -> Limits {
    let discipline = Some(Discipline {
        pause_first: Duration::from_secs(10),
        pause_longest: Duration::from_secs(15),
        failures_to_quarantine: 4,
    });
    Limits { discipline, calls_between_snapshots: 1, ..limits() }
}

fn probe(settings: serde_json::Value) -> ComponentPolicy {
    let (_, modules) = modules(strict());
    modules.policy("probe").unwrap().instantiate(&settings.to_string(), 0).unwrap()
}

fn at(seconds: i64, replicas: &[f64]) -> Observations {
    let mut observations = tick(replicas);
    observations.now = Timestamp::from_nanoseconds(seconds * 1_000_000_000);
    observations
}

/// What a turn at that second came to.
fn turn(policy: &mut ComponentPolicy, seconds: i64) -> &'static str {
    let observations = at(seconds, &[1.0]);
    match &policy.recommend(&batch(&observations, &[0])).answers[0] {
        Ok(_) => "answered",
        Err(Refusal::Suspended { .. }) => "suspended",
        Err(Refusal::Failed { .. }) => "failed",
        Err(_) => "refused",
    }
}

#[test]
fn a_policy_that_fails_turn_after_turn_is_paused_longer_and_longer_then_quarantined() {
    let mut policy = probe(json!({"misbehave": "panic"}));
    let mut seen = Vec::new();
    for seconds in [0, 1, 2, 10, 11, 25, 26, 41, 100_000] {
        seen.push((seconds, turn(&mut policy, seconds)));
    }
    assert_eq!(
        seen,
        [
            (0, "failed"),
            (1, "failed"),
            (2, "suspended"),
            (10, "suspended"),
            // Ten seconds after the second failure, then fifteen, which is the longest pause.
            (11, "failed"),
            (25, "suspended"),
            (26, "failed"),
            (41, "suspended"),
            (100_000, "suspended"),
        ]
    );
    assert!(matches!(policy.standing(), Standing::Quarantined { failures: 4, .. }));
    let words = policy.standing().to_string();
    assert!(words.contains("unreachable") && words.contains("release it by hand"), "{words}");
    // Whoever is not asked uses nothing.
    assert_eq!(policy.usage().traps.values().sum::<u64>(), 4);
}

#[test]
fn release_gives_a_policy_back_with_its_last_good_state() {
    let mut policy = probe(json!({"misbehave": "panic", "from_call": 3}));
    assert_eq!([turn(&mut policy, 0), turn(&mut policy, 1)], ["answered"; 2]);
    for seconds in [2, 3, 13, 28] {
        assert_eq!(turn(&mut policy, seconds), "failed", "{seconds}");
    }
    assert_eq!(turn(&mut policy, 1000), "suspended");
    policy.release();
    assert_eq!(policy.standing(), &Standing::Good);
    assert_eq!(turn(&mut policy, 1001), "failed");
    let calls = policy.snapshot(&[]).unwrap();
    assert_eq!(u64::from_le_bytes(calls.try_into().unwrap()), 2);
}

#[test]
fn nonsense_ends_in_quarantine_and_declining_does_not() {
    let mut nonsense = probe(json!({"misbehave": "not-a-number"}));
    let mut declines = probe(json!({"misbehave": "decline"}));
    for seconds in (0..100).map(|turn| turn * 60) {
        turn(&mut nonsense, seconds);
        turn(&mut declines, seconds);
    }
    assert!(matches!(nonsense.standing(), Standing::Quarantined { .. }));
    assert_eq!(declines.standing(), &Standing::Good);
}

#[test]
fn a_policy_that_answers_most_rows_keeps_its_good_standing() {
    let mut policy = probe(json!({"misbehave": "panic", "above": 100.0}));
    for seconds in (0..20).map(|turn| turn * 60) {
        let observations = at(seconds, &[1.0, 101.0, 3.0, 4.0]);
        let answers = policy.recommend(&batch(&observations, &[0, 1, 2, 3])).answers;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    }
    assert_eq!(policy.standing(), &Standing::Good);
}

#[test]
fn the_fallback_answers_for_a_quarantined_policy_in_the_same_tick() {
    let mut policy = probe(json!({"misbehave": "loop"}));
    for turns in 0..4 {
        turn(&mut policy, turns * 100);
    }
    let (_, modules) = modules(limits());
    let settings = json!({"replicas": 6}).to_string();
    let mut fallback =
        modules.policy("static-replicas").unwrap().instantiate(&settings, 0).unwrap();
    let observations = at(500, &[1.0, 2.0]);
    let answered =
        recommend_or_fall_back(&mut policy, Some(&mut fallback), &batch(&observations, &[0, 1]));
    let replicas: Vec<_> =
        answered.advice.answers.iter().map(|answer| answer.as_ref().unwrap().replicas).collect();
    assert_eq!(replicas, [Some(6), Some(6)]);
    assert!(matches!(answered.refusals[0], (0, Refusal::Suspended { .. })));
}

#[test]
fn lessons_that_fail_pause_learning_and_not_the_decisions() {
    let (_, modules) = modules(Limits { call_fuel: 1, row_fuel: 5_000_000, ..strict() });
    let mut policy = modules.policy("probe").unwrap().instantiate("{}", 0).unwrap();
    // No rows, no fuel: every lesson traps.
    let empty = Experiences::new(&policy.needs().columns);
    for seconds in [0, 1] {
        assert_eq!(turn(&mut policy, seconds), "answered");
        let error = policy.learn(&empty).unwrap_err().to_string();
        assert!(error.contains("fuel"), "{error}");
    }
    let error = policy.learn(&empty).unwrap_err().to_string();
    assert!(error.contains("paused"), "{error}");
    assert_eq!(turn(&mut policy, 2), "answered");
}

/// A batch of one row is what the tests above ask about.
#[test]
fn a_turn_about_nobody_changes_nothing() {
    let mut policy = probe(json!({"misbehave": "panic"}));
    turn(&mut policy, 0);
    turn(&mut policy, 1);
    let observations = at(2, &[]);
    let nobody = Batch { observations: &observations, rows: &[], explore: false, explain: false };
    assert!(policy.recommend(&nobody).answers.is_empty());
    assert!(matches!(policy.standing(), Standing::Paused { .. }));
}
