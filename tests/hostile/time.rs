//! Time: guests that never come back.

use sandbox::TrapKind::OutOfFuel;

use super::case::Expected::{BreaksAtStart, Traps};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;
use super::template::Replaced;

const LOOP: &str = "(loop $ever (br $ever)) (unreachable)";
const BIG_MEMORY: (&str, &str) = ("memory", r#"(memory (export "memory") 64)"#);

/// Attacks on time.
pub(crate) fn cases() -> Vec<Hostile> {
    let traps = |name: &str, replaced: Replaced<'_>| {
        case(name, replaced, Traps(OutOfFuel, "used up its fuel"))
    };
    let breaks = |name: &str, replaced: Replaced<'_>| {
        case(name, replaced, BreaksAtStart(OutOfFuel, "used up its fuel"))
    };
    vec![
        breaks("loop-in-start", &[("fields", "(start $go) (func $go (loop $ever (br $ever)))")]),
        breaks("loop-in-describe", &[("describe", LOOP)]),
        breaks("loop-in-init", &[("init", LOOP)]),
        breaks("loop-in-realloc-at-start", &[("realloc", LOOP)]),
        traps("loop-in-decide", &[("decide", LOOP)]),
        traps("loop-in-post-return", &[("post-decide", "(loop $ever (br $ever))")]),
        traps(
            "loop-of-calls",
            &[(
                "decide",
                "(loop $ever (call $forget (i32.const 0) (i32.const 0)) (br $ever)) (unreachable)",
            )],
        ),
        traps(
            "loop-of-tail-calls",
            &[
                ("fields", "(func $tail (result i32) (return_call $tail))"),
                ("decide", "(call $tail)"),
            ],
        ),
        // Bulk operations look at the clock once; what holds them is that they cost by the byte.
        traps(
            "fill-for-ever",
            &[
                BIG_MEMORY,
                (
                    "decide",
                    "(loop $ever
                        (memory.fill (i32.const 65536) (i32.const 7) (i32.const 4000000))
                        (br $ever)) (unreachable)",
                ),
            ],
        ),
        traps(
            "copy-for-ever",
            &[
                BIG_MEMORY,
                (
                    "decide",
                    "(loop $ever
                        (memory.copy (i32.const 65536) (i32.const 65537) (i32.const 4000000))
                        (br $ever)) (unreachable)",
                ),
            ],
        ),
        traps(
            "init-for-ever",
            &[
                ("fields", "(data $passive \"0123456789abcdef\")"),
                (
                    "decide",
                    "(loop $ever
                        (memory.init $passive (i32.const 65536) (i32.const 0) (i32.const 16))
                        (br $ever)) (unreachable)",
                ),
            ],
        ),
        traps(
            "fill-tables-for-ever",
            &[
                ("fields", "(table $table 10000 funcref)"),
                (
                    "decide",
                    "(loop $ever
                        (table.fill $table (i32.const 0) (ref.null func) (i32.const 10000))
                        (table.copy $table $table (i32.const 0) (i32.const 1) (i32.const 9999))
                        (br $ever)) (unreachable)",
                ),
            ],
        ),
        traps(
            "grow-by-nothing-for-ever",
            &[(
                "decide",
                "(loop $ever (drop (memory.grow (i32.const 0))) (br $ever)) (unreachable)",
            )],
        ),
    ]
}

#[test]
fn a_guest_that_never_comes_back_is_stopped_by_its_fuel() {
    Ordeal::new().undergo(&cases());
}
