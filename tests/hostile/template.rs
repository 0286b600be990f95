//! Template: a small policy in WebAssembly text, of which an attack replaces one piece.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The interface as the host speaks it.
pub(crate) const WIT: &str = include_str!("../../wit/policy.wit");

/// The pieces of the module and what they are in a well-behaved policy: it asks for no columns, keeps
/// no state and wants three replicas for every row of a batch of at most 64. A region of zeroes at 256
/// serves as every empty list and every `ok`.
const PIECES: [(&str, &str); 14] = [
    (
        "import-log",
        r#"(import "regatta:policy/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#,
    ),
    ("fields", ""),
    ("memory", r#"(memory (export "memory") 2)"#),
    ("describe", "(i32.const 128)"),
    ("validate-settings", "(i32.const 256)"),
    ("init", "(i32.const 256)"),
    ("decide", "(call $answer (local.get $rows))"),
    ("learn", "(i32.const 256)"),
    ("forget", ""),
    ("snapshot", "(i32.const 256)"),
    ("restore", "(i32.const 256)"),
    ("realloc", "(call $allocate (local.get $align) (local.get $size))"),
    ("post-decide", ""),
    ("exports", ""),
];

/// Where a text of an attack may stand: above what the template uses, below what it allocates.
pub(crate) const TEXT: u32 = 40_960;

/// What replaces which piece; the names are those of [`PIECES`].
pub(crate) type Replaced<'a> = &'a [(&'a str, &'a str)];

/// A core module that embeds our interface.
pub(crate) fn policy(replaced: Replaced<'_>) -> Vec<u8> {
    policy_of(WIT, StringEncoding::UTF8, replaced)
}

/// A core module that embeds the world `policy` of some interface.
pub(crate) fn policy_of(wit: &str, encoding: StringEncoding, replaced: Replaced<'_>) -> Vec<u8> {
    let text = text(replaced);
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut resolve = Resolve::default();
    let package = resolve.push_source("policy.wit", wit).expect("the interface parses");
    let world = resolve.select_world(&[package], Some("policy")).expect("it has that world");
    embed_component_metadata(&mut module, &resolve, world, encoding).expect("it can be embedded");
    module
}

/// A module made into a component, without asking whether it is valid.
pub(crate) fn component(module: &[u8]) -> Vec<u8> {
    let mut encoder = ComponentEncoder::default();
    let encoder = encoder.module(module).expect("it embeds its world");
    encoder.validate(false).encode().expect("it fits its world")
}

/// A component with more sections after its own: those of another component, which refers to nothing
/// outside of itself.
pub(crate) fn component_with(sections: &str) -> Vec<u8> {
    let mut bytes = component(&policy(&[]));
    let more = wat::parse_str(format!("(component {sections})")).expect("the sections parse");
    bytes.extend_from_slice(&more[8..]);
    bytes
}

fn text(replaced: Replaced<'_>) -> String {
    for (name, _) in replaced {
        assert!(PIECES.iter().any(|(piece, _)| piece == name), "no piece `{name}`");
    }
    PIECES.iter().fold(SKELETON.to_owned(), |text, (name, usual)| {
        let replacement = replaced.iter().find(|(other, _)| other == name);
        text.replace(&format!("<{name}>"), replacement.map_or(usual, |(_, instead)| instead))
    })
}

const SKELETON: &str = r#"(module
  <import-log>
  <fields>
  <memory>
  (global $next (mut i32) (i32.const 65536))
  (data (i32.const 16) "hostile")
  (data (i32.const 32) "1.0.0")
  (data (i32.const 48) "{}")
  (data (i32.const 64) "as-told")
  ;; The description: name, version, scope and stateful, schema, reasons.
  (data (i32.const 128) "\10\00\00\00\07\00\00\00" "\20\00\00\00\05\00\00\00" "\00\00\00\00"
    "\30\00\00\00\02\00\00\00" "\a8\00\00\00\01\00\00\00")
  (data (i32.const 168) "\40\00\00\00\07\00\00\00")

  (func $allocate (param $align i32) (param $size i32) (result i32) (local $place i32)
    (local.set $place (i32.and
      (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $next (i32.add (local.get $place) (local.get $size)))
    (block $enough
      (br_if $enough (i32.le_u (global.get $next) (i32.shl (memory.size) (i32.const 16))))
      (br_if $enough (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))
      (unreachable))
    (local.get $place))

  ;; Builds the answer for so many rows at 512: one target, reason 0 and three replicas each.
  (func $answer (param $rows i32) (result i32) (local $row i32)
    (memory.fill (i32.const 4096) (i32.const 1) (local.get $rows))
    (memory.fill (i32.const 8192) (i32.const 0) (local.get $rows))
    (block $done (loop $each
      (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
      (f64.store
        (i32.add (i32.const 16384) (i32.shl (local.get $row) (i32.const 3))) (f64.const 3))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br $each)))
    (i32.store8 (i32.const 512) (i32.const 0))
    (call $list (i32.const 516) (i32.const 4096) (local.get $rows))
    (call $list (i32.const 524) (i32.const 8192) (local.get $rows))
    (call $list (i32.const 532) (i32.const 16384) (local.get $rows))
    (call $list (i32.const 540) (i32.const 0) (i32.const 0))
    (call $list (i32.const 548) (i32.const 0) (i32.const 0))
    (call $list (i32.const 556) (i32.const 0) (i32.const 0))
    (call $list (i32.const 564) (i32.const 0) (i32.const 0))
    ;; What the host lowered for this call is done with.
    (global.set $next (i32.const 65536))
    (i32.const 512))

  ;; Answers one row with so many replicas.
  (func $answer-with (param $replicas f64) (result i32)
    (drop (call $answer (i32.const 1)))
    (f64.store (i32.const 16384) (local.get $replicas))
    (i32.const 512))

  ;; Writes the pointer and the length of a list.
  (func $list (param $place i32) (param $pointer i32) (param $length i32)
    (i32.store (local.get $place) (local.get $pointer))
    (i32.store (i32.add (local.get $place) (i32.const 4)) (local.get $length)))

  (func $describe (export "describe") (result i32) <describe>)
  (func $validate-settings (export "validate-settings") (param $settings i32) (param $length i32)
    (result i32) <validate-settings>)
  (func $init (export "init") (param $settings i32) (param $length i32) (param $seed i64)
    (result i32) <init>)
  (func $decide (export "decide") (param $now i64) (param $tick i64)
    (param $workloads i32) (param $rows i32) (param $values i32) (param $count i32)
    (param $explore i32) (param $explain i32)
    (param $detailed i32) (param $details i32) (param $details-count i32)
    (result i32) <decide>)
  (func $learn (export "learn") (param $workloads i32) (param $rows i32)
    (param $before i32) (param $before-count i32) (param $after i32) (param $after-count i32)
    (param $actions i32) (param $actions-count i32) (param $rewards i32) (param $rewards-count i32)
    (param $terminated i32) (param $terminated-count i32)
    (param $truncated i32) (param $truncated-count i32)
    (result i32) <learn>)
  (func $forget (export "forget") (param $workloads i32) (param $count i32) <forget>)
  (func $snapshot (export "snapshot") (param $workloads i32) (param $count i32)
    (result i32) <snapshot>)
  (func $restore (export "restore") (param $snapshot i32) (param $length i32)
    (result i32) <restore>)
  (func $realloc (export "cabi_realloc") (param $old i32) (param $old-size i32)
    (param $align i32) (param $size i32) (result i32) <realloc>)
  (func (export "cabi_post_decide") (param $answer i32) <post-decide>)
  <exports>)"#;
