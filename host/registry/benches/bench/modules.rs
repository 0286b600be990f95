//! Modules: what the benches upload.

use std::fmt::Write as _;

use assembly::built_in;
use sandbox::World;

#[path = "../../../../tests/hostile/template.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod template;

/// Settings of `threshold-hpa`.
pub(crate) const HPA: &str = r#"{"pods": "columns", "metrics": [{"type": "Resource", "resource":
    {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#;

/// A built-in policy, as a core module with an embedded world.
pub(crate) fn policy(name: &str) -> Vec<u8> {
    let found = built_in().iter().find(|one| one.world == World::Policy && one.name == name);
    found.unwrap_or_else(|| panic!("no policy `{name}`")).bytes.to_owned()
}

/// A policy of `bytes` bytes: a small one, and functions of the kind that such modules are full of,
/// half of them about numbers and half about bytes.
pub(crate) fn policy_of(bytes: usize) -> Vec<u8> {
    let (mut functions, mut module) = (String::new(), template::policy(&[]));
    let mut count = 0;
    while module.len() < bytes {
        // One function is near 300 bytes.
        for _ in 0..((bytes - module.len()) / 300).max(1) {
            function(&mut functions, count);
            count += 1;
        }
        module = template::policy(&[("exports", &functions)]);
    }
    module
}

/// Hashes a run of bytes, sums and sorts a column, and picks one of several ways by the outcome.
fn function(text: &mut String, number: u32) {
    let (prime, seed) = (0x0100_0193 + 2 * number, 0x811c_9dc5_u32 ^ number);
    let call = match number {
        0 => "(i32.const 1)".to_owned(),
        _ => format!("(call $ballast{} (local.get $from) (local.get $rows))", number / 2),
    };
    write!(
        text,
        r#"(func $ballast{number} (export "ballast{number}") (param $from i32) (param $rows i32)
  (result i32) (local $row i32) (local $other i32) (local $hash i32)
  (local $sum f64) (local $here f64) (local $least f64)
  (local.set $hash (i32.const {seed}))
  (local.set $least (f64.const {number}.5))
  (block $done (loop $each
    (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
    (local.set $hash (i32.mul (i32.const {prime}) (i32.xor (local.get $hash)
      (i32.load8_u (i32.add (local.get $from) (local.get $row))))))
    (local.set $here
      (f64.load offset=8 (i32.add (local.get $from) (i32.shl (local.get $row) (i32.const 3)))))
    (if (f64.eq (local.get $here) (local.get $here)) (then
      (local.set $sum (f64.add (local.get $sum) (f64.mul (local.get $here) (f64.const 0.{number}))))
      (local.set $least (f64.min (local.get $least) (local.get $here))))
    (else (local.set $other (local.get $row))
      (loop $down (if (i32.gt_s (local.get $other) (i32.const 0)) (then
        (f64.store (i32.add (local.get $from) (i32.shl (local.get $other) (i32.const 3)))
          (f64.load (i32.add (local.get $from)
            (i32.shl (i32.sub (local.get $other) (i32.const 1)) (i32.const 3)))))
        (local.set $other (i32.sub (local.get $other) (i32.const 1)))
        (br $down))))))
    (local.set $row (i32.add (local.get $row) (i32.const 1)))
    (br $each)))
  (block $third (block $second (block $first
    (br_table $first $second $third (i32.and (local.get $hash) (i32.const 3))))
    (return (i32.trunc_sat_f64_s (f64.div (local.get $sum) (f64.convert_i32_u (local.get $rows))))))
    (return (i32.rem_u (local.get $hash) (i32.add (i32.const {number}) (local.get $rows)))))
  (select (local.get $hash) {call} (f64.lt (local.get $least) (f64.sqrt (local.get $sum)))))
"#
    )
    .unwrap();
}
