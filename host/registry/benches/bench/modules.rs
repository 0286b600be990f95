//! Modules: what the benches upload.

#![allow(dead_code, reason = "each bench uses a part of it")]

use std::fmt::Write as _;

use assembly::built_in;
use sandbox::World;

#[path = "../../../../tests/hostile/template.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod template;

/// Settings of `threshold-hpa`.
pub(crate) const HPA: &str = r#"{"pods": "columns", "metrics": [{"type": "Resource", "resource":
    {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#;

/// Constants of ten bytes for which the template has room.
const MOST_CONSTANTS: usize = 2400;

/// A built-in policy, as a core module with an embedded world.
pub(crate) fn policy(name: &str) -> Vec<u8> {
    let found = built_in().iter().find(|one| one.world == World::Policy && one.name == name);
    found.unwrap_or_else(|| panic!("no policy `{name}`")).bytes.to_owned()
}

/// A policy of `bytes` bytes: a small one, and constants and functions of the kind that such modules
/// are full of, a fifth of it constants. A byte of it takes the compiler as long as a byte of the
/// built-in policies does.
pub(crate) fn policy_of(bytes: usize) -> Vec<u8> {
    let constants = "[0.25,17] ".repeat((bytes / 50).min(MOST_CONSTANTS));
    let mut functions = format!("(data (i32.const {}) {constants:?})\n", template::TEXT);
    let mut module = template::policy(&[("exports", &functions)]);
    let mut count = 0;
    while module.len() < bytes {
        // They are near 300 bytes each.
        for _ in 0..((bytes - module.len()) / 300).max(1) {
            match count % 8 {
                0 => sort(&mut functions, count),
                _ => read(&mut functions, count),
            }
            count += 1;
        }
        module = template::policy(&[("exports", &functions)]);
    }
    module
}

/// Reads decimal numbers from a text, hashes what is around them, and writes records about both.
fn read(text: &mut String, number: u32) {
    let (prime, seed) = (0x0100_0193 + 2 * number, 0x811c_9dc5_u32 ^ number);
    let earlier = number.saturating_sub(1 + number % 5);
    write!(
        text,
        r#"(func $f{number} (param $from i32) (param $to i32) (param $out i32) (result i32)
  (local $byte i32) (local $value i32) (local $hash i32) (local $count i32)
  (local.set $hash (i32.const {seed}))
  (block $done (loop $each
    (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
    (local.set $byte (i32.load8_u (local.get $from)))
    (local.set $from (i32.add (local.get $from) (i32.const 1)))
    (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 48)) (i32.const 10)) (then
      (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10))
        (i32.sub (local.get $byte) (i32.const 48))))
      (br $each)))
    (local.set $hash
      (i32.mul (i32.xor (local.get $hash) (local.get $byte)) (i32.const {prime})))
    (block $other (block $list (block $text (block $sign
      (br_table $sign $other $text $list $other $text $other
        (i32.sub (local.get $byte) (i32.const {first}))))
      (local.set $value (i32.sub (i32.const 0) (local.get $value)))
      (br $each))
      (drop (call $allocate (i32.const 4) (i32.add (local.get $value) (i32.const {number}))))
      (br $other))
      (drop (call $f{earlier} (local.get $from) (local.get $to) (local.get $out))))
    (i32.store offset={offset} (local.get $out) (local.get $value))
    (i32.store offset={next} (local.get $out) (local.get $hash))
    (i64.store offset=24 (local.get $out)
      (i64.or (i64.extend_i32_u (local.get $count)) (i64.load offset=32 (local.get $out))))
    (local.set $out (i32.add (local.get $out) (i32.const 40)))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (local.set $value (i32.const 0))
    (br $each)))
  (local.get $count))
"#,
        first = 40 + number % 8,
        offset = 4 * (number % 3),
        next = 12 + 4 * (number % 3),
    )
    .unwrap();
}

/// Sums a column of numbers and sorts it by insertion.
fn sort(text: &mut String, number: u32) {
    write!(
        text,
        r#"(func $f{number} (param $from i32) (param $to i32) (param $out i32) (result i32)
  (local $row i32) (local $other i32) (local $sum f64) (local $here f64)
  (local.set $row (local.get $from))
  (block $done (loop $each
    (br_if $done (i32.ge_u (local.get $row) (local.get $to)))
    (local.set $here (f64.load (local.get $row)))
    (local.set $sum (f64.add (local.get $sum) (f64.mul (local.get $here) (f64.const 0.{number}))))
    (local.set $other (local.get $row))
    (block $placed (loop $down
      (br_if $placed (i32.le_u (local.get $other) (local.get $from)))
      (br_if $placed (f64.le
        (f64.load (i32.sub (local.get $other) (i32.const 8))) (local.get $here)))
      (f64.store (local.get $other) (f64.load (i32.sub (local.get $other) (i32.const 8))))
      (local.set $other (i32.sub (local.get $other) (i32.const 8)))
      (br $down)))
    (f64.store (local.get $other) (local.get $here))
    (local.set $row (i32.add (local.get $row) (i32.const 8)))
    (br $each)))
  (f64.store offset=8 (local.get $out) (local.get $sum))
  (i32.trunc_sat_f64_s (local.get $sum)))
"#
    )
    .unwrap();
}
