//! What is chosen, and what it depends on.

use super::*;

#[track_caller]
fn check(settings: &str, row: &[f64], replicas: Option<f64>, why: &str) {
    let mut policy = policy(settings);
    // Up pays off everywhere, down a little less, keep not at all.
    for (before, after, reward) in [(1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (2, 1, 0.5), (3, 2, 0.5)]
    {
        let mut experience = experience(applied(before, after), reward);
        experience.terminated = vec![true];
        policy.learn(&experience).unwrap();
    }
    let recommendation = greedy(&mut policy, row);
    assert_eq!((recommendation.replicas, reason(&recommendation)), (replicas, why));
}

#[test]
fn takes_the_most_valuable_legal_action() {
    check(SMALL, &[1.0, 1.0, 3.0], Some(2.0), "greedy");
    check(SMALL, &[2.0, 1.0, 3.0], Some(3.0), "greedy");
    check(SMALL, &[3.0, 1.0, 3.0], Some(2.0), "greedy");
    check(SMALL, &[3.0, 3.0, 3.0], None, "greedy");
    check(SMALL, &[3.0, f64::NAN, f64::NAN], Some(4.0), "greedy");
    check(SMALL, &[f64::NAN, 1.0, 3.0], None, "unseen-state");
    let unmasked = small(r#"{"mask_illegal": false}"#);
    check(&unmasked, &[3.0, 1.0, 3.0], Some(4.0), "greedy");
    let narrow = small(r#"{"bounds": {"replicas": {"max": 2}}}"#);
    check(&narrow, &[2.0, 1.0, 3.0], Some(1.0), "greedy");
    let no_keep = small(r#"{"actions": [{"replicas": 1}, {"replicas": -1}]}"#);
    check(&no_keep, &[2.0, 2.0, 2.0], None, "bounded");
}

#[test]
fn never_asks_for_fewer_than_no_replicas() {
    let settings = small(r#"{"mask_illegal": false, "actions": [{"replicas": -1}]}"#);
    check(&settings, &[0.0, 0.0, 3.0], None, "bounded");
}

#[test]
fn the_first_of_equal_actions_wins() {
    for (actions, replicas) in
        [(r#"[{}, {"replicas": 1}]"#, None), (r#"[{"replicas": 1}, {}]"#, Some(2.0))]
    {
        let mut policy = policy(&small(&format!(r#"{{"actions": {actions}}}"#)));
        assert_eq!(greedy(&mut policy, &[1.0, 1.0, 3.0]).replicas, replicas);
        // A seen state whose actions are all worth nothing.
        policy.learn(&experience(applied(1, 2), 0.0)).unwrap();
        let again = greedy(&mut policy, &[1.0, 1.0, 3.0]);
        assert_eq!((again.replicas, reason(&again)), (replicas, "greedy"));
    }
}

#[test]
fn limits_are_changed_from_what_they_are() {
    let mut policy = policy(
        r#"{"columns": [], "mask_illegal": true,
            "actions": [{"cpu_millicores": 128, "memory_bytes": -1048576}, {}],
            "bounds": {"cpu_millicores": {"max": 1000}}}"#,
    );
    assert_eq!(policy.needs().columns, ["cpu_limit_millicores", "memory_limit_bytes"]);
    let targets = |recommendation: Recommendation| {
        (recommendation.replicas, recommendation.cpu_millicores, recommendation.memory_bytes)
    };
    let changed = (None, Some(628.0), Some(1_048_576.0));
    assert_eq!(targets(greedy(&mut policy, &[500.0, 2_097_152.0])), changed);
    let kept = (None, None, None);
    assert_eq!(targets(greedy(&mut policy, &[873.0, 2_097_152.0])), kept);
    assert_eq!(targets(greedy(&mut policy, &[500.0, 1_048_576.0])), kept);
    assert_eq!(targets(greedy(&mut policy, &[f64::NAN, 2_097_152.0])), kept);
}

fn crowd(
    policy: &mut QTable,
    tick: u64,
    ids: impl Iterator<Item = u64>,
) -> Vec<(u64, u32, Option<f64>)> {
    let rows: Vec<_> = ids.map(|id| (id, vec![2.0, 1.0, 3.0])).collect();
    let advice = policy.decide(&batch(tick, true, &rows)).unwrap();
    let answers = advice.recommendations.iter().map(|answer| (answer.reason, answer.replicas));
    rows.iter().zip(answers).map(|(row, (reason, replicas))| (row.0, reason, replicas)).collect()
}

#[test]
fn exploring_depends_on_seed_tick_and_workload_and_on_no_other_row() {
    let mut policy = policy(&small(r#"{"exploration": {"start": 0.5, "end": 0.5}}"#));
    let forward = crowd(&mut policy, 3, 0..200);
    let mut backward = crowd(&mut policy, 3, (0..200).rev());
    backward.reverse();
    assert_eq!(forward, backward);
    let halves = [crowd(&mut policy, 3, 0..77), crowd(&mut policy, 3, 77..200)].concat();
    assert_eq!(forward, halves);

    assert_ne!(forward, crowd(&mut policy, 4, 0..200));
    let mut reseeded = QTable::new(policy.settings.clone(), 8);
    assert_ne!(forward, crowd(&mut reseeded, 3, 0..200));

    let explored = forward.iter().filter(|row| row.1 == crate::EXPLORE).count();
    assert!((70..=130).contains(&explored), "{explored} of 200 at a rate of one half");
}

#[test]
fn the_same_tick_of_a_later_episode_explores_anew() {
    let mut policy = policy(&small(r#"{"exploration": {"start": 0.5, "end": 0.5}}"#));
    let first = crowd(&mut policy, 3, 0..200);
    policy.learn(&experience(applied(2, 2), 0.0)).unwrap();
    assert_ne!(first, crowd(&mut policy, 3, 0..200));
}

#[test]
fn without_leave_to_explore_the_answer_is_greedy_at_every_tick() {
    let mut policy = policy(&small(r#"{"exploration": {"start": 1, "end": 1}}"#));
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    for tick in 0..100 {
        let advice = policy.decide(&batch(tick, false, &[(1, vec![1.0, 1.0, 3.0])])).unwrap();
        assert_eq!(advice.recommendations[0].replicas, Some(2.0));
    }
}

#[test]
fn exploring_stays_within_bounds_when_they_are_masked() {
    let mut policy = policy(&small(r#"{"exploration": {"start": 1, "end": 1}}"#));
    let mut seen = Vec::new();
    for tick in 0..100 {
        let advice = policy.decide(&batch(tick, true, &[(1, vec![3.0, 1.0, 3.0])])).unwrap();
        seen.push(advice.recommendations[0].replicas);
    }
    assert!(seen.contains(&None) && seen.contains(&Some(2.0)));
    assert!(!seen.contains(&Some(4.0)));
}

#[test]
fn explains_when_asked() {
    let mut policy = policy(SMALL);
    policy.learn(&experience(applied(1, 2), 1.0)).unwrap();
    let mut raw = RawBatch::clone(&batch(0, false, &[(1, vec![1.0, 1.0, 3.0])]));
    raw.explain = true;
    let advice = policy.decide(&Batch::from(raw)).unwrap();
    let told: serde_json::Value = serde_json::from_str(&advice.explanations[0].json).unwrap();
    assert_eq!(told["bins"], serde_json::json!([0]));
    assert_eq!(told["action"], 1);
    assert_eq!(told["values"], serde_json::json!([0.0, 0.5, 0.0]));
    assert_eq!(told["visits"], serde_json::json!([0, 1, 0]));
}
