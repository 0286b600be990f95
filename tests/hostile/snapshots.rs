//! Snapshots: state that is too large, foreign, cut or poisoned.

use sandbox::{ComponentPolicy, Limits, TrapKind};
use scaling::{Policy, PolicyError, WorkloadId};

use super::ordeal::{Ordeal, in_words, limits};
use super::template::policy;
use crate::scene::{batch, modules, tick};

const BIG_MEMORY: (&str, &str) = ("memory", r#"(memory (export "memory") 64)"#);

/// A snapshot of so many bytes.
fn giving(bytes: u32) -> Vec<u8> {
    let snapshot =
        format!("(call $list (i32.const 1024) (i32.const 0) (i32.const {bytes})) (i32.const 1024)");
    policy(&[BIG_MEMORY, ("snapshot", &snapshot)])
}

#[test]
fn a_snapshot_over_the_limit_is_refused() {
    let mut ordeal = Ordeal::new();
    let rows: [(u32, &str, Option<TrapKind>); 4] = [
        (64 << 10, "", None),
        ((64 << 10) + 1, "65537 bytes long, the limit is 65536", None),
        (2 << 20, "too much data", Some(TrapKind::TooMuchData)),
        (1 << 30, "out of bounds", Some(TrapKind::InvalidAnswer)),
    ];
    for (bytes, words, trap) in rows {
        let mut policy = ordeal.start(&giving(bytes)).unwrap();
        match policy.snapshot(&[WorkloadId(0)]) {
            Ok(snapshot) => assert_eq!((snapshot.len(), words), (64 << 10, "")),
            Err(PolicyError::Failed { attempted, cause }) => {
                assert_eq!(attempted, "take a snapshot");
                in_words(&cause, words).unwrap();
                assert!(!words.is_empty(), "{cause}");
            }
            Err(other) => panic!("{other}"),
        }
        let traps: Vec<_> = policy.usage().traps.clone().into_iter().collect();
        assert_eq!(traps, trap.map(|kind| (kind, 1)).into_iter().collect::<Vec<_>>(), "{bytes}");
        ordeal.see_neighbour("a bloated snapshot");
    }
}

#[test]
fn a_snapshot_that_was_bloated_on_its_way_is_not_even_shown_to_the_guest() {
    let ordeal = Ordeal::new();
    let bytes = policy(&[("restore", "(unreachable)")]);
    let mut policy = ordeal.start(&bytes).unwrap();
    let error = policy.restore(&vec![0; limits().snapshot_bytes + 1]).unwrap_err();
    in_words(&error.to_string(), "restore a snapshot").unwrap();
    assert!(policy.usage().traps.is_empty(), "{error}");
    policy.restore(&[0]).unwrap_err();
    assert_eq!(policy.usage().traps.get(&TrapKind::Aborted), Some(&1));
}

/// The answers of a policy, whatever they are.
fn asked(policy: &mut ComponentPolicy) -> usize {
    policy.recommend(&batch(&tick(&[1.0, 2.0]), &[0, 1])).answers.len()
}

#[test]
fn snapshots_that_are_foreign_or_cut_leave_every_built_in_policy_alive() {
    let (_, modules) = modules(Limits::default());
    let policies = || {
        assembly::built_in()
            .iter()
            .filter_map(|one| modules.policy(one.name).ok())
            .filter_map(|policy| Some((policy.clone(), policy.instantiate("{}", 0).ok()?)))
    };
    let ids = [WorkloadId(0), WorkloadId(1)];
    let snapshots: Vec<Vec<u8>> = policies()
        .filter_map(|(_, mut policy)| {
            asked(&mut policy);
            policy.snapshot(&ids).ok()
        })
        .chain([Vec::new(), vec![0xff; 64], vec![0xff; 100_000]])
        .collect();
    for (component, mut policy) in policies() {
        let name = &component.description().name;
        for whole in &snapshots {
            for snapshot in [&whole[..], &whole[..whole.len() / 2], &whole[..whole.len().min(1)]] {
                // Taken or refused, but never broken by.
                if let Err(error) = policy.restore(snapshot) {
                    assert!(matches!(error, PolicyError::Declined { .. }), "{name}: {error}");
                }
                assert_eq!(asked(&mut policy), 2, "{name}");
            }
        }
        assert!(policy.usage().traps.is_empty(), "{name}: {:?}", policy.usage().traps);
    }
}

#[test]
fn a_policy_that_cannot_read_its_own_snapshot_goes_on_without() {
    // Stateful; it breaks in its second call, and whenever it is to restore something.
    let bytes = policy(&[
        ("describe", "(i32.store8 (i32.const 145) (i32.const 1)) (i32.const 128)"),
        ("fields", "(global $calls (mut i32) (i32.const 0))"),
        (
            "decide",
            "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
             (if (i32.eq (global.get $calls) (i32.const 2)) (then (unreachable)))
             (call $answer (local.get $rows))",
        ),
        ("restore", "(unreachable)"),
    ]);
    let sandbox = Ordeal::new().sandbox;
    let limits = Limits { calls_between_snapshots: 1, ..limits() };
    let sandbox::Component::Policy(component) = sandbox.load(&bytes, &limits).unwrap() else {
        panic!("it is a policy")
    };
    let mut policy = component.instantiate("{}", 0).unwrap();
    let mut answered = Vec::new();
    for _ in 0..4 {
        policy.release();
        let answers = policy.recommend(&batch(&tick(&[1.0]), &[0])).answers;
        answered.push(answers[0].is_ok());
    }
    // The second call breaks, and what it kept after the first cannot be gone on from: the third
    // begins anew.
    assert_eq!(answered, [true, false, true, false]);
}

#[test]
fn a_restore_that_never_ends_is_paid_for_once() {
    // Stateful; after its first call it breaks for good, and its restore loops.
    let bytes = policy(&[
        ("describe", "(i32.store8 (i32.const 145) (i32.const 1)) (i32.const 128)"),
        ("fields", "(global $calls (mut i32) (i32.const 0))"),
        (
            "decide",
            "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
             (if (i32.ne (global.get $calls) (i32.const 1)) (then (unreachable)))
             (call $answer (local.get $rows))",
        ),
        ("restore", "(loop $ever (br $ever)) (unreachable)"),
    ]);
    let sandbox = Ordeal::new().sandbox;
    let limits = Limits { calls_between_snapshots: 1, ..limits() };
    let sandbox::Component::Policy(component) = sandbox.load(&bytes, &limits).unwrap() else {
        panic!("it is a policy")
    };
    let mut policy = component.instantiate("{}", 0).unwrap();
    let replicas = [1.0; 64];
    let rows: Vec<usize> = (0..64).collect();
    for _ in 0..2 {
        let before = policy.usage().fuel;
        assert_eq!(policy.recommend(&batch(&tick(&replicas), &rows)).answers.len(), 64);
        let used = policy.usage().fuel - before;
        // As much as halving may cost, and one start.
        let turn = 8 * (limits.call_fuel + 64 * limits.row_fuel) + 2 * limits.setup_fuel;
        assert!(used <= turn, "{used} of {turn}");
    }
}
