//! A small decision process whose optimal values are known.
//!
//! One to three replicas; keep, up, down; the reward is that of the state moved to: 0, 1 and 0.3 for
//! one, two and three replicas; γ = 0.5. Staying at two is best: V(2) = 1 / (1 − 0.5) = 2, and two is
//! one step away from everywhere, so V = 1 + 0.5 · 2 = 2 in every state and each other action is
//! worth the reward of where it leads plus 1.

use super::*;

const REWARDS: [f64; 4] = [f64::NAN, 0.0, 1.0, 0.3];
const LEGAL: [(u32, u32); 7] = [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3)];

#[track_caller]
fn check_optimal(policy: &QTable, tolerance: f64) {
    for (before, after) in LEGAL {
        let action = [0, 1, 2][(after + 3 - before) as usize % 3];
        let found = known(policy, &[before - 1]).unwrap().0[action];
        let optimal = REWARDS[after as usize] + 0.5 * 2.0;
        assert!((found - optimal).abs() <= tolerance, "{before} → {after}: {found}, not {optimal}");
    }
}

#[test]
fn sweeps_converge_to_the_optimal_values() {
    let mut policy = policy(SMALL);
    for _ in 0..200 {
        for (before, after) in LEGAL {
            policy.learn(&experience(applied(before, after), REWARDS[after as usize])).unwrap();
        }
    }
    check_optimal(&policy, 1e-12);
    // What is out of bounds was never tried, and never believed.
    assert_eq!(known(&policy, &[0]).unwrap().0[2], 0.0);
    assert_eq!(known(&policy, &[2]).unwrap().0[1], 0.0);
}

/// Lets the policy drive, from one replica, over episodes of 20 ticks; the policy afterwards.
fn driven(ticks: u64) -> QTable {
    let mut policy = policy(&small(
        r#"{"learning_rate": 0.3, "initial_value": 3,
            "exploration": {"start": 1, "end": 0.2, "decay": "linear", "updates": 500}}"#,
    ));
    let mut replicas = 1;
    for tick in 0..ticks {
        if tick % 20 == 0 {
            replicas = 1;
        }
        let row = vec![f64::from(replicas), 1.0, 3.0];
        let advice = policy.decide(&batch(tick % 20, true, &[(1, row)])).unwrap();
        let target = advice.recommendations[0].replicas.unwrap_or(f64::from(replicas)) as u32;
        let mut experience = experience(applied(replicas, target), REWARDS[target as usize]);
        experience.truncated = vec![tick % 20 == 19];
        policy.learn(&experience).unwrap();
        replicas = target;
    }
    policy
}

#[test]
fn driving_alone_finds_the_optimal_values() {
    let mut policy = driven(4_000);
    check_optimal(&policy, 1e-6);
    assert_eq!(greedy(&mut policy, &[1.0, 1.0, 3.0]).replicas, Some(2.0));
    assert_eq!(greedy(&mut policy, &[2.0, 1.0, 3.0]).replicas, None);
    assert_eq!(greedy(&mut policy, &[3.0, 1.0, 3.0]).replicas, Some(2.0));
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    assert_eq!(driven(300).snapshot(&[]), driven(300).snapshot(&[]));
}
