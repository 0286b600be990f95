//! Stack: guests that call themselves without end.

use sandbox::TrapKind::StackOverflow;

use super::case::Expected::{BreaksAtStart, Traps};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;

const EXHAUSTED: &str = "call stack exhausted";
const DEEP: &str = "(func $deep (param $depth i32) (result i32)
    (i32.add (call $deep (i32.add (local.get $depth) (i32.const 1))) (i32.const 1)))";

/// Attacks on the stack.
pub(crate) fn cases() -> Vec<Hostile> {
    let indirect = "(type $deep (func (param i32) (result i32)))
        (table funcref (elem $even $odd))
        (func $even (type $deep) (i32.add (i32.const 1)
            (call_indirect (type $deep) (local.get 0) (i32.const 1))))
        (func $odd (type $deep) (i32.add (i32.const 1)
            (call_indirect (type $deep) (local.get 0) (i32.const 0))))";
    // The sum keeps thousands of values alive over the call, so that the frame is large.
    let wide = format!(
        "(func $deep (param $depth i32) (result i32) (local {locals}) {sets}
            (call $deep (local.get $depth)) {sums})",
        locals = "i64 ".repeat(4000),
        sets = (1..4000)
            .map(|local| format!("(local.set {local} (i64.load (i32.const {})))", local * 8))
            .collect::<String>(),
        sums = (1..4000)
            .map(|local| format!("(i32.wrap_i64 (local.get {local})) i32.add "))
            .collect::<String>(),
    );
    let call = ("decide", "(call $deep (i32.const 0))");
    vec![
        case("recursion", &[("fields", DEEP), call], Traps(StackOverflow, EXHAUSTED)),
        case(
            "recursion-by-table",
            &[("fields", indirect), ("decide", "(call $even (i32.const 0))")],
            Traps(StackOverflow, EXHAUSTED),
        ),
        case(
            "recursion-with-large-frames",
            &[("fields", &wide), call],
            Traps(StackOverflow, EXHAUSTED),
        ),
        case(
            "recursion-in-post-return",
            &[("fields", DEEP), ("post-decide", "(drop (call $deep (i32.const 0)))")],
            Traps(StackOverflow, EXHAUSTED),
        ),
        case(
            "recursion-in-realloc",
            &[("fields", DEEP), ("realloc", "(call $deep (i32.const 0))")],
            BreaksAtStart(StackOverflow, EXHAUSTED),
        ),
        case(
            "recursion-in-start",
            &[(
                "fields",
                &format!("{DEEP} (start $go) (func $go (drop (call $deep (i32.const 0))))"),
            )],
            BreaksAtStart(StackOverflow, EXHAUSTED),
        ),
    ]
}

#[test]
fn a_guest_that_calls_itself_without_end_runs_out_of_its_own_stack() {
    Ordeal::new().undergo(&cases());
}
