//! Rewards: reward functions with one fault each.

use serde_json::Value;
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::broken;
use crate::hostile::template::WIT;
use crate::program::Regatta;

/// A reward function in WebAssembly text that gives a half for every row and promises 0 to 1. What
/// stands in pointed brackets is replaced.
const SKELETON: &str = r#"(module
  (memory (export "memory") 4)
  (global $next (mut i32) (i32.const 65536))
  (global $turns (mut i32) (i32.const 0))
  (data (i32.const 16) "half-a-loaf")
  (data (i32.const 32) "1.0.0")
  (data (i32.const 48) "{}")
  (data (i32.const 128) "\10\00\00\00\0b\00\00\00" "\20\00\00\00\05\00\00\00" "<stateful>\00\00\00"
    "\30\00\00\00\02\00\00\00")
  (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
    (local $place i32)
    (local.set $place (i32.and
      (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $next (i32.add (local.get $place) (local.get $size)))
    (block $enough
      (br_if $enough (i32.le_u (global.get $next) (i32.shl (memory.size) (i32.const 16))))
      (br_if $enough (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))
      (unreachable))
    (local.get $place))
  (func (export "describe") (result i32) (i32.const 128))
  (func (export "validate-settings") (param i32 i32) (result i32) (i32.const 256))
  (func (export "init") (param i32 i32) (result i32)
    (f64.store (i32.const 400) (f64.const 0))
    (f64.store (i32.const 408) (f64.const 1))
    (i32.const 384))
  (func (export "score") (param $now i64) (param $tick i64) (param $workloads i32) (param $rows i32)
    (param i32 i32) (param i32 i32) (param i32 i32) (result i32) (local $row i32)
    (global.set $turns (i32.add (global.get $turns) (i32.const 1)))
    (block $done (loop $each
      (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
      (f64.store (i32.add (i32.const 8192) (i32.shl (local.get $row) (i32.const 3))) <reward>)
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br $each)))
    (i32.store8 (i32.const 512) (i32.const 0))
    (i32.store (i32.const 516) (i32.const 8192))
    (i32.store (i32.const 520) <length>)
    (global.set $next (i32.const 65536))
    (i32.const 512))
  (func (export "forget") (param i32 i32) <forget>)
  (func (export "snapshot") (param i32 i32) (result i32) (i32.const 256))
  (func (export "restore") (param i32 i32) (result i32) <restore>))"#;

/// The usual pieces.
const PIECES: [(&str, &str); 5] = [
    ("<stateful>", "\\00"),
    ("<reward>", "(f64.const 0.5)"),
    ("<length>", "(local.get $rows)"),
    ("<forget>", ""),
    ("<restore>", "(i32.const 256)"),
];

fn reward(replaced: &[(&str, &str)]) -> Vec<u8> {
    let pieces = replaced.iter().chain(&PIECES);
    let text = pieces.fold(SKELETON.to_owned(), |text, (piece, with)| text.replace(piece, with));
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut resolve = Resolve::default();
    let package = resolve.push_source("policy.wit", WIT).unwrap();
    let world = resolve.select_world(&[package], Some("reward")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

fn checked(replaced: &[(&str, &str)]) -> (Option<i32>, Value) {
    let regatta = Regatta::new();
    regatta.write("reward.wasm", reward(replaced));
    let ended = regatta.run(&["reward", "check", "reward.wasm", "--json"]);
    (ended.code, serde_json::from_str(&ended.stdout).unwrap())
}

#[track_caller]
fn check(replaced: &[(&str, &str)], item: &str, words: &str) {
    let (code, told) = checked(replaced);
    let found = broken(&told);
    let seen = found.iter().find(|(broken, _)| *broken == item);
    let Some((_, seen)) = seen else { panic!("{item} is not among {found:?}: {told:#}") };
    assert!(seen.contains(words), "{item}: {seen}");
    assert_eq!(code, Some(4));
}

#[test]
fn a_reward_function_is_held_to_what_it_promises() {
    let (code, told) = checked(&[]);
    assert_eq!((code, broken(&told)), (Some(0), Vec::new()), "{told:#}");
    let counted = "(f64.div (f64.const 1) (f64.convert_i32_u (global.get $turns)))";
    check(&[("<reward>", counted)], "stateless", "a new one");
    check(&[("<reward>", counted), ("<stateful>", "\\01")], "snapshot", "restored");
    check(&[("<stateful>", "\\01")], "garbage", "without complaint");
    check(&[("<restore>", "(unreachable)")], "garbage", "aborted");
    check(&[("<forget>", "(unreachable)")], "forget", "aborted");
    let alone = |reward: &str| {
        format!(
            "(if (result f64) (i32.eq (local.get $rows) (i32.const 2)) (then {reward})
               (else (f64.const 0.5)))"
        )
    };
    check(&[("<reward>", &alone("(f64.const 1.5)"))], "answers", "outside of the promised");
    check(&[("<reward>", &alone("(f64.const nan)"))], "answers", "outside of the promised");
    check(&[("<reward>", &alone("(unreachable)"))], "traps", "zero replicas");
    let short = "(select (i32.const 1) (local.get $rows)
                   (i32.eq (local.get $rows) (i32.const 2)))";
    check(&[("<length>", short)], "answers", "1 rewards for 2");
}

#[test]
fn a_reward_function_that_fails_at_once_is_refused_at_its_trial() {
    let (code, told) = checked(&[("<reward>", "(f64.const 7)")]);
    assert_eq!((code, &told["stage"]), (Some(4), &"trial".into()), "{told:#}");
    let regatta = Regatta::new();
    regatta.write("reward.wasm", reward(&[]));
    let told = regatta.succeed(&["reward", "bench", "reward.wasm", "--rows", "1,4"]);
    assert!(told.contains("× overprovision"), "{told}");
}
