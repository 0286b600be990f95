//! Snapshots come back exactly, and only where they belong.

use super::*;

/// A policy that has learned values with long fractions, some of them left out.
fn taught(settings: &str) -> QTable {
    let mut policy = policy(settings);
    teach(&mut policy, 0..40);
    policy
}

fn teach(policy: &mut QTable, steps: std::ops::Range<u32>) {
    for step in steps {
        let (before, after) = (1 + step % 3, 1 + step * 7 % 5 % 3);
        let mut experience =
            experience(applied(before, after), (f64::from(step) * 0.37).sin() / 3.0);
        experience.workloads = vec![1 + u64::from(step % 2)];
        policy.learn(&experience).unwrap();
    }
}

#[track_caller]
fn check_exact(settings: &str) {
    let mut original = taught(settings);
    let bytes = original.snapshot(&[1, 2]);
    let mut copy = policy(settings);
    copy.restore(&bytes).unwrap();
    assert_eq!(copy.snapshot(&[1, 2]), bytes);
    let explored = |policy: &mut QTable| {
        let rows: Vec<_> = (1..=3).map(|n| (1 + n % 2, vec![n as f64, 1.0, 3.0])).collect();
        (0..50).map(|tick| policy.decide(&batch(tick, true, &rows)).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(explored(&mut copy), explored(&mut original));
    teach(&mut original, 40..90);
    teach(&mut copy, 40..90);
    assert_eq!(copy.snapshot(&[1, 2]), original.snapshot(&[1, 2]));
    for owner in [None, Some(1), Some(2)] {
        assert_eq!(copy.library.get(owner), original.library.get(owner));
    }
}

#[test]
fn a_restored_policy_answers_and_learns_like_the_original() {
    check_exact(SMALL);
    check_exact(&small(r#"{"tables": "per-workload", "learning_rate": 0.1}"#));
}

#[test]
fn own_tables_move_one_by_one_and_leave_the_others_alone() {
    let settings = small(r#"{"tables": "per-workload"}"#);
    let original = taught(&settings);
    let mut other = policy(&settings);
    teach(&mut other, 5..17);
    let (second, first) = (other.snapshot(&[2]), original.snapshot(&[1]));
    other.restore(&first).unwrap();
    assert_eq!(other.snapshot(&[1]), first);
    assert_eq!(other.snapshot(&[2]), second);
}

#[test]
fn a_snapshot_from_before_the_first_lesson_takes_the_lessons_back() {
    let mut policy = taught(SMALL);
    policy.restore(&super::policy(SMALL).snapshot(&[])).unwrap();
    assert_eq!(policy.library.updates(None), 0);
    assert_eq!(known(&policy, &[0]), None);
}

#[track_caller]
fn check_refused(snapshot: &[u8], settings: &str, message: &str) {
    let mut policy = taught(settings);
    let before = policy.snapshot(&[1, 2]);
    let error = policy.restore(snapshot).unwrap_err();
    assert!(error.contains(message), "{error}");
    assert_eq!(policy.snapshot(&[1, 2]), before, "a refused snapshot changes nothing");
}

#[test]
fn another_shape_is_refused() {
    let bytes = taught(SMALL).snapshot(&[]);
    let edges = r#"{"columns": [{"column": "replicas_desired", "edges": [2, 4]}]}"#;
    check_refused(&bytes, &small(edges), "other columns");
    let column = r#"{"columns": [{"column": "replicas_min", "edges": [2, 3]}]}"#;
    check_refused(&bytes, &small(column), "other columns");
    check_refused(&bytes, &small(r#"{"actions": [{}, {"replicas": 1}]}"#), "other actions");
    check_refused(&bytes, &small(r#"{"tables": "per-workload"}"#), "other tables");
}

#[track_caller]
fn check_spoilt(from: &str, to: &str, message: &str) {
    let text = String::from_utf8(taught(SMALL).snapshot(&[])).unwrap();
    let spoilt = text.replacen(from, to, 1);
    assert_ne!(spoilt, text, "nothing was spoilt");
    check_refused(spoilt.as_bytes(), SMALL, message);
}

#[test]
fn a_spoilt_snapshot_is_refused() {
    check_refused(b"", SMALL, "not one of q-table's");
    check_refused(b"{}", SMALL, "missing field");
    check_spoilt("q-table/1", "q-table/9", "format is `q-table/9`");
    check_spoilt(r#""bins":[0]"#, r#""bins":[4]"#, "no state");
    check_spoilt(r#""bins":[0]"#, r#""bins":[1]"#, "twice");
    check_spoilt(r#""values":["#, r#""values":[1,"#, "3 values");
    check_spoilt(r#""values":["#, r#""values":[1e121,"#, "3 values");
    check_spoilt(r#""workload":null"#, r#""workload":1"#, "sharing");
}
