//! Faults: components that pass the gate and break one promise.

use super::{broken, checked};
use crate::hostile::template::{Replaced, policy};

/// Answers every row with a number of replicas that is computed by row.
fn every_row(replicas: &str) -> String {
    format!(
        "(func $each (param $rows i32) (param $more f64) (result i32) (local $row i32)
          (drop (call $answer (local.get $rows)))
          (block $done (loop $next
            (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
            (f64.store
              (i32.add (i32.const 16384) (i32.shl (local.get $row) (i32.const 3))) {replicas})
            (local.set $row (i32.add (local.get $row) (i32.const 1)))
            (br $next)))
          (i32.const 512))
        (global $turns (mut i32) (i32.const 0))
        (global $seed (mut i64) (i64.const 0))"
    )
}

/// Counts its turns and answers with the count.
const COUNTS: &str = "(global.set $turns (i32.add (global.get $turns) (i32.const 1)))
    (call $each (local.get $rows) (f64.convert_i32_u (global.get $turns)))";
/// Describes itself as keeping state.
const STATEFUL: (&str, &str) =
    ("describe", "(i32.store8 (i32.const 145) (i32.const 1)) (i32.const 128)");
/// What is said when a batch has one row, and otherwise three replicas.
const ALONE: &str = "(if (result i32) (i32.eq (local.get $rows) (i32.const 1))
    (then <alone>) (else (call $answer (local.get $rows))))";

#[track_caller]
fn check_in(bytes: &[u8], settings: &[&str], item: &str, words: &str) {
    let (ended, told) = checked(bytes, settings);
    let broken = broken(&told);
    let found = broken.iter().find(|(broken, _)| *broken == item);
    let Some((_, seen)) = found else { panic!("{item} is not among {broken:?}: {told:#}") };
    assert!(seen.contains(words), "{item}: {seen}");
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    // It is told with what was done, what was seen and what to change.
    let line = ended.stdout.lines().position(|line| line.contains(&format!("✗ {item}")));
    let after: String = ended.stdout.lines().skip(line.unwrap()).take(12).collect();
    let places = ["done    ", "seen    ", "change  "].map(|word| after.find(word));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", ended.stdout);
    assert!(ended.error().contains("to change"), "{}", ended.stderr);
}

/// A small module with pieces replaced breaks this item.
#[track_caller]
fn check(replaced: Replaced<'_>, item: &str, words: &str) {
    check_in(&policy(replaced), &[], item, words);
}

fn probe(misbehave: &str) -> Vec<String> {
    let settings = format!(r#"{{"misbehave": "{misbehave}", "columns": [], "from_call": 5}}"#);
    vec!["--settings".to_owned(), settings]
}

#[test]
fn a_small_good_module_has_no_findings() {
    let (ended, told) = checked(&policy(&[]), &[]);
    assert_eq!(broken(&told), [], "{told:#}");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for words in ["✓ imports", "✓ compile", "native code", "hostile 1.0.0", "sha256", "✓ repeat"]
    {
        assert!(ended.stdout.contains(words), "`{words}` in {}", ended.stdout);
    }
}

#[test]
fn a_module_that_is_refused_is_told_the_stage_and_what_was_behind_it() {
    let refused = policy(&[("fields", r#"(import "env" "clock" (func $clock (result i64)))"#)]);
    let (ended, told) = checked(&refused, &[]);
    assert_eq!((ended.code, &told["verdict"]), (Some(4), &"refused".into()), "{}", ended.stderr);
    let stage = told["stage"].as_str().unwrap();
    let after: Vec<&str> = ended.stdout.lines().skip_while(|line| !line.contains("✗")).collect();
    assert!(after[0].contains(stage) && !ended.stdout.contains("conformance"), "{}", ended.stdout);
    assert!(ended.error().contains(&format!("refused ({stage})")), "{}", ended.stderr);
}

#[test]
fn what_a_module_says_of_settings_and_needs_must_agree() {
    let schema = |text: &str| {
        format!(
            "(i32.store (i32.const 148) (i32.const 40960))
             (i32.store (i32.const 152) (i32.const {})) (i32.const 128)",
            text.len()
        )
    };
    let with_schema = |text: &str, words: &str| {
        let data = format!("(data (i32.const 40960) \"{}\")", text.replace('"', "\\22"));
        check(&[("fields", &data), ("describe", &schema(text))], "schema", words);
    };
    with_schema("none", "no JSON");
    with_schema(r#"{"type": "objekt"}"#, "#/type");
    with_schema(r#"{"required": ["a"]}"#, "does not allow it");
    // `null` is four bytes long.
    let on_null = "(if (i32.eq (local.get $length) (i32.const 4)) (then (unreachable)))
                   (i32.const 256)";
    check(&[("validate-settings", on_null)], "settings", "aborted");
    // The period is the seed.
    let by_seed = "(i64.store (i32.const 264) (local.get $seed)) (i32.const 256)";
    check(&[("init", by_seed)], "init", "then for every 1ms");
}

#[test]
fn answers_that_cannot_be_meant_and_calls_that_break_are_named_with_their_turn() {
    let alone = |instead: &str| ALONE.replace("<alone>", instead);
    let nonsense = alone("(call $answer-with (f64.const nan))");
    check(&[("decide", &nonsense)], "answers", "a workload alone");
    check(&[("decide", &alone("(unreachable)"))], "traps", "a workload alone");
    check(&[("learn", "(unreachable)")], "traps", "learning from nothing");
    let explains = "(data (i32.const 640) \"\\00\\00\\00\\00\\30\\00\\00\\00\\02\\00\\00\\00\")";
    let unasked = "(drop (call $answer (local.get $rows)))
        (call $list (i32.const 564) (i32.const 640) (i32.const 1)) (i32.const 512)";
    check(&[("fields", explains), ("decide", unasked)], "explanations", "without being asked");
    let memory = r#"(memory (export "memory") 2000)"#;
    check(&[("memory", memory)], "memory", "98 %");
}

#[test]
fn a_policy_that_misbehaves_under_its_settings_is_found_out() {
    let probed = |misbehave: &str, item: &str, words: &str| {
        let regatta = crate::program::Regatta::new();
        let settings = probe(misbehave);
        let arguments = ["policy", "check", "probe", &settings[0], &settings[1]];
        let ended = regatta.run(&arguments);
        assert_eq!(ended.code, Some(4), "{misbehave}: {}", ended.stderr);
        let found = ended.stdout.split_once(&format!("✗ {item}"));
        let Some((_, told)) = found else { panic!("{misbehave}: {}", ended.stdout) };
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(words), "{misbehave}: {told}");
    };
    probed("panic", "traps", "unreachable");
    probed("loop", "traps", "used up its fuel");
    probed("negative", "answers", "is negative");
    probed("short", "answers", "recommendations for");
    probed("unknown-reason", "answers", "reason 1");
    probed("flood", "log", "dropped");
}

#[test]
fn chance_order_and_company_must_not_show() {
    let by = |replicas: &str| every_row(replicas);
    let init = ("init", "(global.set $seed (local.get $seed)) (i32.const 256)");
    let plain = ("decide", "(call $each (local.get $rows) (f64.const 0))");
    let seed = by("(f64.convert_i64_u (i64.and (global.get $seed) (i64.const 7)))");
    check(&[("fields", &seed), init, plain], "seed", "with seed 1");
    check(&[("fields", &by("(f64.convert_i32_u (local.get $row))")), plain], "order", "shuffled");
    let company = by("(f64.convert_i32_u (local.get $rows))");
    check(&[("fields", &company), plain], "company", "apart");
}

#[test]
fn state_must_go_where_it_is_said_to_go() {
    let fields = every_row("(local.get $more)");
    let counts = [("fields", fields.as_str()), ("decide", COUNTS)];
    check(&counts, "stateless", "a new one");
    check(&[&counts[..], &[STATEFUL]].concat(), "snapshot", "restored");
    check(&[STATEFUL], "garbage", "without complaint");
    check(&[STATEFUL, ("restore", "(unreachable)")], "snapshot", "did not take it");
    check(&[("restore", "(unreachable)")], "garbage", "aborted");
    check(&[("forget", "(unreachable)")], "forget", "aborted");
}
