//! The stand-in as guests see it.

mod guest;

use guest::{FUEL, Guest, Run};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::{Output, is_wasi};

/// Runs a body with imports and data.
fn run(imports: &[(&str, &str, &str)], data: &str, body: &str) -> Run {
    Guest { imports, data, body }.run()
}

fn check(imports: &[(&str, &str, &str)], body: &str, expected: u64) {
    assert_eq!(run(imports, "", body).answer, Ok(expected), "{imports:?}");
}

fn check_error(imports: &[(&str, &str, &str)], body: &str, words: &str) {
    let error = run(imports, "", body).answer.expect_err(words);
    assert!(error.contains(words), "{error}");
}

const NOW: (&str, &str, &str) = ("clocks/monotonic-clock@0.2.6", "now", "(result i64)");
const RANDOM_BYTES: (&str, &str, &str) =
    ("random/random@0.2.6", "get-random-bytes", "(param i64 i32)");
const SLEEP: (&str, &str, &str) =
    ("clocks/monotonic-clock@0.2.6", "subscribe-duration", "(param i64) (result i32)");
const POLL: (&str, &str, &str) = ("io/poll@0.2.6", "poll", "(param i32 i32 i32)");
const STDERR: (&str, &str, &str) = ("cli/stderr@0.2.6", "get-stderr", "(result i32)");
const WRITE: (&str, &str, &str) =
    ("io/streams@0.2.6", "[method]output-stream.write", "(param i32 i32 i32 i32)");

#[test]
fn only_what_was_published_of_wasi_0_2_is_taken_care_of() {
    for (import, expected) in [
        ("wasi:cli/environment@0.2.0", true),
        ("wasi:sockets/tcp@0.2.12", true),
        ("wasi:cli/environment", false),
        ("wasi:cli/environment@0.2", false),
        ("wasi:cli/environment@0.2.", false),
        ("wasi:cli/environment@0.2.0-rc-2023-11-10", false),
        ("wasi:cli/environment@0.3.0", false),
        ("wasi:cli/environment@10.2.0", false),
        ("wasi:nn/tensor@0.2.0", false),
        ("wasi:cli@0.2.0", false),
        ("wasi_snapshot_preview1", false),
        ("evil:wasi:cli/environment@0.2.0", false),
        ("regatta:policy/log@0.1.0", false),
    ] {
        assert_eq!(is_wasi(import), expected, "{import}");
    }
}

#[test]
fn both_clocks_show_the_ticks_time_and_stand_still() {
    let wall = ("clocks/wall-clock@0.2.6", "now", "(param i32)");
    // Seconds, nanoseconds and twice the monotonic clock, from which what it should be is taken.
    let guest = Guest {
        imports: &[NOW, wall],
        data: "",
        body: "(call $f1 (i32.const 0))
            (i64.sub (call $f0) (call $f0))
            (i64.add (i64.mul (i64.load (i32.const 0)) (i64.const 1000000000)))
            (i64.add (i64.load32_u (i32.const 8)))",
    };
    for (now, shown) in [(0, 0), (-1, 0), (1_500_000_000, 1_500_000_000), (i64::MAX, i64::MAX)] {
        assert_eq!(guest.run_with(now, 0, FUEL).answer, Ok(shown as u64), "{now}");
    }
    let monotonic = Guest { imports: &[NOW], data: "", body: "(call $f0)" };
    assert_eq!(monotonic.run_with(42, 0, FUEL).answer, Ok(42));
    check(&[("clocks/monotonic-clock@0.2.6", "resolution", "(result i64)")], "(call $f0)", 1);
    let resolution = ("clocks/wall-clock@0.2.6", "resolution", "(param i32)");
    check(&[resolution], "(call $f0 (i32.const 0)) (i64.load32_u (i32.const 8))", 1);
}

#[test]
fn chance_comes_from_the_seed_alone() {
    let insecure = ("random/insecure@0.2.6", "get-insecure-random-bytes", "(param i64 i32)");
    let number = ("random/random@0.2.6", "get-random-u64", "(result i64)");
    let insecure_number = ("random/insecure@0.2.6", "get-insecure-random-u64", "(result i64)");
    let seed = ("random/insecure-seed@0.2.6", "insecure-seed", "(param i32)");
    let first_bytes = "(call $f0 (i64.const 16) (i32.const 0)) (i64.load (i32.load (i32.const 0)))";
    for (import, body) in [
        (RANDOM_BYTES, first_bytes),
        (insecure, first_bytes),
        (number, "(call $f0)"),
        (insecure_number, "(call $f0)"),
        (seed, "(call $f0 (i32.const 0)) (i64.load (i32.const 8))"),
        // One stream: what comes later differs from what came first.
        (number, "(call $f0) (i64.xor (call $f0))"),
    ] {
        let guest = Guest { imports: &[import], data: "", body };
        let draw = |seed| guest.run_with(0, seed, FUEL).answer.unwrap();
        assert_eq!(draw(7), draw(7), "{import:?}");
        assert_ne!(draw(7), draw(8), "{import:?}");
        assert_ne!(draw(7), 0, "{import:?}");
    }
}

#[test]
fn the_hosts_own_work_is_paid_in_fuel_and_bounded() {
    let body = "(call $f0 (i64.const 65536) (i32.const 0)) (i64.load32_u (i32.const 4))";
    let all = run(&[RANDOM_BYTES], "", body);
    assert_eq!(all.answer, Ok(65_536));
    assert!(FUEL - all.fuel_left > 1_000_000, "{}", all.fuel_left);
    let guest = Guest { imports: &[RANDOM_BYTES], data: "", body };
    let starved = guest.run_with(0, 0, 1_000_000);
    let error = starved.answer.unwrap_err();
    assert!(error.contains("all fuel consumed"), "{error}");
    assert_eq!(starved.fuel_left, 0);
    let words = "it passed 65537 to `wasi:random/random#get-random-bytes`, at most 65536";
    check_error(&[RANDOM_BYTES], "(call $f0 (i64.const 65537) (i32.const 0)) (i64.const 0)", words);
    let words = "it passed 18446744073709551615 to";
    check_error(&[RANDOM_BYTES], "(call $f0 (i64.const -1) (i32.const 0)) (i64.const 0)", words);
}

#[test]
fn what_is_printed_becomes_lines() {
    let stdout = ("cli/stdout@0.2.6", "get-stdout", "(result i32)");
    let write_and_flush = (
        "io/streams@0.2.6",
        "[method]output-stream.blocking-write-and-flush",
        "(param i32 i32 i32 i32)",
    );
    let flush = ("io/streams@0.2.6", "[method]output-stream.blocking-flush", "(param i32 i32)");
    let ran = run(
        &[stdout, write_and_flush, STDERR, WRITE, flush],
        "one\\1b\\ntwo\\nthr",
        "(call $f1 (call $f0) (i32.const 1024) (i32.const 12) (i32.const 0))
        (local.set $i (call $f2))
        (call $f3 (local.get $i) (i32.const 1029) (i32.const 2) (i32.const 0))
        (call $f4 (local.get $i) (i32.const 0))
        (call $f3 (local.get $i) (i32.const 1031) (i32.const 2) (i32.const 0))
        (i64.load8_u (i32.const 0))",
    );
    assert_eq!(ran.answer, Ok(0));
    let printed: Vec<(Output, &str)> =
        ran.printed.iter().map(|(output, line)| (*output, line.as_str())).collect();
    assert_eq!(
        printed,
        [
            (Output::Stdout, "one\u{1b}"),
            (Output::Stdout, "two"),
            (Output::Stderr, "two"),
            (Output::Stdout, "thr"),
        ]
    );
}

#[test]
fn a_write_is_no_longer_than_it_was_permitted() {
    let permitted = ("io/streams@0.2.6", "[method]output-stream.check-write", "(param i32 i32)");
    let body = "(call $f1 (call $f0) (i32.const 0)) (i64.load (i32.const 8))";
    check(&[STDERR, permitted], body, 4096);
    let body = "(call $f1 (call $f0) (i32.const 0) (i32.const 4097) (i32.const 0)) (i64.const 0)";
    check_error(
        &[STDERR, WRITE],
        body,
        "it passed 4097 to `wasi:io/streams#[method]output-stream.write`",
    );
}

#[test]
fn every_wait_is_over_at_once() {
    let block = ("io/poll@0.2.6", "[method]pollable.block", "(param i32)");
    let ready = ("io/poll@0.2.6", "[method]pollable.ready", "(param i32) (result i32)");
    let ran = run(
        &[SLEEP, block, ready, NOW],
        "",
        "(local.set $i (call $f0 (i64.const -1)))
        (call $f1 (local.get $i))
        (i64.add (call $f3) (i64.extend_i32_u (call $f2 (local.get $i))))",
    );
    assert_eq!(ran.answer, Ok(1));
    // Two handles, so two indexes: 0 and 1.
    let body = "(i32.store (i32.const 0) (call $f0 (i64.const -1)))
        (i32.store (i32.const 4) (call $f0 (i64.const 1)))
        (call $f1 (i32.const 0) (i32.const 2) (i32.const 8))
        (i64.add
            (i64.shl (i64.load32_u (i32.const 12)) (i64.const 8))
            (i64.load32_u (i32.add (i32.load (i32.const 8)) (i32.const 4))))";
    check(&[SLEEP, POLL], body, (2 << 8) + 1);
    let poll_of = |handles: u32| {
        format!("(call $f0 (i32.const 0) (i32.const {handles}) (i32.const 8)) (i64.const 0)")
    };
    check_error(&[POLL], &poll_of(0), "`wasi:io/poll#poll` with an empty list");
    check_error(&[POLL], &poll_of(1025), "it passed 1025 to `wasi:io/poll#poll`, at most 1024");
}

#[test]
fn handles_are_bounded_by_the_store() {
    let body = "(loop $again
            (drop (call $f0 (i64.const 0)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 1000))))
        (i64.const 0)";
    check_error(&[SLEEP], body, "limit");
}

#[test]
fn surroundings_are_empty() {
    let length = "(call $f0 (i32.const 0)) (i64.load32_u (i32.const 4))";
    // Filled beforehand, so that an answer of nothing is seen.
    let is_none = "(i32.store8 (i32.const 0) (i32.const 9))
        (call $f0 (i32.const 0)) (i64.load8_u (i32.const 0))";
    check(&[("cli/environment@0.2.6", "get-environment", "(param i32)")], length, 0);
    check(&[("cli/environment@0.2.6", "get-arguments", "(param i32)")], length, 0);
    check(&[("filesystem/preopens@0.2.6", "get-directories", "(param i32)")], length, 0);
    check(&[("cli/environment@0.2.6", "initial-cwd", "(param i32)")], is_none, 0);
    check(&[("cli/terminal-stdout@0.2.6", "get-terminal-stdout", "(param i32)")], is_none, 0);
    let stdin = ("cli/stdin@0.2.6", "get-stdin", "(result i32)");
    for function in ["read", "blocking-read", "skip", "blocking-skip"] {
        let method = format!("[method]input-stream.{function}");
        let read = ("io/streams@0.2.6", method.as_str(), "(param i32 i64 i32)");
        // An error at 0, and its case, closed, after it.
        let body = "(call $f1 (call $f0) (i64.const 10) (i32.const 0))
            (i64.load8_u (i32.const 0))
            (i64.add (i64.add (i64.load8_u (i32.const 4)) (i64.load8_u (i32.const 8))))";
        check(&[stdin, read], body, 2);
    }
}

#[test]
fn an_exit_is_named_with_its_status() {
    let exit = ("cli/exit@0.2.6", "exit", "(param i32)");
    let with_code = ("cli/exit@0.2.6", "exit-with-code", "(param i32)");
    check_error(&[exit], "(call $f0 (i32.const 0)) (i64.const 0)", "ended itself with status 0");
    check_error(&[exit], "(call $f0 (i32.const 1)) (i64.const 0)", "ended itself with status 1");
    check_error(&[with_code], "(call $f0 (i32.const 3)) (i64.const 0)", "with status 3");
}

#[test]
fn what_has_no_stand_in_traps_by_name_when_it_is_called_and_not_before() {
    let socket = ("sockets/tcp-create-socket@0.2.6", "create-tcp-socket", "(param i32 i32)");
    check(&[socket], "(i64.const 5)", 5);
    check_error(
        &[socket],
        "(call $f0 (i32.const 0) (i32.const 0)) (i64.const 0)",
        "it called `wasi:sockets/tcp-create-socket@0.2.6#create-tcp-socket`, which no guest gets",
    );
    let splice = ("io/streams@0.2.6", "[method]output-stream.splice", "(param i32 i32 i64 i32)");
    let stdin = ("cli/stdin@0.2.6", "get-stdin", "(result i32)");
    check_error(
        &[STDERR, stdin, splice],
        "(call $f2 (call $f0) (call $f1) (i64.const 1) (i32.const 0)) (i64.const 0)",
        "`wasi:io/streams@0.2.6#[method]output-stream.splice`",
    );
}

#[test]
fn a_long_name_is_cut_when_it_traps() {
    let name = "a".repeat(10_000);
    let text = format!(
        r#"(component
            (import "wasi:cli/run@0.2.0" (instance $imported (export "{name}" (func))))
            (core func $lowered (canon lower (func $imported "{name}")))
            (core module $code
                (import "" "f" (func $f))
                (func (export "run") (result i64) (call $f) (i64.const 0)))
            (core instance $instance
                (instantiate $code (with "" (instance (export "f" (func $lowered))))))
            (func (export "run") (result u64) (canon lift (core func $instance "run"))))"#
    );
    let error = guest::run(&wat::parse_str(text).unwrap(), 0, 0, FUEL).answer.unwrap_err();
    assert!(error.len() < 300 && error.contains("`wasi:cli/run@0.2.0#aaa"), "{error}");
}

/// Whether a component that imports these functions of the clock links, and if not why.
fn link(imports: &[(&str, &str)]) -> Result<(), String> {
    let import = |(version, result): &(&str, &str)| {
        format!(
            r#"(import "wasi:clocks/monotonic-clock@{version}" (instance
                (export "now" (func (result {result})))))"#
        )
    };
    let text: String = imports.iter().map(import).collect();
    let engine = Engine::default();
    let code = wat::parse_str(format!("(component {text})")).unwrap();
    let code = Component::from_binary(&engine, &code).unwrap();
    let mut linker = Linker::<guest::Host>::new(&engine);
    super::define(&mut linker, &code).unwrap();
    linker.instantiate_pre(&code).map(drop).map_err(|error| format!("{error:#}"))
}

#[test]
fn patches_of_one_interface_stand_side_by_side_and_another_type_does_not_link() {
    assert_eq!(link(&[("0.2.0", "u64"), ("0.2.6", "u64"), ("0.2.10", "u64")]), Ok(()));
    let error = link(&[("0.2.0", "u64"), ("0.2.6", "string")]).unwrap_err();
    assert!(error.contains("wasi:clocks/monotonic-clock@0.2.6"), "{error}");
    let error = link(&[("0.3.0", "u64")]).unwrap_err();
    assert!(error.contains("wasi:clocks/monotonic-clock@0.3.0"), "{error}");
}
