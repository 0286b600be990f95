//! What the host does with a policy that breaks: the rest of the tick goes on.

use std::time::Duration;

use sandbox::{ComponentPolicy, Limits, TrapKind};
use scaling::{Policy, Refusal, WorkloadId, recommend_or_fall_back};
use serde_json::json;

use crate::scene::{batch, limits, modules, probe, tick};

/// Asks a probe that misbehaves about one row.
fn ask_misbehaving(how: &str) -> (ComponentPolicy, scaling::Answer) {
    let mut policy = probe(&json!({"misbehave": how}));
    let answer = policy.recommend(&batch(&tick(&[3.0]), &[0])).answers.remove(0);
    (policy, answer)
}

fn check_trap(how: &str, kind: TrapKind, words: &str) {
    let (policy, answer) = ask_misbehaving(how);
    assert_eq!(policy.usage().traps.get(&kind), Some(&1), "{how}: {:?}", policy.usage().traps);
    match answer {
        Err(Refusal::Failed { cause }) => assert!(cause.contains(words), "{how}: {cause}"),
        other => panic!("{how}: {other:?}"),
    }
}

#[test]
fn every_trap_is_named() {
    check_trap("loop", TrapKind::OutOfFuel, "used up its fuel");
    check_trap("panic", TrapKind::Aborted, "unreachable");
    check_trap("allocate", TrapKind::OutOfMemory, "more than its 8388608 bytes");
    check_trap("recurse", TrapKind::StackOverflow, "call stack exhausted");
}

#[test]
fn a_panic_says_in_the_log_what_and_where() {
    let (mut policy, answer) = ask_misbehaving("panic");
    assert!(answer.is_err());
    let log = policy.take_log();
    let said = &log.last().expect("a line").message;
    assert!(said.contains("probe/src/") && said.contains("told to"), "{said}");
}

#[test]
fn nonsense_is_refused_and_never_repaired() {
    let check = |how: &str, expected: Refusal| {
        let (policy, answer) = ask_misbehaving(how);
        assert_eq!(answer, Err(expected), "{how}");
        assert!(policy.usage().traps.is_empty(), "{how} is no trap");
    };
    let field = "replicas";
    check("not-a-number", Refusal::NotANumber { field });
    check("fraction", Refusal::Fractional { field, value: 1.5 });
    check("negative", Refusal::Negative { field, value: -1.0 });
    check("absurd", Refusal::Absurd { field, value: 1e12, limit: 1e6 });
    check("unknown-reason", Refusal::UnknownReason { index: 1, described: 1 });
    check("short", Refusal::WrongLength { expected: 1, given: 0 });
    check("long", Refusal::WrongLength { expected: 1, given: 2 });
    check("decline", Refusal::Declined { message: "told to decline".to_owned() });
}

#[test]
fn one_bad_row_costs_only_itself() {
    for how in ["panic", "loop"] {
        let mut policy = probe(&json!({"misbehave": how, "above": 100.0}));
        let replicas = [1.0, 2.0, 3.0, 4.0, 5.0, 101.0, 7.0, 8.0, 9.0];
        let observations = tick(&replicas);
        let rows: Vec<usize> = (0..replicas.len()).collect();
        let answers = policy.recommend(&batch(&observations, &rows)).answers;
        for (row, answer) in answers.iter().enumerate() {
            match answer {
                Ok(said) => assert_eq!(said.replicas, Some(replicas[row] as u32), "{how} {row}"),
                Err(Refusal::Failed { .. }) => assert_eq!(row, 5, "{how}"),
                Err(other) => panic!("{how} {row}: {other}"),
            }
        }
        assert!(answers[5].is_err(), "{how}");
    }
}

#[test]
fn rows_out_of_order_keep_their_own_answers() {
    let mut policy = probe(&json!({}));
    let observations = tick(&[10.0, 11.0, 12.0, 13.0]);
    let answers = policy.recommend(&batch(&observations, &[1, 3])).answers;
    let replicas: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap().replicas).collect();
    assert_eq!(replicas, [Some(11), Some(13)]);
}

#[test]
fn a_batch_that_loops_everywhere_ends_within_its_fuel() {
    let limits = Limits { call_fuel: 5_000_000, row_fuel: 0, ..limits() };
    let (_, modules) = modules(limits.clone());
    let settings = json!({"misbehave": "loop"}).to_string();
    let mut policy = modules.policy("probe").unwrap().instantiate(&settings, 0).unwrap();
    let observations = tick(&[1.0; 64]);
    let rows: Vec<usize> = (0..64).collect();
    let answers = policy.recommend(&batch(&observations, &rows)).answers;
    assert_eq!(answers.len(), 64);
    assert!(answers.iter().all(Result::is_err));
    // Sixty-four rows can be halved six times; with the whole batch and one more that is all.
    assert_eq!(policy.usage().traps[&TrapKind::OutOfFuel], 8);
}

#[test]
fn the_fallback_answers_in_the_same_tick() {
    let mut policy = probe(&json!({"misbehave": "panic", "above": 100.0}));
    let (_, modules) = modules(limits());
    let settings = json!({"replicas": 6}).to_string();
    let mut fallback =
        modules.policy("static-replicas").unwrap().instantiate(&settings, 0).unwrap();
    let observations = tick(&[1.0, 101.0, 3.0]);
    let answered =
        recommend_or_fall_back(&mut policy, Some(&mut fallback), &batch(&observations, &[0, 1, 2]));
    let replicas: Vec<_> =
        answered.advice.answers.iter().map(|answer| answer.as_ref().unwrap().replicas).collect();
    assert_eq!(replicas, [Some(1), Some(6), Some(3)]);
    assert_eq!(answered.refusals.len(), 1);
    assert_eq!(answered.refusals[0].0, 1);
}

#[test]
fn a_late_answer_is_interrupted_by_the_deadline() {
    let limits =
        Limits { deadline: Some(Duration::from_millis(3)), call_fuel: u64::MAX / 4, ..limits() };
    let (sandbox, modules) = modules(limits);
    let settings = json!({"misbehave": "loop"}).to_string();
    let mut policy = modules.policy("probe").unwrap().instantiate(&settings, 0).unwrap();
    // Time passes by hand until the guest, which would loop for ever, is stopped by it.
    let stopped = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
                sandbox.advance_epoch();
                std::thread::yield_now();
            }
        });
        let answer = policy.recommend(&batch(&tick(&[1.0]), &[0])).answers.remove(0);
        stopped.store(true, std::sync::atomic::Ordering::Relaxed);
        match answer {
            Err(Refusal::Failed { cause }) => {
                assert!(cause.contains("ran past its 3ms"), "{cause}")
            }
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(policy.usage().traps.get(&TrapKind::Deadline), Some(&1));
}

#[test]
fn a_trap_restores_the_last_good_snapshot() {
    let limits = Limits { calls_between_snapshots: 4, ..limits() };
    let (_, modules) = modules(limits);
    // The sixth call panics, as would all later ones: the count of calls is its state.
    let settings = json!({"misbehave": "panic", "from_call": 6}).to_string();
    let mut policy = modules.policy("probe").unwrap().instantiate(&settings, 0).unwrap();
    let observations = tick(&[1.0]);
    let answers: Vec<bool> =
        (0..8).map(|_| policy.recommend(&batch(&observations, &[0])).answers[0].is_ok()).collect();
    // Calls 1 to 5 are fine, a snapshot is kept after the fourth, the sixth panics and goes back to
    // four; the fifth is fine again, and so on.
    assert_eq!(answers, [true, true, true, true, true, false, true, false]);
    let count = policy.snapshot(&[WorkloadId(0)]).unwrap();
    assert_eq!(u64::from_le_bytes(count.try_into().unwrap()), 4);
}

#[test]
fn a_log_flood_is_cut_and_counted() {
    let mut policy = probe(&json!({"misbehave": "flood"}));
    assert!(policy.recommend(&batch(&tick(&[1.0]), &[0])).answers[0].is_ok());
    let lines = policy.take_log();
    assert_eq!(lines.len(), Limits::default().log_lines);
    assert_eq!(lines[0].message, "line 0");
    assert_eq!(policy.usage().dropped_log_lines, 1000 - lines.len() as u64);
}

#[test]
fn stores_do_not_share_state() {
    let (_, modules) = modules(limits());
    let component = modules.policy("probe").unwrap();
    let mut first = component.instantiate("{}", 0).unwrap();
    let mut second = component.instantiate("{}", 0).unwrap();
    for _ in 0..3 {
        first.recommend(&batch(&tick(&[1.0]), &[0]));
    }
    let calls = |policy: &mut ComponentPolicy| {
        u64::from_le_bytes(policy.snapshot(&[]).unwrap().try_into().unwrap())
    };
    assert_eq!((calls(&mut first), calls(&mut second)), (3, 0));
}
