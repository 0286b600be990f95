//! Breaks: every way in which WebAssembly itself traps.

use sandbox::TrapKind::{Aborted, Arithmetic, BadCall, OutOfBounds};

use super::case::Expected::{BreaksAtStart, Traps};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;

/// Attacks that are accidents more often than not.
pub(crate) fn cases() -> Vec<Hostile> {
    let decide = |name: &str, body: &str, kind, words: &'static str| {
        case(name, &[("decide", &format!("{body} (unreachable)"))], Traps(kind, words))
    };
    let table = |name: &str, index: u32, kind, words: &'static str| {
        let fields =
            "(type $other (func (param f64))) (table 4 funcref) (elem (i32.const 0) $forget)";
        let body = format!(
            "(call_indirect (type $other) (f64.const 0) (i32.const {index})) (unreachable)"
        );
        case(name, &[("fields", fields), ("decide", &body)], Traps(kind, words))
    };
    vec![
        decide("abort", "", Aborted, "unreachable"),
        decide(
            "divide-by-zero",
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            Arithmetic,
            "divide by zero",
        ),
        decide(
            "divide-beyond-the-range",
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            Arithmetic,
            "integer overflow",
        ),
        decide(
            "convert-nan",
            "(drop (i32.trunc_f64_s (f64.const nan)))",
            Arithmetic,
            "conversion to integer",
        ),
        decide(
            "read-out-of-bounds",
            "(drop (i64.load (i32.const -1)))",
            OutOfBounds,
            "out of bounds memory",
        ),
        decide(
            "fill-out-of-bounds",
            "(memory.fill (i32.const 8) (i32.const 0) (i32.const 1000000))",
            OutOfBounds,
            "out of bounds memory",
        ),
        table("call-of-nothing", 3, BadCall, "uninitialized element"),
        table("call-of-another-type", 0, BadCall, "type mismatch"),
        table("call-out-of-bounds", 4, OutOfBounds, "out of bounds table"),
        case(
            "data-out-of-bounds",
            &[("fields", "(data (i32.const 0x7fffffff) \"x\")")],
            BreaksAtStart(OutOfBounds, "out of bounds memory"),
        ),
        case(
            "elements-out-of-bounds",
            &[("fields", "(table 1 funcref) (elem (i32.const 9) $forget)")],
            BreaksAtStart(OutOfBounds, "out of bounds table"),
        ),
        case(
            "abort-in-start",
            &[("fields", "(start $go) (func $go (unreachable))")],
            BreaksAtStart(Aborted, "unreachable"),
        ),
        // Nobody will collect the log of an instance that is not made; its last line is in the error.
        case(
            "abort-after-a-line",
            &[
                ("fields", r#"(data (i32.const 40960) "out of\n\1b[2Jlove")"#),
                (
                    "init",
                    "(call $log (i32.const 3) (i32.const 40960) (i32.const 15)) (unreachable)",
                ),
            ],
            BreaksAtStart(Aborted, r"the last that it logged: out of\n\u{1b}[2Jlove"),
        ),
    ]
}

#[test]
fn every_trap_has_its_name() {
    Ordeal::new().undergo(&cases());
}
