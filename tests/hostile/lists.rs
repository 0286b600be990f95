//! Lists: pointers and lengths that lie.

use sandbox::TrapKind::{InvalidAnswer, OutOfMemory, TooMuchData};

use super::case::Expected::{AnswerRefused, Traps};
use super::case::{Expected, Hostile, case};
use super::ordeal::Ordeal;

/// Where the lists of an answer stand.
const TARGETS: u32 = 516;
const REPLICAS: u32 = 532;
const EXPLANATIONS: u32 = 564;

/// An answer with one list replaced.
fn list(name: &str, place: u32, pointer: u32, length: u32, expected: Expected) -> Hostile {
    let decide = format!(
        "(drop (call $answer (local.get $rows)))
         (call $list (i32.const {place}) (i32.const {pointer}) (i32.const {length}))
         (i32.const 512)"
    );
    case(name, &[("memory", r#"(memory (export "memory") 64)"#), ("decide", &decide)], expected)
}

/// An answer that is somewhere else.
fn returned(name: &str, pointer: u32, expected: Expected) -> Hostile {
    case(name, &[("decide", &format!("(i32.const {pointer})"))], expected)
}

/// Attacks by lists that are returned.
pub(crate) fn cases() -> Vec<Hostile> {
    let beyond = Traps(InvalidAnswer, "out of bounds");
    let unaligned = Traps(InvalidAnswer, "aligned");
    let much = Traps(TooMuchData, "too much data");
    let overlapping = "(local $each i32)
        (drop (call $answer (local.get $rows)))
        (loop $more
            (i32.store (i32.add (i32.const 131072) (local.get $each)) (i32.const 0))
            (i32.store (i32.add (i32.const 131076) (local.get $each)) (i32.const 65536))
            (i32.store (i32.add (i32.const 131080) (local.get $each)) (i32.const 65536))
            (local.set $each (i32.add (local.get $each) (i32.const 12)))
            (br_if $more (i32.lt_u (local.get $each) (i32.const 12000))))
        (call $list (i32.const 564) (i32.const 131072) (i32.const 1000))
        (i32.const 512)";
    vec![
        returned("answer-out-of-bounds", 0xffff_fff0, beyond.clone()),
        returned("answer-half-out-of-bounds", (128 << 10) - 4, beyond.clone()),
        returned("answer-unaligned", 513, unaligned.clone()),
        list("list-out-of-bounds", TARGETS, 0x7fff_ffff, 1, beyond.clone()),
        list("list-half-out-of-bounds", TARGETS, (64 << 16) - 1, 2, beyond.clone()),
        list("list-wraps-around", TARGETS, 0xffff_fff0, 0x20, beyond.clone()),
        list("list-of-4-gib", TARGETS, 4, u32::MAX, beyond.clone()),
        list("list-of-256-mib", TARGETS, 0, 1 << 28, beyond.clone()),
        list("list-whose-bytes-overflow", REPLICAS, 0, 1 << 29, beyond.clone()),
        list("list-whose-bytes-overflow-more", REPLICAS, 8, u32::MAX, beyond.clone()),
        list("list-unaligned", REPLICAS, 16_385, 1, unaligned.clone()),
        list("list-unaligned-and-empty", REPLICAS, 3, 0, unaligned),
        list("list-over-the-copied-bytes", TARGETS, 0, 2 << 20, much.clone()),
        list("list-of-texts-over-the-copied-bytes", EXPLANATIONS, 0, 200_000, much.clone()),
        list("list-far-too-long", TARGETS, 0, 65_536, AnswerRefused("65536 recommendations for 1")),
        case(
            "texts-that-overlap",
            &[("memory", r#"(memory (export "memory") 64)"#), ("decide", overlapping)],
            much,
        ),
        case(
            "list-in-memory-that-was-refused",
            &[(
                "decide",
                "(drop (call $answer (local.get $rows)))
                 (call $list (i32.const 516) (i32.shl (memory.grow (i32.const 1000)) (i32.const 16))
                    (i32.const 1))
                 (i32.const 512)",
            )],
            Traps(OutOfMemory, "more than its 8388608 bytes"),
        ),
    ]
}

#[test]
fn a_pointer_that_lies_is_caught_at_the_border() {
    Ordeal::new().undergo(&cases());
}
