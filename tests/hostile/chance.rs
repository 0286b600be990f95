//! Chance: guests that look for something that is not the same every time.

use sandbox::{Component, LoadError, PolicyComponent};
use scaling::{Answer, Policy};

use super::case::Expected::Answers;
use super::case::{Hostile, case};
use super::ordeal::{Ordeal, limits};
use crate::scene::{batch, tick};

/// Counts the values of which the bits are not those of the canonical NaN.
fn odd_bits() -> String {
    const NAN: &str = "0x7ff8000000000000";
    // Operands that the compiler cannot know; their payload and sign must not come through.
    let quiet = "(f64.reinterpret_i64 (i64.or (i64.const 0xfff8000000000bad) (local.get $now)))";
    let zero = "(f64.convert_i64_s (local.get $now))";
    let minus_one = format!("(f64.sub {zero} (f64.const 1))");
    let single = "(f32.reinterpret_i32 (i32.or (i32.const 0xffc00bad) (local.get $explore)))";
    let pair = format!("(f64x2.splat {quiet})");
    [
        format!("(f64.div {zero} {zero})"),
        format!("(f64.sqrt {minus_one})"),
        format!("(f64.sub (f64.div (f64.const 1) {zero}) (f64.div (f64.const 1) {zero}))"),
        format!("(f64.add {quiet} (f64.const 1))"),
        format!("(f64.min {quiet} (f64.const 1))"),
        format!("(f64.nearest {quiet})"),
        format!("(f64.promote_f32 (f32.add {single} (f32.const 1)))"),
        format!("(f64.promote_f32 {single})"),
        format!("(f64x2.extract_lane 1 (f64x2.div (f64x2.splat {zero}) (f64x2.splat {zero})))"),
        format!("(f64x2.extract_lane 0 (f64x2.mul {pair} {pair}))"),
    ]
    .iter()
    .map(|value| format!("(i64.ne (i64.reinterpret_f64 {value}) (i64.const {NAN}))"))
    .reduce(|sum, odd| format!("(i32.add {sum} {odd})"))
    .expect("there are some")
}

/// Attacks on replay.
pub(crate) fn cases() -> Vec<Hostile> {
    let count_pages = "(local $pages i32)
        (loop $more
            (local.set $pages (i32.add (local.get $pages) (i32.const 1)))
            (br_if $more (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
        (call $answer-with (f64.convert_i32_u (local.get $pages)))";
    let count_elements = "(local $elements i32)
        (loop $more
            (local.set $elements (i32.add (local.get $elements) (i32.const 1)))
            (br_if $more (i32.ge_s
                (table.grow 0 (ref.null func) (i32.const 1000)) (i32.const 0))))
        (call $answer-with (f64.convert_i32_u (local.get $elements)))";
    vec![
        case(
            "nan-bits",
            &[("decide", &format!("(call $answer-with (f64.convert_i32_u {}))", odd_bits()))],
            Answers(0),
        ),
        // 8 MiB are 128 pages, of which the attack begins with two; the attempt that fails counts too.
        case("grow-until-it-fails", &[("decide", count_pages)], Answers(126)),
        case(
            "grow-a-table-until-it-fails",
            &[("fields", "(table 0 funcref)"), ("decide", count_elements)],
            Answers(101),
        ),
        case(
            "count-calls",
            &[
                ("fields", "(global $calls (mut f64) (f64.const 0))"),
                (
                    "decide",
                    "(global.set $calls (f64.add (global.get $calls) (f64.const 1)))
                     (call $answer-with (global.get $calls))",
                ),
            ],
            Answers(1),
        ),
    ]
}

#[test]
fn nothing_that_a_guest_can_look_at_differs_from_time_to_time() {
    let mut ordeal = Ordeal::new();
    for _ in 0..3 {
        ordeal.undergo(&cases());
    }
}

/// What an instance says in three ticks, and what it used for that.
fn replay(component: &PolicyComponent) -> Result<(Vec<Answer>, String), LoadError> {
    let mut policy = component.instantiate("{}", 0)?;
    let observations = tick(&[1.0, 2.0, 3.0]);
    let answers =
        (0..3).flat_map(|_| policy.recommend(&batch(&observations, &[0, 1, 2])).answers).collect();
    let lines = policy.take_log();
    Ok((answers, format!("{:?} {lines:?}", policy.usage())))
}

#[test]
fn every_attack_ends_in_the_same_way_twice() {
    let ordeal = Ordeal::new();
    for hostile in super::corpus() {
        if let Ok(Component::Policy(component)) = ordeal.sandbox.load(&hostile.bytes, &limits()) {
            // In debug form, because a NaN in an answer equals nothing.
            let [once, again] = [(); 2].map(|()| format!("{:?}", replay(&component)));
            assert_eq!(once, again, "{}", hostile.name);
        }
    }
}
