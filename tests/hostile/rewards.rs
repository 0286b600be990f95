//! Rewards in WebAssembly text, of which a test says how they score.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::template::WIT;

/// A reward component with this body of `score`, which may call `$answer` with the same number for all rows and
/// read `$tick` and `$rows`.
pub(crate) fn reward(score: &str) -> Vec<u8> {
    let text = SKELETON.replace("<score>", score);
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut resolve = Resolve::default();
    let package = resolve.push_source("policy.wit", WIT).expect("the interface parses");
    let world = resolve.select_world(&[package], Some("reward")).expect("it has that world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("it can be embedded");
    let mut encoder = ComponentEncoder::default();
    encoder.module(&module).expect("it embeds its world").encode().expect("it fits its world")
}

/// It reads no columns and promises a number from 0 to 1. What lies at 256 is every empty list and `ok`.
const SKELETON: &str = r#"(module
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 65536))
  (data (i32.const 16) "odd")
  (data (i32.const 32) "1.0.0")
  (data (i32.const 48) "{}")
  ;; The description: name, version, stateful, schema.
  (data (i32.const 128) "\10\00\00\00\03\00\00\00" "\20\00\00\00\05\00\00\00" "\00\00\00\00"
    "\30\00\00\00\02\00\00\00")
  ;; The terms: ok, no columns, 0, 1.
  (data (i32.const 192) "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00"
    "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\f0\3f")

  (func $answer (param $rows i32) (param $number f64) (result i32) (local $row i32)
    (block $done (loop $each
      (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
      (f64.store (i32.add (i32.const 4096) (i32.shl (local.get $row) (i32.const 3)))
        (local.get $number))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br $each)))
    (i32.store8 (i32.const 512) (i32.const 0))
    (i32.store (i32.const 516) (i32.const 4096))
    (i32.store (i32.const 520) (local.get $rows))
    (global.set $next (i32.const 65536))
    (i32.const 512))

  (func (export "describe") (result i32) (i32.const 128))
  (func (export "validate-settings") (param i32 i32) (result i32) (i32.const 256))
  (func (export "init") (param i32 i32) (result i32) (i32.const 192))
  (func (export "score") (param $now i64) (param $tick i64) (param $workloads i32) (param $rows i32)
    (param $before i32) (param $before-count i32) (param $after i32) (param $after-count i32)
    (param $actions i32) (param $actions-count i32) (result i32) <score>)
  (func (export "forget") (param i32 i32))
  (func (export "snapshot") (param i32 i32) (result i32) (i32.const 256))
  (func (export "restore") (param i32 i32) (result i32) (i32.const 256))
  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32)
    (param $size i32) (result i32) (local $place i32)
    (local.set $place (i32.and
      (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $next (i32.add (local.get $place) (local.get $size)))
    (local.get $place)))"#;
