//! Texts: encodings, discriminants and bits that mean nothing.

use sandbox::TrapKind::InvalidAnswer;
use wit_component::StringEncoding;

use super::case::Expected::{AnswerRefused, Answers, BreaksAtStart, Refused, Traps};
use super::case::{Hostile, case};
use super::ordeal::Ordeal;
use super::template::{TEXT, WIT, policy_of};

/// Says that it cannot answer, in a text of that length.
fn declining(name: &str, text: &str, length: u32, expected: super::case::Expected) -> Hostile {
    let fields = format!("(data (i32.const {TEXT}) \"{text}\")");
    let decide = format!(
        "(i32.store8 (i32.const 512) (i32.const 1))
         (call $list (i32.const 516) (i32.const {TEXT}) (i32.const {length}))
         (i32.const 512)"
    );
    case(name, &[("fields", &fields), ("decide", &decide)], expected)
}

/// Attacks by texts and discriminants.
pub(crate) fn cases() -> Vec<Hostile> {
    let not_utf8 = Traps(InvalidAnswer, "utf-8");
    let byte = |place: u32, value: u32, result: u32| {
        format!("(i32.store8 (i32.const {place}) (i32.const {value})) (i32.const {result})")
    };
    let in_utf16 = |name: &str, encoding, replaced: &[(&str, &str)], expected| {
        Hostile::new(name, policy_of(WIT, encoding, replaced), expected)
    };
    let wide =
        |text: &str| text.bytes().map(|byte| format!("{}\\00", byte as char)).collect::<String>();
    let wide_texts = format!(
        r#"(start $widen) (func $widen
            (memory.init $wide (i32.const 1024) (i32.const 0) (i32.const 14))
            (memory.init $version (i32.const 1056) (i32.const 0) (i32.const 10))
            (i32.store (i32.const 128) (i32.const 1024))
            (i32.store (i32.const 136) (i32.const 1056))
            (i32.store (i32.const 152) (i32.const 0))
            (i32.store (i32.const 168) (i32.const 1024)))
           (data $wide "{}") (data $version "{}")"#,
        wide("hostile"),
        wide("1.0.0")
    );
    vec![
        declining("text-of-stray-bytes", "\\ff\\fe\\fd", 3, not_utf8.clone()),
        declining("text-overlong", "\\c0\\80", 2, not_utf8.clone()),
        declining("text-surrogate", "\\ed\\a0\\80", 3, not_utf8.clone()),
        declining("text-cut", "\\f0\\9f\\98", 3, not_utf8.clone()),
        declining("text-beyond-unicode", "\\f4\\90\\80\\80", 4, not_utf8),
        declining("text-out-of-bounds", "", 1 << 20, Traps(InvalidAnswer, "out of bounds")),
        declining(
            "text-that-moves-the-cursor",
            "\\1b[2J\\0aforged\\07",
            12,
            AnswerRefused("forged"),
        ),
        declining("text-that-is-long", "", 60_000, AnswerRefused("declined")),
        case(
            "result-of-no-case",
            &[("decide", &byte(512, 2, 512))],
            Traps(InvalidAnswer, "discriminant"),
        ),
        case(
            "result-of-case-255",
            &[("decide", &byte(512, 255, 512))],
            Traps(InvalidAnswer, "discriminant"),
        ),
        case(
            "scope-of-no-case",
            &[("describe", &byte(144, 2, 128))],
            BreaksAtStart(InvalidAnswer, "discriminant"),
        ),
        // The canonical ABI takes every byte but 0 for true.
        case("bool-of-255", &[("describe", &byte(145, 255, 128))], Answers(3)),
        case(
            "name-of-stray-bytes",
            &[("describe", &byte(16, 255, 128))],
            BreaksAtStart(InvalidAnswer, "utf-8"),
        ),
        in_utf16("utf16", StringEncoding::UTF16, &[("fields", &wide_texts)], Answers(3)),
        in_utf16("utf16-taken-for-utf8", StringEncoding::UTF16, &[], Refused("name")),
        in_utf16(
            "utf16-half-a-pair",
            StringEncoding::UTF16,
            &[("describe", "(i32.store16 (i32.const 16) (i32.const 0xd800)) (i32.const 128)")],
            BreaksAtStart(InvalidAnswer, "surrogate"),
        ),
        in_utf16(
            "utf16-unaligned",
            StringEncoding::UTF16,
            &[("describe", "(i32.store (i32.const 128) (i32.const 17)) (i32.const 128)")],
            BreaksAtStart(InvalidAnswer, "aligned"),
        ),
        in_utf16(
            "utf16-whose-bytes-overflow",
            StringEncoding::UTF16,
            &[("describe", "(i32.store (i32.const 132) (i32.const 0x80000001)) (i32.const 128)")],
            BreaksAtStart(InvalidAnswer, "out of bounds"),
        ),
        in_utf16("latin1", StringEncoding::CompactUTF16, &[], Answers(3)),
        in_utf16(
            "latin1-tagged-as-utf16-half-a-pair",
            StringEncoding::CompactUTF16,
            &[(
                "describe",
                "(i32.store16 (i32.const 16) (i32.const 0xdc00))
                 (i32.store (i32.const 132) (i32.const 0x80000001)) (i32.const 128)",
            )],
            BreaksAtStart(InvalidAnswer, "surrogate"),
        ),
        in_utf16(
            "latin1-tagged-and-endless",
            StringEncoding::CompactUTF16,
            &[("describe", "(i32.store (i32.const 132) (i32.const -1)) (i32.const 128)")],
            BreaksAtStart(InvalidAnswer, "out of bounds"),
        ),
    ]
}

#[test]
fn a_text_that_is_none_is_caught_at_the_border() {
    Ordeal::new().undergo(&cases());
}
