//! Reallocs: allocators that hand out nonsense.

use sandbox::TrapKind::{InvalidAnswer, OutOfMemory, OutOfTurn};

use super::case::Expected::{Answers, BreaksAtStart, Traps};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;

/// An allocator that does something else for lists of numbers, which only `decide` gets.
fn for_numbers(name: &str, instead: &str, expected: super::case::Expected) -> Hostile {
    let realloc = format!(
        "(if (result i32) (i32.eq (local.get $align) (i32.const 8))
            (then {instead}) (else (call $allocate (local.get $align) (local.get $size))))"
    );
    case(name, &[("realloc", &realloc)], expected)
}

/// Attacks by the allocator.
pub(crate) fn cases() -> Vec<Hostile> {
    vec![
        // It only overwrites its own memory.
        for_numbers("realloc-gives-0", "(i32.const 0)", Answers(3)),
        for_numbers("realloc-gives-what-is-used", "(i32.const 16384)", Answers(3)),
        for_numbers("realloc-unaligned", "(i32.const 65537)", Traps(InvalidAnswer, "aligned")),
        for_numbers("realloc-beyond-memory", "(i32.const -8)", Traps(InvalidAnswer, "beyond end")),
        for_numbers("realloc-at-the-end", "(i32.const 131072)", Traps(InvalidAnswer, "beyond end")),
        for_numbers(
            "realloc-calls-the-log",
            "(call $log (i32.const 0) (i32.const 16) (i32.const 7)) (i32.const 65536)",
            Traps(OutOfTurn, "cannot leave"),
        ),
        for_numbers(
            "realloc-answers-itself",
            "(drop (call $decide (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 1)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 0))) (i32.const 65536)",
            Answers(3),
        ),
        for_numbers(
            "realloc-grows-for-ever",
            "(loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))
             (unreachable)",
            Traps(OutOfMemory, "more than its 8388608 bytes"),
        ),
        case(
            "realloc-calls-the-log-at-start",
            &[(
                "realloc",
                "(call $log (i32.const 0) (i32.const 16) (i32.const 7)) (i32.const 65536)",
            )],
            BreaksAtStart(OutOfTurn, "cannot leave"),
        ),
        case(
            "post-return-calls-the-log",
            &[("post-decide", "(call $log (i32.const 0) (i32.const 16) (i32.const 7))")],
            Traps(OutOfTurn, "cannot leave"),
        ),
        case(
            "post-return-breaks",
            &[("post-decide", "(unreachable)")],
            Traps(sandbox::TrapKind::Aborted, "unreachable"),
        ),
    ]
}

#[test]
fn an_allocator_that_hands_out_nonsense_harms_only_itself() {
    Ordeal::new().undergo(&cases());
}
