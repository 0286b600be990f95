use super::*;
use crate::clock::SECOND;
use crate::settings::Settings;
use crate::workload::{Sight, Workload};

fn spec(text: &str) -> Spec {
    Spec::new(&::settings::parse::<Settings>(text).unwrap())
}

fn sight(ready: i32) -> Sight {
    Sight { ready: Some(ready), minimum: Some(0), maximum: Some(50), concurrency_limit: None }
}

/// A load that grows, is zero or silent for a while, and bursts, with fractions that no sum gets right.
fn load(turn: i64) -> Option<f64> {
    match turn {
        20..25 | 92..110 => Some(0.0),
        40..48 => None,
        60..64 => Some(977.1),
        _ => Some(10.0 + turn as f64 / 3.0),
    }
}

fn take_turn(spec: &Spec, workload: &mut Workload, turn: i64) -> String {
    let now = 1_700_000_000_123_456_789 + turn * 2 * SECOND;
    if let Some(load) = load(turn) {
        workload.record(now, SECOND, load);
        workload.record(now - SECOND, SECOND, load / 7.0);
    }
    let ready = (turn % 7) as i32;
    format!("{:?} {workload:?}", workload.turn(spec, sight(ready), now))
}

#[test]
fn goes_on_exactly_as_if_never_interrupted() {
    for settings in [
        "{}",
        r#"{"scale_down_delay_seconds": 20, "window_seconds": 30, "target": 7.3}"#,
        r#"{"metric_aggregation_algorithm": "weighted-exponential", "panic_window_percentage": 50}"#,
    ] {
        let spec = spec(settings);
        for interrupted_at in [0, 1, 22, 39, 45, 61, 90, 96] {
            let start = 1_700_000_000_000_000_000;
            let mut steady = Workload::new(&spec, sight(1), start);
            for turn in 0..interrupted_at {
                take_turn(&spec, &mut steady, turn);
            }
            let text = Snapshot::new(&spec, vec![Record::new(5, &steady)]).write();
            let records = Snapshot::read(&spec, &text).unwrap();
            let now = records[0].now_nanoseconds.unwrap();
            let mut moved = records[0].revive(&spec, Sight::default(), now);
            assert_eq!(Snapshot::new(&spec, vec![Record::new(5, &moved)]).write(), text);
            for turn in interrupted_at..120 {
                let answers = [&mut steady, &mut moved].map(|one| take_turn(&spec, one, turn));
                assert_eq!(answers[0], answers[1], "{settings}, interrupted at {interrupted_at}");
            }
        }
    }
}

#[test]
fn takes_other_windows_over() {
    let (short, long) = (spec(r#"{"window_seconds": 6}"#), spec(r#"{"window_seconds": 12}"#));
    let now = 100 * SECOND;
    let mut workload = Workload::new(&short, sight(1), now);
    for second in 0..7 {
        workload.record(now + second * SECOND, SECOND, second as f64);
    }
    workload.turn(&short, sight(1), now + 6 * SECOND);
    let record = Record::new(1, &workload);
    let mut grown = record.revive(&long, sight(1), now + 6 * SECOND);
    assert_eq!(grown.stable.average(now + 6 * SECOND), 3.5);
    grown.record(now + 7 * SECOND, SECOND, 7.0);
    assert_eq!(grown.stable.average(now + 7 * SECOND), 4.0);
    let shrunk = Record::new(1, &grown).revive(&short, sight(1), now + 7 * SECOND);
    assert_eq!(shrunk.stable.average(now + 7 * SECOND), 4.5);
}

#[test]
fn refuses_what_it_cannot_take_over_with_its_place() {
    let spec = spec("{}");
    for (text, part) in [
        ("{}", "missing field `version`"),
        (r#"{"version": 2, "workloads": []}"#, "`/version`"),
        (r#"{"version": 1, "metric": "rps", "workloads": []}"#, "`/metric`"),
        (r#"{"version": 1, "workloads": [{"workload": -1}]}"#, "`/workloads/0/workload`"),
        (r#"{"version": 1, "workloads": [{"workload": 1, "age": 2}]}"#, "unknown field `age`"),
        (r#"{"version": 1, "workloads": [{"workload": 1}, {"workload": 1}]}"#, "`/workloads/1`"),
        (
            r#"{"version": 1, "workloads": [{"workload": 1, "panic": {"replicas": -1}}]}"#,
            "negative replicas",
        ),
        (
            r#"{"version": 1, "workloads": [{"workload": 1, "stable_window":
                {"window_seconds": 1e9, "total": 0}}]}"#,
            "3600",
        ),
        (
            r#"{"version": 1, "workloads": [{"workload": 1, "stable_window":
                {"window_seconds": 60, "first_age_seconds": 1, "last_age_seconds": 2, "total": 0}}]}"#,
            "3600",
        ),
    ] {
        let refusal = Snapshot::read(&spec, text.as_bytes()).unwrap_err();
        assert!(refusal.starts_with("snapshot at") && refusal.contains(part), "{refusal}");
    }
    assert!(Snapshot::read(&spec, &[0xff]).is_err());
}
