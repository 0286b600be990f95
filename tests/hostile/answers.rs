//! Answers: what can be said and cannot be meant.

use super::case::Expected::{AnswerRefused, Answers};
use super::case::{Expected, Hostile, case};
use super::ordeal::Ordeal;

/// Attacks by answers.
pub(crate) fn cases() -> Vec<Hostile> {
    let said = |name: &str, replicas: &str, expected: Expected| {
        case(name, &[("decide", &format!("(call $answer-with (f64.const {replicas}))"))], expected)
    };
    // Replaces the list at a place, and says what targets are set.
    let told =
        |name: &str, targets: u32, place: u32, length: u32, value: &str, words: &'static str| {
            let decide = format!(
                "(drop (call $answer (local.get $rows)))
             (i32.store8 (i32.const 4096) (i32.const {targets}))
             (f64.store (i32.const 20480) (f64.const {value}))
             (call $list (i32.const {place}) (i32.const 20480) (i32.const {length}))
             (i32.const 512)"
            );
            case(name, &[("decide", &decide)], AnswerRefused(words))
        };
    vec![
        said("replicas-nan", "nan", AnswerRefused("not a number")),
        said("replicas-signalling-nan", "nan:0x4000000000000", AnswerRefused("not a number")),
        said("replicas-infinite", "inf", AnswerRefused("infinite")),
        said("replicas-minus-infinite", "-inf", AnswerRefused("infinite")),
        said("replicas-minus-zero", "-0", AnswerRefused("negative")),
        said("replicas-negative", "-1", AnswerRefused("negative")),
        said("replicas-fraction", "0.5", AnswerRefused("not a whole number")),
        said("replicas-subnormal", "5e-324", AnswerRefused("not a whole number")),
        said("replicas-huge", "1e300", AnswerRefused("absurd")),
        said("replicas-beyond-u32", "4294967299", AnswerRefused("absurd")),
        told("replicas-missing", 1, 532, 0, "0", "not a number"),
        told("replicas-two-for-one", 1, 532, 2, "0", "2 recommendations for 1"),
        told("targets-none", 1, 516, 0, "0", "0 recommendations for 1"),
        told("targets-unknown", 17, 532, 1, "3", "target"),
        told("reasons-none", 1, 524, 0, "0", "0 recommendations for 1"),
        told("reasons-unknown", 1, 524, 1, "-1e300", "not one of the 1"),
        told("cpu-zero", 2, 540, 1, "0", "zero"),
        told("cpu-nan", 2, 540, 1, "nan", "not a number"),
        told("cpu-too-many", 2, 540, 3, "1", "3 recommendations for 1"),
        told("memory-minus-zero", 4, 548, 1, "-0", "negative"),
        told("memory-huge", 4, 548, 1, "1e18", "absurd"),
        told("buffer-infinite", 8, 556, 1, "-inf", "infinite"),
        said("replicas-none", "0", Answers(0)),
    ]
}

#[test]
fn what_cannot_be_meant_is_refused_and_no_trap() {
    Ordeal::new().undergo(&cases());
}
