//! Logs: the one import, misused.

use sandbox::TrapKind::{InvalidAnswer, OutOfFuel, TooMuchData};

use super::case::Expected::{Answers, Traps};
use super::case::{Hostile, case};
use super::ordeal::{Ordeal, answer};

/// A policy that logs so many times before it answers.
fn writing(
    name: &str,
    times: u32,
    level: u32,
    pointer: u32,
    length: u32,
    expected: super::case::Expected,
) -> Hostile {
    let decide = format!(
        "(local $times i32)
         (loop $more
            (call $log (i32.const {level}) (i32.const {pointer}) (i32.const {length}))
            (local.set $times (i32.add (local.get $times) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $times) (i32.const {times}))))
         (call $answer (local.get $rows))"
    );
    let memory = r#"(memory (export "memory") 64)
        (data (i32.const 1024) "\1b[2Jgone\0aforged\0d\c2\85\e2\80\ae")"#;
    case(name, &[("memory", memory), ("decide", &decide)], expected)
}

/// Attacks by the log.
pub(crate) fn cases() -> Vec<Hostile> {
    vec![
        writing("log-flood", 100_000, 1, 16, 7, Answers(3)),
        writing("log-oversized", 1, 1, 4096, 1 << 19, Answers(3)),
        // Each line for itself may be copied; all of them together cost more fuel than there is.
        writing(
            "log-of-long-lines",
            1_000_000,
            1,
            4096,
            1 << 19,
            Traps(OutOfFuel, "used up its fuel"),
        ),
        writing("log-moves-the-cursor", 3, 3, 1024, 23, Answers(3)),
        writing("log-of-no-level", 1, 4, 16, 7, Traps(InvalidAnswer, "discriminant")),
        writing("log-out-of-bounds", 1, 1, 0xffff_0000, 7, Traps(InvalidAnswer, "out of bounds")),
        writing("log-of-4-gib", 1, 1, 0, u32::MAX, Traps(InvalidAnswer, "out of bounds")),
        writing("log-not-utf8", 1, 1, 1043, 2, Traps(InvalidAnswer, "utf-8")),
        writing("log-over-the-copied-bytes", 1, 1, 0, 2 << 20, Traps(TooMuchData, "too much data")),
    ]
}

#[test]
fn the_log_takes_what_it_may_and_no_more() {
    Ordeal::new().undergo(&cases());
}

#[test]
fn what_is_kept_of_a_flood_is_little_and_safe_to_print() {
    let ordeal = Ordeal::new();
    for (name, lines, dropped) in
        [("log-flood", 64, 100_000 - 64), ("log-moves-the-cursor", 3, 0), ("log-oversized", 1, 0)]
    {
        let hostile = cases().into_iter().find(|hostile| hostile.name == name).unwrap();
        let mut policy = ordeal.start(&hostile.bytes).unwrap();
        answer(&mut policy, &hostile.expected).unwrap();
        let kept = policy.take_log();
        assert_eq!((kept.len(), policy.usage().dropped_log_lines), (lines, dropped), "{name}");
        for line in kept {
            assert!(!line.message.contains(char::is_control), "{name}: {:?}", line.message);
            assert!(!line.message.contains('\u{202e}'), "{name}: {:?}", line.message);
            assert!(line.message.len() <= 8 << 10, "{name}: {} bytes", line.message.len());
        }
    }
}
