//! Space: guests that want all memory there is.

use sandbox::TrapKind::{Aborted, OutOfMemory};

use super::case::Expected::{Answers, BreaksAtStart, Refused, Traps};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;
use super::template::component_with;

const TOO_MUCH: &str = "more than its 8388608 bytes";
const GROW: &str =
    "(loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))";

/// A policy beside so many core instances of a module, each with its own memories and tables.
fn parts(name: &str, count: usize, part: &str, expected: super::case::Expected) -> Hostile {
    let instances = "(core instance (instantiate $part))".repeat(count);
    let sections = format!(
        "(component $parts (core module $part {part}) {instances}) (instance (instantiate $parts))"
    );
    Hostile::new(name, component_with(&sections), expected)
}

/// A start function that gives up unless it can grow something.
fn grow_or_abort(grow: &str) -> String {
    format!("(start $go) (func $go (if (i32.lt_s ({grow}) (i32.const 0)) (then (unreachable))))")
}

/// Attacks on memory.
fn memories() -> Vec<Hostile> {
    let decide = |name: &str, body: &str, expected| case(name, &[("decide", body)], expected);
    let memory = |name: &str, pages: u64, expected| {
        case(name, &[("memory", &format!(r#"(memory (export "memory") {pages})"#))], expected)
    };
    let growing = grow_or_abort("memory.grow (i32.const 15)");
    vec![
        decide(
            "grow-memory-and-abort",
            &format!("{GROW} (unreachable)"),
            Traps(OutOfMemory, TOO_MUCH),
        ),
        decide(
            "grow-memory-and-write-beyond",
            &format!("{GROW} (i32.store (i32.const -4) (i32.const 1)) (unreachable)"),
            Traps(OutOfMemory, TOO_MUCH),
        ),
        decide(
            "grow-memory-and-carry-on",
            &format!("{GROW} (call $answer (local.get $rows))"),
            Answers(3),
        ),
        decide(
            "grow-memory-beyond-any",
            "(drop (memory.grow (i32.const -1))) (call $answer (local.get $rows))",
            Answers(3),
        ),
        memory("memory-of-64-mib", 1024, BreaksAtStart(OutOfMemory, TOO_MUCH)),
        memory("memory-beyond-a-slot", 20_000, Refused("memory")),
        memory("memory-of-4-gib", 65_536, Refused("memory")),
        case(
            "memories-in-one-module",
            &[("fields", &"(memory 1)".repeat(10))],
            Refused("memories"),
        ),
        parts("many-memories", 12, "(memory 100)", BreaksAtStart(OutOfMemory, TOO_MUCH)),
        parts(
            "grow-many-memories",
            12,
            &format!("(memory 1) {growing}"),
            BreaksAtStart(OutOfMemory, TOO_MUCH),
        ),
        parts(
            "grow-many-memories-and-carry-on",
            12,
            "(memory 1) (start $go) (func $go (drop (memory.grow (i32.const 15))))",
            Answers(3),
        ),
        parts("too-many-memories", 20, "(memory 1)", Refused("memories")),
        parts("too-many-parts", 100, "", Refused("instances")),
    ]
}

/// Attacks on tables, and on what else an instance holds.
fn tables() -> Vec<Hostile> {
    let fields = |name: &str, fields: &str, expected| case(name, &[("fields", fields)], expected);
    let growing = grow_or_abort("table.grow 0 (ref.null func) (i32.const 15000)");
    vec![
        case(
            "grow-one-table",
            &[
                ("fields", "(table 1 funcref)"),
                (
                    "decide",
                    "(loop $more (br_if $more (i32.ge_s
                        (table.grow 0 (ref.null func) (i32.const 1000)) (i32.const 0))))
                     (unreachable)",
                ),
            ],
            Traps(Aborted, "unreachable"),
        ),
        fields("tables-in-one-module", &"(table 1 funcref)".repeat(40), Refused("tables")),
        parts("many-tables", 50, "(table 19000 funcref)", BreaksAtStart(OutOfMemory, TOO_MUCH)),
        parts(
            "grow-many-tables",
            50,
            &format!("(table 1 funcref) {growing}"),
            BreaksAtStart(OutOfMemory, TOO_MUCH),
        ),
        fields("table-of-10-million", "(table 10000000 funcref)", Refused("table")),
        fields("table-beyond-address-space", "(table 0xffffffff funcref)", Refused("table")),
        fields(
            "many-globals",
            &"(global (mut v128) (v128.const i64x2 1 1))".repeat(200_000),
            Refused("instance size"),
        ),
    ]
}

/// Attacks on space.
pub(crate) fn cases() -> Vec<Hostile> {
    [memories(), tables()].concat()
}

#[test]
fn a_guest_that_wants_all_memory_gets_its_share_and_no_more() {
    Ordeal::new().undergo(&cases());
}
