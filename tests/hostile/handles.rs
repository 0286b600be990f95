//! Handles: resources that are hoarded, dropped twice or never given.

use sandbox::TrapKind::{InvalidAnswer, OutOfFuel, OutOfHandles, StackOverflow};
use wit_component::StringEncoding;

use super::case::Expected::{Answers, Traps};
use super::case::{Expected, Hostile};
use super::ordeal::Ordeal;
use super::template::{WIT, policy_of};

/// A policy that exports a resource beside our world, so that it has handles to play with.
fn with_resource(name: &str, decide: &str, destructor: &str, expected: Expected) -> Hostile {
    let world = "world policy {
        export things: interface { resource thing { constructor(); } }";
    let fields = r#"(import "[export]things" "[resource-new]thing"
            (func $new (param i32) (result i32)))
        (import "[export]things" "[resource-drop]thing" (func $drop (param i32)))
        (import "[export]things" "[resource-rep]thing" (func $rep (param i32) (result i32)))"#;
    let exports = format!(
        r#"(func (export "things#[constructor]thing") (result i32) (call $new (i32.const 0)))
           (func (export "things#[dtor]thing") (param $rep i32) {destructor})"#
    );
    let replaced = [("fields", fields), ("decide", decide), ("exports", &exports)];
    let wit = WIT.replace("world policy {", world);
    Hostile::new(name, policy_of(&wit, StringEncoding::UTF8, &replaced), expected)
}

/// Attacks by handles.
pub(crate) fn cases() -> Vec<Hostile> {
    let answer = "(call $answer (local.get $rows))";
    let once = &format!("(call $drop (call $new (i32.const 1))) {answer}");
    vec![
        with_resource("handle", once, "", Answers(3)),
        with_resource(
            "handle-flood",
            "(loop $more (drop (call $new (i32.const 1))) (br $more)) (unreachable)",
            "",
            Traps(OutOfHandles, "handle limit"),
        ),
        with_resource(
            "handle-churn",
            "(loop $more (call $drop (call $new (i32.const 1))) (br $more)) (unreachable)",
            "",
            Traps(OutOfFuel, "used up its fuel"),
        ),
        with_resource(
            "handle-dropped-twice",
            "(local $handle i32) (local.set $handle (call $new (i32.const 1)))
             (call $drop (local.get $handle)) (call $drop (local.get $handle)) (unreachable)",
            "",
            Traps(InvalidAnswer, "unknown handle"),
        ),
        with_resource(
            "handle-never-given",
            "(drop (call $rep (i32.const 12345))) (unreachable)",
            "",
            Traps(InvalidAnswer, "unknown handle"),
        ),
        with_resource(
            "loop-in-destructor",
            once,
            "(loop $ever (br $ever))",
            Traps(OutOfFuel, "used up its fuel"),
        ),
        with_resource(
            "recursion-in-destructor",
            once,
            "(call $drop (call $new (i32.const 1)))",
            Traps(StackOverflow, "call stack exhausted"),
        ),
    ]
}

#[test]
fn handles_are_counted_and_checked() {
    Ordeal::new().undergo(&cases());
}
