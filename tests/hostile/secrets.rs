//! Secrets: what a dropped instance leaves behind, and who might find it.

use scaling::{Policy, Refusal};

use super::case::Expected::Answers;
use super::ordeal::{Ordeal, answer};
use super::template::policy;
use crate::scene::{batch, tick};

const TABLE: &str = "(table $table 1000 funcref) (elem declare func $forget)";
const GROW_ALL: &str =
    "(loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))";

/// Writes a secret all over its memory and its table.
fn writer() -> Vec<u8> {
    policy(&[
        ("fields", TABLE),
        (
            "init",
            &format!(
                "{GROW_ALL}
                 (memory.fill (i32.const 40960) (i32.const 0xa5)
                    (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 40960)))
                 (table.fill $table (i32.const 0) (ref.func $forget) (i32.const 1000))
                 (i32.const 256)"
            ),
        ),
    ])
}

/// Looks for anything in fresh memory, and recommends as many replicas as it has found.
fn reader() -> Vec<u8> {
    let look = format!(
        "(local $place i32) {GROW_ALL}
         (local.set $place (i32.const 40960))
         (loop $each
            (global.set $found (i32.add (global.get $found)
                (v128.any_true (v128.load (local.get $place)))))
            (local.set $place (i32.add (local.get $place) (i32.const 16)))
            (br_if $each (i32.lt_u (local.get $place) (i32.shl (memory.size) (i32.const 16)))))
         (local.set $place (i32.const 0))
         (loop $each
            (global.set $found (i32.add (global.get $found)
                (i32.eqz (ref.is_null (table.get $table (local.get $place))))))
            (local.set $place (i32.add (local.get $place) (i32.const 1)))
            (br_if $each (i32.lt_u (local.get $place) (i32.const 1000))))"
    );
    policy(&[
        (
            "fields",
            &format!(
                "{TABLE} (global $found (mut i32) (i32.const 0)) (start $look) (func $look {look})"
            ),
        ),
        ("decide", "(call $answer-with (f64.convert_i32_u (global.get $found)))"),
    ])
}

#[test]
fn nobody_finds_what_another_left_in_memory() {
    let mut ordeal = Ordeal::new();
    let (writer, reader) = (writer(), reader());
    for round in 0..8 {
        let writers: Vec<_> = (0..4).map(|_| ordeal.start(&writer).unwrap()).collect();
        drop(writers);
        let mut readers: Vec<_> = (0..4).map(|_| ordeal.start(&reader).unwrap()).collect();
        for reader in &mut readers {
            answer(reader, &Answers(0)).unwrap_or_else(|found| panic!("round {round}: {found}"));
        }
    }
    ordeal.see_neighbour("spies");
}

#[test]
fn a_call_after_a_trap_finds_a_new_store() {
    // It breaks unless it finds what it wrote before it broke.
    let bytes = policy(&[(
        "decide",
        "(if (i32.eqz (i32.load (i32.const 40960)))
            (then (i32.store (i32.const 40960) (i32.const 1)) (unreachable)))
         (call $answer (local.get $rows))",
    )]);
    let ordeal = Ordeal::new();
    let mut policy = ordeal.start(&bytes).unwrap();
    for calls in 1..=2 {
        let answer = policy.recommend(&batch(&tick(&[1.0]), &[0])).answers.remove(0);
        assert!(matches!(answer, Err(Refusal::Failed { .. })), "{answer:?}");
        assert_eq!(policy.usage().traps.values().sum::<u64>(), calls);
    }
}
