//! Descriptions: policies that lie about themselves or need too much.

use super::case::Expected::Refused;
use super::case::{Expected, Hostile, case};
use super::ordeal::Ordeal;
use super::template::TEXT;

/// Attacks by what a policy says about itself, what it needs, and how it complains.
pub(crate) fn cases() -> Vec<Hostile> {
    // This text takes the place of the one whose pointer is at this place.
    let text = |name: &str, place: u32, text: &str, length: u32, words: &'static str| {
        let describe = format!(
            "(call $list (i32.const {place}) (i32.const {TEXT}) (i32.const {length})) (i32.const 128)"
        );
        let fields = format!("(data (i32.const {TEXT}) \"{text}\")");
        case(
            name,
            &[
                ("memory", r#"(memory (export "memory") 20)"#),
                ("fields", &fields),
                ("describe", &describe),
            ],
            Refused(words),
        )
    };
    // Lists the same text so many times in a list of names of what it needs.
    let needs = |name: &str, place: u32, text: &str, bytes: u32, times: u32, expected: Expected| {
        let init = format!(
            "(local $each i32)
             (loop $more
                (call $list (i32.add (i32.const 131072) (i32.shl (local.get $each) (i32.const 3)))
                    (i32.const {TEXT}) (i32.const {bytes}))
                (local.set $each (i32.add (local.get $each) (i32.const 1)))
                (br_if $more (i32.lt_u (local.get $each) (i32.const {times}))))
             (call $list (i32.const {place}) (i32.const 131072) (i32.const {times}))
             (i32.const 1024)"
        );
        let fields = format!("(data (i32.const {TEXT}) \"{text}\")");
        case(
            name,
            &[("memory", r#"(memory (export "memory") 64)"#), ("fields", &fields), ("init", &init)],
            expected,
        )
    };
    let complaint = format!(
        "(i32.store8 (i32.const 1024) (i32.const 1))
        (call $list (i32.const 1032) (i32.const 2048) (i32.const 1))
        (call $list (i32.const 2048) (i32.const {TEXT}) (i32.const 11))
        (call $list (i32.const 2056) (i32.const {TEXT}) (i32.const 60000))
        (i32.const 1024)"
    );
    let moving = format!("(data (i32.const {TEXT}) \"\\1b[2J\\0aforged\")");
    vec![
        text("name-empty", 128, "", 0, "its name"),
        text("name-that-moves-the-cursor", 128, "\\1b[2J\\0aforged", 11, "its name"),
        text("name-of-1-mib", 128, "a", 1_000_000, "its name"),
        text("version-of-words", 136, "latest", 6, "its version"),
        text("schema-of-1-mib", 148, " ", 1_000_000, "its settings schema"),
        text("reason-that-moves-the-cursor", 168, "\\1b[2J", 4, "its reason"),
        case(
            "reasons-none-described",
            &[("describe", "(i32.store (i32.const 160) (i32.const 0)) (i32.const 128)")],
            Refused("0 reasons"),
        ),
        case(
            "reasons-by-the-thousand",
            &[("describe", "(i32.store (i32.const 160) (i32.const 3000)) (i32.const 128)")],
            Refused("3000 reasons"),
        ),
        needs("column-unknown", 1040, "\\1b[2J\\0aforged", 11, 1, Refused("the column")),
        needs("column-of-60-kb", 1040, "a", 60_000, 1, Refused("the column")),
        needs("columns-by-the-thousand", 1040, "replicas_ready", 14, 20_000, Refused("column")),
        needs("detail-unknown", 1048, "\\1b[2J\\0aforged", 11, 1, Refused("the detail")),
        case(
            "settings-complaint-that-moves-the-cursor",
            &[("fields", &moving), ("init", &complaint)],
            Refused("forged"),
        ),
        case(
            "settings-refused-without-complaint",
            &[("init", "(i32.store8 (i32.const 1024) (i32.const 1)) (i32.const 1024)")],
            Refused("does not accept its settings"),
        ),
    ]
}

#[test]
fn what_a_stranger_says_about_itself_is_not_believed_nor_repeated_raw() {
    Ordeal::new().undergo(&cases());
}
