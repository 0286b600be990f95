//! Features: proposals of WebAssembly that are switched off.

use super::case::Expected::{Answers, Refused};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;

/// Attacks by what no guest may use, and what it may.
pub(crate) fn cases() -> Vec<Hostile> {
    let fields = |name: &str, fields: &str, words: &'static str| {
        case(name, &[("fields", fields)], Refused(words))
    };
    let function = |body: &str| format!("(func (export \"extra\") {body})");
    vec![
        fields(
            "relaxed-simd",
            &function(
                "(result v128) (f32x4.relaxed_madd (v128.const i64x2 1 1) (v128.const i64x2 1 1) (v128.const i64x2 1 1))",
            ),
            "relaxed SIMD",
        ),
        fields("shared-memory", "(memory 1 1 shared)", "thread"),
        fields("atomics", &function("(result i32) (i32.atomic.load (i32.const 0))"), "thread"),
        fields("memory64", "(memory i64 1)", "memory64"),
        fields("table64", "(table i64 1 funcref)", "memory64"),
        fields("gc-types", "(type $pair (struct (field i32) (field i32)))", "gc"),
        fields(
            "gc-arrays",
            "(type $bytes (array (mut i8))) (global (ref null $bytes) (ref.null $bytes))",
            "gc",
        ),
        fields("references-to-the-host", "(table 1 externref)", "gc"),
        // Go's compiler needs them.
        case(
            "typed-references-are-allowed",
            &[("fields", "(type $f (func)) (func (export \"extra\") (param (ref null $f)))")],
            Answers(3),
        ),
        fields(
            "exceptions",
            "(tag $broken (param i32)) (func (export \"extra\") (throw $broken (i32.const 1)))",
            "exceptions",
        ),
        fields("stack-switching", "(type $f (func)) (type $c (cont $f))", "stack"),
        fields(
            "wide-arithmetic",
            &function("(result i64 i64) (i64.mul_wide_u (i64.const 1) (i64.const 1))"),
            "wide",
        ),
        fields("small-pages", "(memory 1 (pagesize 1))", "page"),
        case(
            "tail-calls-and-simd-are-allowed",
            &[
                (
                    "fields",
                    "(func $lane (result i32) (i32x4.extract_lane 0 (v128.const i32x4 3 3 3 3)))
                (func $tail (result i32) (return_call $lane))",
                ),
                ("decide", "(call $answer-with (f64.convert_i32_u (call $tail)))"),
            ],
            Answers(3),
        ),
    ]
}

#[test]
fn what_is_switched_off_is_refused_by_name() {
    Ordeal::new().undergo(&cases());
}
